//! The pane beside a conversation: what it is, who is in it, and what one may do with it.

pub mod add;
pub mod convert;
pub mod edit;
mod members;
mod requests;
mod rules;

use leptos::prelude::*;
use shared_types::{
    ConversationId, UserId,
    conversation::{Conversation, ConversationKind, UpdateConversation, Visibility},
    member::Role,
};

use super::{
    confirm::Question,
    face,
    overlay::{Overlay, use_overlays},
    profile_card, words,
};
use crate::{
    actions,
    pages::{Page, use_navigator},
    state::{AppState, use_app},
    strings::{self, people, rooms},
    ui::{
        button::{Button, IconButton, back_link},
        icon::icon,
    },
};

/// What decides which parts of the pane there are. A new message changes none of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Facts {
    kind: ConversationKind,
    visibility: Visibility,
    is_default: bool,
    role: Role,
    /// The reader looks after the server itself.
    runs_server: bool,
    other: Option<UserId>,
}

impl Facts {
    fn read(app: AppState, conversation: &Conversation) -> Self {
        let is_direct = conversation.kind == ConversationKind::Direct;
        Self {
            kind: conversation.kind,
            visibility: conversation.visibility,
            is_default: conversation.is_default,
            role: conversation.my_role,
            runs_server: app.me.with(|me| me.as_ref().is_some_and(|me| me.user.role.runs_the_server())),
            other: conversation.people.iter().map(|person| person.id).find(|id| is_direct && !app.is_me(*id)),
        }
    }

    fn is_room(self) -> bool {
        self.kind == ConversationKind::Room
    }

    /// Changes name and topic. In a group everyone does.
    fn may_edit(self) -> bool {
        match self.kind {
            ConversationKind::Room => self.role.looks_after() || self.runs_server,
            ConversationKind::Group => true,
            ConversationKind::Direct | ConversationKind::Unknown => false,
        }
    }

    /// Decides who finds it, what it becomes, and whether it goes.
    fn may_decide(self) -> bool {
        self.role == Role::Owner || self.runs_server
    }

    fn sees_requests(self) -> bool {
        self.is_room() && !self.is_public() && self.role.looks_after()
    }

    fn is_public(self) -> bool {
        self.visibility == Visibility::Public
    }

    fn kind_words(self) -> &'static str {
        match (self.kind, self.visibility) {
            (ConversationKind::Room, Visibility::Public) => rooms::PUBLIC_ROOM,
            (ConversationKind::Room, Visibility::Private) => rooms::PRIVATE_ROOM,
            (ConversationKind::Direct, _) => rooms::DIRECT,
            _ => rooms::GROUP,
        }
    }
}

#[component]
pub fn Details(id: ConversationId) -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let conversation = app.roster.conversation(id);
    let facts =
        Memo::new(move |_| conversation.with(|conversation| conversation.as_ref().map(|conversation| Facts::read(app, conversation))));
    let close = move |()| navigator.go(Page::Chat { id, details: false });
    request_animation_frame(|| {
        crate::browser::focus("info-title");
    });
    view! {
        <aside class="info" aria-labelledby="info-title">
            <header class="info-head">
                {back_link(Page::Chat { id, details: false }.path(), rooms::BACK_TO_ROOM)}
                <h2 id="info-title" tabindex="-1">{rooms::DETAILS}</h2>
                <IconButton label=rooms::CLOSE_DETAILS symbol="x" on_click=close />
            </header>
            <div class="info-body">
                {move || {
                    facts
                        .get()
                        .map(|facts| match facts.other {
                            Some(other) => direct(app, id, other),
                            None => shared(app, id, facts),
                        })
                }}
            </div>
        </aside>
    }
    .into_any()
}

/// A direct message: who the other one is.
fn direct(app: AppState, id: ConversationId, other: UserId) -> AnyView {
    profile_card::refresh(app, other);
    let user = app.people.user(other);
    view! {
        {move || user.get().map(|user| profile_card::profile(app, &user))}
        <div class="acts stack-acts">
            <Button label=rooms::COPY_LINK symbol="link" class="wide" on_click=move |()| actions::copy_link(app, id) />
        </div>
    }
    .into_any()
}

/// A group or a room.
fn shared(app: AppState, id: ConversationId, facts: Facts) -> AnyView {
    view! {
        {hero(app, id, facts)}
        {about(app, id, facts)}
        {facts.sees_requests().then(|| view! { <requests::Requests id=id /> }.into_any())}
        <members::Members id=id role=facts.role />
        {rules::rules(app, id, facts)}
        {way_out(app, id, facts)}
    }
    .into_any()
}

fn hero(app: AppState, id: ConversationId, facts: Facts) -> AnyView {
    let overlays = use_overlays();
    let row = app.roster.row(id);
    let title = move || row.with(|row| row.as_ref().map(super::list::row_title));
    let alias = move || {
        let alias =
            app.roster.conversation(id).with(|conversation| conversation.as_ref().and_then(|conversation| conversation.alias.clone()));
        alias.map(|alias| format!(" · #{alias}"))
    };
    view! {
        <div class="hero">
            {move || row.with(|row| row.as_ref().map(|row| face::conversation_face(app, row, "xl")))}
            <h3 dir="auto">{move || title()}</h3>
            <p>{facts.kind_words()} {move || alias()}</p>
            <div class="acts">
                {act("link", rooms::COPY_LINK, None, Callback::new(move |()| actions::copy_link(app, id)))}
                {act("user-plus", rooms::ADD, None, Callback::new(move |()| overlays.open(Overlay::AddPeople(id))))}
                {facts.may_edit().then(|| act("edit", rooms::EDIT_SHORT, Some(rooms::EDIT), Callback::new(move |()| overlays.open(Overlay::EditRoom(id)))))}
            </div>
        </div>
    }
    .into_any()
}

/// `name` says more than there is room for.
fn act(symbol: &'static str, label: &'static str, name: Option<&'static str>, on_click: Callback<()>) -> AnyView {
    view! { <button type="button" class="act" aria-label=name title=name on:click=move |_| on_click.run(())>{icon(symbol)}<span>{label}</span></button> }.into_any()
}

fn about(app: AppState, id: ConversationId, facts: Facts) -> AnyView {
    let conversation = app.roster.conversation(id);
    let topic = Memo::new(move |_| {
        conversation.with(|conversation| conversation.as_ref().map(|conversation| conversation.topic.to_string()).unwrap_or_default())
    });
    facts
        .is_room()
        .then(|| {
            let words = move || topic.with(|topic| if topic.is_empty() { rooms::NO_TOPIC.to_owned() } else { topic.clone() });
            view! {
                <section class="facts">
                    <h4>{rooms::TOPIC}</h4>
                    <p dir="auto">{move || words()}</p>
                </section>
            }
            .into_any()
        })
        .into_any()
}

/// Leaving, and deleting for those who may.
fn way_out(app: AppState, id: ConversationId, facts: Facts) -> AnyView {
    let overlays = use_overlays();
    let navigator = use_navigator();
    let title = move || app.roster.row(id).with_untracked(|row| row.as_ref().map(super::list::row_title)).unwrap_or_default();
    let (leave_words, delete_words) =
        if facts.is_room() { (rooms::LEAVE_ROOM, rooms::DELETE_ROOM) } else { (rooms::LEAVE_GROUP, rooms::DELETE_GROUP) };
    let leave = move |()| {
        let question = Question::new(
            rooms::leave_title(&title()),
            rooms::leave_question(facts.is_room() && facts.is_public()),
            (rooms::LEAVE, rooms::STAY),
            move || async move {
                actions::leave_conversation(app, id).await?;
                navigator.replace(Page::Home);
                Ok(())
            },
        );
        overlays.open(Overlay::Confirm(question));
    };
    let delete = move |()| {
        let question =
            Question::new(rooms::delete_title(&title()), rooms::DELETE_QUESTION, (delete_words, rooms::KEEP), move || async move {
                actions::delete_conversation(app, id).await?;
                navigator.replace(Page::Home);
                Ok(())
            });
        overlays.open(Overlay::Confirm(question));
    };
    view! {
        <div class="acts stack-acts">
            <Button label=leave_words symbol="door" class="wide" on_click=leave />
            {facts
                .may_decide()
                .then(|| view! { <Button label=delete_words symbol="trash" class="danger ghost wide" on_click=delete /> }.into_any())}
        </div>
    }
    .into_any()
}

/// Asks, then changes the conversation.
fn ask_to_update(app: AppState, id: ConversationId, title: &str, words: &str, yes: &'static str, update: UpdateConversation) -> Question {
    Question::new(title.to_owned(), words, (yes, strings::CANCEL), move || actions::update_conversation(app, id, update.clone())).harmless()
}

/// Asks, then removes somebody.
fn ask_to_remove(app: AppState, id: ConversationId, user_id: UserId, done: impl Fn() + Copy + Send + Sync + 'static) -> Question {
    let name = untrack(|| words::known_name(app, user_id));
    let room = app.roster.row(id).with_untracked(|row| row.as_ref().map(super::list::row_title)).unwrap_or_default();
    let question = people::remove_question(&name, &room);
    Question::new(people::remove_title(&name), question, (people::REMOVE_FROM_ROOM, strings::CANCEL), move || async move {
        actions::remove_member(app, id, user_id).await?;
        done();
        Ok(())
    })
}
