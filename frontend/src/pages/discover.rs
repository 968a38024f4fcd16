//! Every public room, with how many are in it and when somebody last spoke.

use leptos::{prelude::*, task::spawn_local};
use shared_types::conversation::{Joined, RoomCard, Visibility};

use crate::ui::reactive::{Keyed, effect, keyed};
use crate::{
    actions,
    api::ApiFailure,
    browser,
    components::{
        connection::ConnectionBanner,
        face,
        overlay::{Overlay, use_overlays},
        title::use_title,
        words,
    },
    pages::{Page, use_navigator},
    state::{AppState, Notice, use_app},
    strings::{self, rooms},
    ui::{
        button::{Button, back_link, link_button},
        empty::{Failure, empty, row_skeletons},
        icon::icon,
    },
};

/// A pause this short between letters is not worth a question to the server.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(150);

/// What was found so far.
#[derive(Clone, Copy)]
struct Directory {
    query: RwSignal<String>,
    rooms: RwSignal<Vec<RoomCard>>,
    next: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<ApiFailure>>,
    /// An answer to an older question is not shown.
    serial: StoredValue<u32>,
}

impl Directory {
    /// Reads the first page, or the one after what is shown.
    fn load(self, app: AppState, more: bool) {
        self.serial.update_value(|serial| *serial += 1);
        let mine = self.serial.get_value();
        let (query, cursor) = (self.query.get_untracked(), if more { self.next.get_untracked() } else { None });
        self.busy.set(true);
        spawn_local(async move {
            let answer = actions::discover_rooms(app, Some(query), cursor).await;
            if self.serial.try_get_value() != Some(mine) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(page) => {
                    self.failure.set(None);
                    self.next.set(page.next);
                    self.rooms.update(|rooms| {
                        if !more {
                            rooms.clear();
                        }
                        rooms.extend(page.rooms);
                    });
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}

#[component]
pub fn Discover() -> AnyView {
    let app = use_app();
    let overlays = use_overlays();
    let directory = Directory {
        query: RwSignal::new(String::new()),
        rooms: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        busy: RwSignal::new(true),
        failure: RwSignal::new(None),
        serial: StoredValue::new(0),
    };
    use_title(|| rooms::DISCOVER.to_owned());
    let mut is_first = true;
    effect(move || {
        directory.query.track();
        directory.serial.update_value(|serial| *serial += 1);
        let mine = directory.serial.get_value();
        if is_first {
            is_first = false;
            directory.load(app, false);
        } else {
            let ask = move || {
                if directory.serial.try_get_value() == Some(mine) {
                    directory.load(app, false);
                }
            };
            set_timeout(ask, PAUSE);
        }
    });
    let cards = move || {
        view! {
            <ul class="grid">
                {keyed(move || directory.rooms.get().into_iter().map(|room| room_row(app, room)).collect())}
            </ul>
        }
        .into_any()
    };
    let state = Memo::new(move |_| {
        if directory.failure.with(Option::is_some) {
            Shown::Failed
        } else if directory.rooms.with(Vec::is_empty) && directory.busy.get() {
            Shown::Loading
        } else if directory.rooms.with(Vec::is_empty) {
            Shown::Nothing
        } else {
            Shown::Rooms
        }
    });
    let body = move || match state.get() {
        Shown::Failed => {
            let cause = directory.failure.with_untracked(|failure| failure.as_ref().map(words::failure).unwrap_or_default());
            view! {
                <Failure title=rooms::DISCOVER_FAILED cause=cause retry_label=strings::RETRY on_retry=move |()| directory.load(app, false) />
            }
            .into_any()
        }
        Shown::Loading => row_skeletons(4, rooms::LOADING),
        Shown::Nothing => nothing(directory.query.with_untracked(|query| query.trim().is_empty())),
        Shown::Rooms => cards().into_any(),
    };
    let more = move || {
        (state.get() == Shown::Rooms && directory.next.with(Option::is_some)).then(|| {
            view! { <Button label=rooms::MORE class="wide" busy=directory.busy on_click=move |()| directory.load(app, true) /> }.into_any()
        })
    };
    let count = move || if state.get() == Shown::Loading { String::new() } else { rooms::rooms_found(directory.rooms.with(Vec::len)) };
    view! {
        <main class="page" id="main" tabindex="-1" aria-labelledby="page-title">
            <header class="head">
                {back_link(Page::Home.path(), strings::BACK_TO_CHATS)}
                <div class="t">
                    <h2 id="page-title" tabindex="-1">{rooms::DISCOVER}</h2>
                    <p>{rooms::DISCOVER_LEDE}</p>
                </div>
                {link_button("/rooms/new", "primary", Some("plus"), rooms::CREATE_ROOM)}
            </header>
            <ConnectionBanner />
            <div class="page-body">
                <div class="page-tools">
                    <div class="input-wrap lead">
                        {icon("search")}
                        <input
                            class="input"
                            type="search"
                            dir="auto"
                            autocomplete="off"
                            placeholder=rooms::FIND
                            aria-label=rooms::FIND
                            prop:value=directory.query
                            on:input:target=move |event| directory.query.set(event.target().value())
                        />
                    </div>
                    <Button label=rooms::JOIN_BY symbol="door" on_click=move |()| overlays.open(Overlay::Join(String::new())) />
                </div>
                <p class="vh" role="status">{move || count()}</p>
                {move || body()}
                {move || more()}
            </div>
        </main>
    }
    .into_any()
}

/// A card is drawn anew when somebody came or went.
fn room_row(app: AppState, room: RoomCard) -> Keyed {
    let key = (u8::from(room.joined), room.id.0.as_u128().wrapping_add(room.member_count.into()));
    Keyed::new(key, move || view! { <li>{room_card(app, &room)}</li> }.into_any())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Loading,
    Failed,
    Nothing,
    Rooms,
}

fn nothing(everywhere: bool) -> AnyView {
    let action = Some(link_button("/rooms/new", "primary", Some("plus"), rooms::CREATE_ROOM));
    if everywhere {
        empty("jetty", rooms::NONE_TITLE, rooms::NONE, action)
    } else {
        empty("buoy", rooms::NO_MATCH_TITLE, rooms::NO_MATCH, action)
    }
}

/// One room, and the way in.
pub fn room_card(app: AppState, card: &RoomCard) -> AnyView {
    let navigator = use_navigator();
    let busy = RwSignal::new(false);
    let id = card.id;
    let name = card.name.to_string();
    let heading_id = format!("room-card-{id}");
    // Membership may have come or gone since the directory was read.
    let is_member = Memo::new(move |_| app.roster.conversation(id).with(Option::is_some));
    let join = move |()| {
        busy.set(true);
        spawn_local(async move {
            match actions::join_room(app, id).await {
                Ok(Joined::Member { conversation }) => navigator.go(Page::Chat { id: conversation.id, details: false }),
                Ok(Joined::Requested {}) => app.toasts.show(Notice::Words { text: rooms::ASKED_TOAST.to_owned(), is_error: false }),
                Err(failure) => app.toasts.show(Notice::Failed(failure)),
            }
            busy.try_set(false);
        });
    };
    let (join_name, open_name) = (rooms::join_named(&name), rooms::open_named(&name));
    let members = rooms::members(card.member_count, &browser::number(card.member_count));
    let alias = card.alias.as_ref().map(|alias| format!("#{alias} · ")).unwrap_or_default();
    let active_at = card.active_at;
    view! {
        <article class="rooms-card" aria-labelledby=heading_id.clone()>
            <header>
                {face::room_tile(id, Visibility::Public, "")}
                <div class="t">
                    <h3 id=heading_id.clone() dir="auto">{name}</h3>
                    <p>{alias} {members} " · " <span title=move || words::exact(active_at)>{rooms::last_active(&browser::relative_time(active_at))}</span></p>
                </div>
            </header>
            <p class="about" dir="auto">{card.topic.to_string()}</p>
            <footer>
                {move || {
                    if is_member.get() {
                        let name = open_name.clone();
                        view! {
                            <span class="badge ok">{rooms::JOINED}</span>
                            <a class="btn sm" href=Page::Chat { id, details: false }.path() aria-label=name>{rooms::OPEN}</a>
                        }.into_any()
                            .into_any()
                    } else {
                        let name = join_name.clone();
                        view! {
                            <button
                                type="button"
                                class="btn sm primary"
                                aria-label=name
                                aria-busy=move || busy.get().then_some("true")
                                on:click=move |_| {
                                    if !busy.get_untracked() {
                                        join(());
                                    }
                                }
                            >
                                {rooms::JOIN}
                            </button>
                        }.into_any()
                            .into_any()
                    }
                }}
            </footer>
        </article>
    }
    .into_any()
}
