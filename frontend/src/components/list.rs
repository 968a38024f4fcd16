//! The list of conversations: people above, rooms below, the most recently active first.

pub use self::row::title as row_title;

mod hold;
mod row;

use leptos::{ev, html, prelude::*};
use shared_types::ConversationId;

use self::{hold::Held, row::ConversationRow};
use super::{
    connection::ConnectionDot,
    overlay::{Overlay, use_overlays},
};
use crate::ui::reactive::{Keyed, keyed, optional};
use crate::{
    actions,
    pages::Page,
    state::use_app,
    strings::{self, shell as words},
    ui::{button::IconButton, empty::row_skeletons, icon::icon, roving},
};

#[component]
pub fn ConversationList(page: Memo<Page>) -> AnyView {
    let app = use_app();
    let overlays = use_overlays();
    let navigator = crate::pages::use_navigator();
    let held = Held::new(app.roster.sections.into());
    let current = Memo::new(move |_| match page.get() {
        Page::Chat { id, .. } => Some(id),
        _ => None,
    });
    let people = Memo::new(move |_| held.shown.with(|sections| sections.people.clone()));
    let rooms = Memo::new(move |_| held.shown.with(|sections| sections.rooms.clone()));
    let slow = RwSignal::new(false);
    let handle = set_timeout_with_handle(move || slow.set(true), std::time::Duration::from_millis(150));
    on_cleanup(move || {
        if let Ok(handle) = handle {
            handle.clear();
        }
    });
    let room_tools = move || {
        view! {
            <IconButton label=words::DISCOVER_ROOMS symbol="compass" class="sm" on_click=move |()| navigator.go(Page::Discover) />
            <IconButton label=words::JOIN_ROOM symbol="door" class="sm" on_click=move |()| overlays.open(Overlay::Join(String::new())) />
            // On the page that creates one, the button there is the only one of this name.
            {move || {
                (page.get() != Page::CreateRoom)
                    .then(|| view! { <IconButton label=words::CREATE_ROOM symbol="plus" class="sm" on_click=move |()| navigator.go(Page::CreateRoom) /> }.into_any())
            }}
        }
        .into_any()
    };
    let sections = move || {
        if app.roster.loaded.get() {
            view! {
                <ListSection
                    id="h-people"
                    title=words::PEOPLE
                    tools=().into_any()
                    ids=people
                    current=current
                    hint=hint(words::NO_PEOPLE, words::NO_PEOPLE_LINK, Page::New)
                />
                <ListSection
                    id="h-rooms"
                    title=words::ROOMS
                    tools=room_tools()
                    ids=rooms
                    current=current
                    hint=hint(words::NO_ROOMS, words::NO_ROOMS_LINK, Page::Discover)
                />
            }
            .into_any()
        } else if slow.get() {
            row_skeletons(8, strings::LOADING)
        } else {
            ().into_any()
        }
    };
    view! {
        <aside class="list" id="list" tabindex="-1" aria-label=words::CONVERSATIONS>
            <header class="list-head">
                <h1 dir="auto">{strings::PRODUCT}</h1>
                {optional(move || {
                    (app.roster.unread.get() > 0)
                        .then(|| view! { <IconButton label=words::MARK_ALL_READ symbol="checks" on_click=move |()| actions::mark_all_read(app) /> }.into_any())
                })}
                <IconButton label=words::NEW_CONVERSATION symbol="edit" on_click=move |()| navigator.go(Page::New) />
            </header>
            <button type="button" class="finder" on:click=move |_| overlays.open(Overlay::Switcher)>
                {icon("search")}
                <span>{words::JUMP_TO}</span>
                <kbd>"Ctrl K"</kbd>
            </button>
            <div
                class="list-body"
                on:pointermove=move |_| held.hold()
                on:keydown=move |_| held.hold()
                on:pointerleave=move |_| held.release()
            >
                {move || sections()}
            </div>
            <ConnectionDot />
        </aside>
    }
    .into_any()
}

fn hint(text: &'static str, link: &'static str, page: Page) -> AnyView {
    view! { <p class="list-hint">{text}<a href=page.path()>{link}</a></p> }.into_any()
}

/// One heading and its rows, which are one Tab stop together.
#[component]
fn ListSection(
    id: &'static str,
    title: &'static str,
    /// Buttons beside the heading.
    tools: AnyView,
    ids: Memo<Vec<ConversationId>>,
    current: Memo<Option<ConversationId>>,
    hint: AnyView,
) -> AnyView {
    let node = NodeRef::<html::Ul>::new();
    let focused = RwSignal::new(None::<ConversationId>);
    // Where Tab lands: where one was last, else the open conversation, else the first.
    let stop = Memo::new(move |_| {
        let (focused, current) = (focused.get(), current.get());
        ids.with(|ids| {
            let listed = |id: &ConversationId| ids.contains(id);
            focused.filter(listed).or_else(|| current.filter(listed)).or_else(|| ids.first().copied())
        })
    });
    view! {
        <section aria-labelledby=id>
            <div class="sec">
                <h2 id=id>{title}</h2>
                <span class="grow"></span>
                {tools}
            </div>
            <ul
                node_ref=node
                on:keydown=move |event: ev::KeyboardEvent| {
                    roving::arrows(&event, "a.row");
                }
            >
                {keyed(move || {
                    let draw = move |id| view! { <ConversationRow id=id current=current stop=stop focused=focused /> }.into_any();
                    ids.with(|ids| ids.iter().map(|&id| Keyed::new((0, id.0.as_u128()), move || draw(id))).collect())
                })}
            </ul>
            <div hidden=move || ids.with(|ids| !ids.is_empty())>{hint}</div>
        </section>
    }
    .into_any()
}
