//! Who belongs to a conversation, page by page.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    ConversationId,
    member::{Member, Role},
};

use super::ask_to_remove;
use crate::ui::reactive::effect;
use crate::{
    actions,
    api::ApiFailure,
    browser,
    components::{
        confirm::Question,
        overlay::{Overlay, Overlays, use_overlays},
        people_picker::person_line,
        words,
    },
    state::{AppState, Notice, use_app},
    strings::{self, people},
    ui::{
        button::{Button, IconButton},
        empty::{Failure, row_skeletons},
        menu::{Item, Menu},
    },
};

/// The list as it was read.
#[derive(Clone, Copy)]
struct Roll {
    app: AppState,
    id: ConversationId,
    members: RwSignal<Option<Vec<Member>>>,
    next: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<ApiFailure>>,
    /// An answer to an older question is not shown.
    serial: StoredValue<u32>,
}

impl Roll {
    fn load(self, more: bool) {
        self.serial.update_value(|serial| *serial += 1);
        let mine = self.serial.get_value();
        let cursor = if more { self.next.get_untracked() } else { None };
        self.busy.set(true);
        spawn_local(async move {
            let answer = actions::list_members(self.app, self.id, None, cursor).await;
            if self.serial.try_get_value() != Some(mine) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(page) => {
                    self.failure.set(None);
                    self.next.set(page.next);
                    self.members.update(|members| {
                        let known = members.get_or_insert_with(Vec::new);
                        if !more {
                            known.clear();
                        }
                        known.extend(page.members);
                    });
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    fn set_role(self, member: &Member, role: Role) {
        let user_id = member.user.id;
        spawn_local(async move {
            match actions::set_role(self.app, self.id, user_id, role).await {
                Ok(()) => self.load(false),
                Err(failure) => self.app.toasts.show(Notice::Failed(failure)),
            }
        });
    }
}

#[component]
pub fn Members(
    id: ConversationId,
    /// The reader's own.
    role: Role,
) -> AnyView {
    let app = use_app();
    let overlays = use_overlays();
    let roll = Roll {
        app,
        id,
        members: RwSignal::new(None),
        next: RwSignal::new(None),
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        serial: StoredValue::new(0),
    };
    let count = Memo::new(move |_| {
        app.roster.conversation(id).with(|conversation| conversation.as_ref().map_or(0, |conversation| conversation.member_count))
    });
    // Somebody came or went.
    effect(move || {
        count.get();
        roll.load(false);
    });
    let rows = move || {
        let members = roll.members.get();
        match (members, roll.failure.get()) {
            (None, Some(failure)) => view! {
                <Failure title=people::MEMBERS_FAILED cause=words::failure(&failure) retry_label=strings::RETRY on_retry=move |()| roll.load(false) />
            }
            .into_any(),
            (None, None) => row_skeletons(4, strings::LOADING),
            (Some(members), _) => {
                let rows = members.into_iter().map(|member| row(roll, overlays, &member, role)).collect_view();
                view! { <ul>{rows}</ul> }.into_any()
            }
        }
    };
    view! {
        <section aria-labelledby="members-title">
            <h4 class="sec" id="members-title">
                {move || people::members(&browser::number(count.get()))}
                <IconButton label=people::ADD_PEOPLE symbol="user-plus" class="sm" on_click=move |()| overlays.open(Overlay::AddPeople(id)) />
            </h4>
            {move || rows()}
            {move || {
                roll.next
                    .with(Option::is_some)
                    .then(|| view! { <Button label=people::MORE_MEMBERS class="sm wide" busy=roll.busy on_click=move |()| roll.load(true) /> }.into_any())
            }}
        </section>
    }
    .into_any()
}

fn row(roll: Roll, overlays: Overlays, member: &Member, role: Role) -> AnyView {
    // The page was read some time ago; the name is as it is now.
    let (read, now) = (member.user.clone(), roll.app.people.user(member.user.id));
    let user = Memo::new(move |_| now.get().unwrap_or_else(|| read.clone()));
    let badge = strings::role(member.role).map(|role| view! { <span class="badge">{role}</span> }.into_any());
    let items = Signal::stored(items(roll, overlays, member, role));
    let id = member.user.id;
    view! {
        <li class="row">
            {move || user.with(person_line)} {badge}
            {move || {
                let label = user.with(|user| people::member_actions(user.display_name.as_str()));
                view! { <Menu id=format!("member-{id}") label=label class="sm" items=items /> }.into_any()
            }}
        </li>
    }
    .into_any()
}

/// What one may do with a member, the harmless things first.
fn items(roll: Roll, overlays: Overlays, member: &Member, role: Role) -> Vec<Item> {
    let (app, id, user_id) = (roll.app, roll.id, member.user.id);
    let is_me = app.my_id() == Some(user_id);
    let mut items = vec![Item::new("user", people::SHOW_PROFILE, move || overlays.open(Overlay::Profile(user_id)))];
    if role == Role::Owner {
        let change = |symbol: &'static str, words: &'static str, role: Role| {
            let member = member.clone();
            Item::new(symbol, words, move || {
                if role == Role::Owner {
                    overlays.open(Overlay::Confirm(ask_to_hand_over(roll, &member)));
                } else {
                    roll.set_role(&member, role);
                }
            })
        };
        if member.role != Role::Owner {
            items.push(change("crown", people::MAKE_OWNER, Role::Owner));
        }
        if member.role != Role::Moderator {
            items.push(change("shield", people::MAKE_MODERATOR, Role::Moderator));
        }
        if member.role != Role::Member {
            items.push(change("user", people::MAKE_MEMBER, Role::Member));
        }
    }
    let outranks = role == Role::Owner || member.role != Role::Owner;
    if role.looks_after() && !is_me && outranks {
        let remove = move || overlays.open(Overlay::Confirm(ask_to_remove(app, id, user_id, move || roll.load(false))));
        items.push(Item::new("x", people::REMOVE_FROM_ROOM, remove).dangerous());
    }
    items
}

fn ask_to_hand_over(roll: Roll, member: &Member) -> Question {
    let user_id = member.user.id;
    let title = people::make_owner_title(member.user.display_name.as_str());
    Question::new(title, people::MAKE_OWNER_QUESTION, (people::MAKE_OWNER, strings::CANCEL), move || async move {
        actions::set_role(roll.app, roll.id, user_id, Role::Owner).await?;
        roll.load(false);
        Ok(())
    })
    .harmless()
}
