//! One conversation: its header, its messages, and the place to write.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    ConversationId, Seq,
    conversation::{ConversationKind, Joined},
};

use crate::{
    actions, browser,
    components::{composer::Composer, connection::ConnectionBanner, face, form::Form, timeline::Timeline, title::use_title, words},
    pages::{Page, address, use_navigator},
    state::{AppState, DraftPlace, OpenPhase, use_app},
    strings::{self, chat, rooms},
    ui::{
        button::{Button, IconButton, back_link},
        icon::drawing,
    },
};

#[component]
pub fn Chat(id: ConversationId, page: Memo<Page>) -> AnyView {
    let app = use_app();
    let conversation = app.roster.conversation(id);
    let title = Memo::new(move |_| {
        conversation.with(|conversation| conversation.as_ref().map(|conversation| words::title(app, conversation)).unwrap_or_default())
    });
    use_title(move || title.get());
    open(app, id);
    let is_gone = Memo::new(move |_| app.open.id.get() == Some(id) && app.open.phase.with(|phase| *phase == OpenPhase::Gone));
    let send = move |text: String| match actions::send_message(app, id, &text) {
        Ok(()) => true,
        Err(invalid) => {
            app.toasts.show(crate::state::Notice::Words { text: invalid.message, is_error: true });
            false
        }
    };
    view! {
        <main class="chat" id="main" tabindex="-1" aria-labelledby="room-title">
            {move || {
                if is_gone.get() {
                    view! { <Stranger id=id /> }.into_any()
                } else {
                    view! {
                        {header(app, id, title.into(), page)}
                        <ConnectionBanner />
                        <Timeline id=id title=title.into() />
                        <Composer place=Signal::stored(DraftPlace::Conversation(id)) title=title.into() on_send=send />
                    }
                        .into_any()
                }
            }}
        </main>
    }
    .into_any()
}

/// Opens it where the reader left it, or where the link points (`?at=`).
fn open(app: AppState, id: ConversationId) {
    let at = address::query("at").and_then(|at| at.parse::<Seq>().ok());
    match at {
        Some(seq) => actions::open_conversation_at(app, id, seq),
        None => actions::open_conversation(app, id),
    }
    on_cleanup(move || {
        if app.open.id.try_get_untracked().flatten() == Some(id) {
            actions::close_conversation(app);
        }
    });
}

fn header(app: AppState, id: ConversationId, title: Signal<String>, page: Memo<Page>) -> AnyView {
    let navigator = use_navigator();
    let row = app.roster.row(id);
    let picture = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| (row.kind, row.visibility, row.faces.clone()))));
    let face = move || {
        picture.get()?;
        row.with_untracked(|row| row.as_ref().map(|row| face::conversation_face(app, row, "")))
    };
    let details_open = Signal::derive(move || matches!(page.get(), Page::Chat { details: true, .. }));
    let toggle = move |()| navigator.go(Page::Chat { id, details: !details_open.get_untracked() });
    view! {
        <header class="head">
            {back_link(Page::Home.path(), strings::BACK_TO_CHATS)} {move || face()}
            <div class="t">
                <h2 id="room-title" tabindex="-1" dir="auto">{title}</h2>
                <p dir="auto">{move || subtitle(app, id)}</p>
            </div>
            <IconButton label=chat::DETAILS symbol="users" pressed=details_open on_click=toggle />
        </header>
    }
    .into_any()
}

/// What stands below the title: the topic and how many are here, or who the other person is.
fn subtitle(app: AppState, id: ConversationId) -> String {
    app.roster.conversation(id).with(|conversation| {
        let Some(conversation) = conversation else {
            return String::new();
        };
        let members = rooms::members(conversation.member_count, &browser::number(conversation.member_count));
        match conversation.kind {
            ConversationKind::Direct => {
                let other = conversation.people.iter().find(|person| !app.is_me(person.id));
                other.map(|person| format!("@{}", person.username)).unwrap_or_default()
            }
            _ if conversation.topic.as_str().is_empty() => members,
            _ => format!("{} · {members}", conversation.topic),
        }
    })
}

/// A conversation that is not there, or not for the reader.
#[component]
fn Stranger(id: ConversationId) -> AnyView {
    let app = use_app();
    let form = Form::new(&[]);
    let asked = RwSignal::new(false);
    let ask = move |()| {
        form.begin();
        spawn_local(async move {
            match actions::join_room(app, id).await {
                Ok(Joined::Member { .. }) => actions::open_conversation(app, id),
                Ok(Joined::Requested {}) => {
                    form.busy.set(false);
                    asked.set(true);
                }
                Err(failure) => form.fail(&failure),
            }
        });
    };
    view! {
        <header class="head">
            {back_link(Page::Home.path(), strings::BACK_TO_CHATS)}
            <div class="t">
                <h2 id="room-title" tabindex="-1">{chat::GONE_TITLE}</h2>
            </div>
        </header>
        <div class="empty">
            {drawing("gull")}
            {move || {
                if asked.get() {
                    view! {
                        <h3 role="status">{rooms::REQUESTED_TITLE}</h3>
                        <p>{rooms::REQUESTED}</p>
                    }
                        .into_any()
                } else {
                    view! {
                        <h3>{chat::GONE_TITLE}</h3>
                        <p>{chat::GONE}</p>
                        {form.error_view()}
                        <Button label=chat::ASK_TO_JOIN class="primary" busy=form.busy on_click=ask />
                    }
                        .into_any()
                }
            }}
        </div>
    }
    .into_any()
}
