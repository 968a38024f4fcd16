//! What stands at the two ends of the list, and the pills that lead there.

use leptos::prelude::*;
use shared_types::{ConversationId, conversation::ConversationKind};

use super::scroll::Scroller;
use crate::ui::reactive::{dynamic, optional};
use crate::{
    actions,
    browser::{self, DayName},
    components::{
        face,
        overlay::{Overlay, use_overlays},
        words,
    },
    state::{AppState, Edge, OpenPhase},
    strings::{self, chat},
    ui::{button::Button, icon::icon},
};

/// Above the oldest row: the conversation's first card, or what is still to come.
pub fn upper(app: AppState, id: ConversationId, title: Signal<String>, scroller: Scroller) -> AnyView {
    dynamic(move || {
        scroller.before_change();
        if app.open.phase.with(|phase| *phase != OpenPhase::Ready) {
            return ().into_any();
        }
        match app.open.older.get() {
            Edge::More => ().into_any(),
            Edge::Loading => loading(chat::LOADING_OLDER),
            Edge::Failed => failed(chat::OLDER_FAILED, Callback::new(move |()| actions::load_older(app))),
            Edge::Reached => start_card(app, id, title),
        }
    })
}

/// Below the newest row that is loaded.
pub fn lower(app: AppState) -> AnyView {
    dynamic(move || match app.open.newer.get() {
        Edge::Loading => loading(chat::LOADING_NEWER),
        Edge::Failed => failed(chat::NEWER_FAILED, Callback::new(move |()| actions::load_newer(app))),
        Edge::More | Edge::Reached => ().into_any(),
    })
}

fn loading(label: &'static str) -> AnyView {
    view! { <div class="edge"><i class="spin" aria-hidden="true"></i>{label}</div> }.into_any()
}

fn failed(label: &'static str, retry: Callback<()>) -> AnyView {
    view! { <div class="edge" role="alert">{label}<button type="button" class="link" on:click=move |_| retry.run(())>{strings::RETRY}</button></div> }
        .into_any()
}

fn start_card(app: AppState, id: ConversationId, title: Signal<String>) -> AnyView {
    let overlays = use_overlays();
    let conversation = app.roster.conversation(id);
    let row = app.roster.row(id);
    let facts = Memo::new(move |_| {
        conversation.with(|conversation| {
            conversation.as_ref().map(|conversation| (conversation.kind, conversation.created_at, conversation.topic.to_string()))
        })
    });
    optional(move || {
        let (kind, created_at, topic) = facts.get()?;
        let picture = row.with_untracked(|row| row.as_ref().map(|row| face::conversation_face(app, row, "lg")));
        let heading = move || match kind {
            ConversationKind::Room => chat::start_of(&title.get()),
            _ => chat::start_with(&title.get()),
        };
        let adds_people = kind != ConversationKind::Direct;
        Some(view! {
            <div class="room-start">
                {picture} <h3 dir="auto">{move || heading()}</h3>
                <p dir="auto">{topic}</p>
                <p>{move || chat::created(&words::day(created_at), matches!(browser::day_name(created_at), DayName::Today | DayName::Yesterday))}</p>
                {adds_people
                    .then(|| {
                        view! {
                            <div class="acts">
                                <Button label=chat::ADD_PEOPLE symbol="user-plus" on_click=move |()| overlays.open(Overlay::AddPeople(id)) />
                            </div>
                        }.into_any()
                    })}
            </div>
        }.into_any())
    })
}

/// The shape of what is on its way.
pub fn skeleton() -> AnyView {
    const ROWS: [(&str, &str); 6] = [("", "w5"), ("", "w8"), (" own", "w4"), ("", "w6"), (" own", "w7"), ("", "w3")];
    let shown = RwSignal::new(false);
    set_timeout(
        move || {
            shown.try_set(true);
        },
        std::time::Duration::from_millis(150),
    );
    optional(move || {
        shown.get().then(|| {
            let rows = ROWS
                .iter()
                .map(|(own, width)| {
                    view! {
                        <div class=format!("msg skel{own}") aria-hidden="true">
                            <i class="sk av"></i>
                            <div class="stack"><i class=format!("sk bub {width}")></i></div>
                        </div>
                    }
                    .into_any()
                })
                .collect_view();
            view! { <div role="status"><span class="vh">{chat::LOADING_MESSAGES}</span>{rows}</div> }.into_any()
        })
    })
}

/// "Latest 3", while the reader is somewhere above.
pub fn latest_pill(app: AppState, scroller: Scroller) -> AnyView {
    let shown = Memo::new(move |_| !scroller.at_end.get() && app.open.phase.with(|phase| *phase == OpenPhase::Ready));
    optional(move || {
        shown.get().then(|| {
            let fresh = app.open.fresh;
            view! {
                <div class="jumps">
                    <button
                        type="button"
                        class=move || { if fresh.get().1 > 0 { "jump for-you" } else { "jump" } }
                        aria-label=move || chat::latest(fresh.get())
                        on:click=move |_| actions::jump_to_latest(app)>
                        {icon("arrow-down")}
                        {chat::LATEST}
                        {move || {
                            let (count, mentions) = fresh.get();
                            let (class, at) = if mentions > 0 { ("spark", "@") } else { ("cnt", "") };
                            (count > 0).then(|| view! { <b class=class>{at}{strings::unread(count)}</b> }.into_any())
                        }}
                    </button>
                </div>
            }
            .into_any()
        })
    })
}

/// "40 new since 09:12", while the divider is above the view and was not seen yet.
pub fn unread_pill(app: AppState, id: ConversationId, scroller: Scroller) -> AnyView {
    optional(move || {
        if !scroller.unread_above.get() {
            return None;
        }
        let divider = app.open.rows.with(|rows| {
            rows.iter().find_map(|row| match row.row.get_untracked() {
                client::timeline::Row::Unread { count, since } => Some((count, since)),
                _ => None,
            })
        });
        let (count, since) = divider?;
        let mark_read = move |_| {
            scroller.forget_divider();
            actions::mark_read(app, id);
        };
        Some(
            view! {
                <div class="jumps top">
                    <button type="button" class="jump" on:click=move |_| scroller.go_to_unread()>
                        {icon("up")}
                        {chat::new_since(&strings::unread(count), &words::stamp(since))}
                    </button>
                    <button type="button" class="jump" on:click=mark_read>{chat::MARK_READ}</button>
                </div>
            }
            .into_any(),
        )
    })
}
