//! How the connection is doing: a dot with a word, what stands behind it, and a banner when it matters.

use client::link::{Indicator, Status};
use leptos::{html, prelude::*};
use shared_types::Timestamp;

use crate::ui::reactive::{dynamic, effect, text};
use crate::{
    actions, browser,
    state::{AppState, use_app},
    strings::shell,
    ui::{
        button::Button,
        icon::{icon, small_icon},
        menu,
    },
};

/// The dot beats once with every sign of life. A click tells the numbers.
#[component]
pub fn ConnectionDot() -> AnyView {
    let app = use_app();
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let beats = RwSignal::new(false);
    let mut before = app.link.pulse.get_untracked();
    effect(move || {
        let pulse = app.link.pulse.get();
        if before != pulse {
            beats.set(true);
            set_timeout(
                move || {
                    beats.try_set(false);
                },
                std::time::Duration::from_millis(700),
            );
        }
        before = pulse;
    });
    let word = move || match (app.link.status.get(), app.link.queued.get()) {
        (Status::Offline, queued @ 1..) => shell::offline(queued),
        (status, _) => shell::status(status).to_owned(),
    };
    view! {
        <footer class="conn">
            <button
                type="button"
                class="conn-btn"
                node_ref=button
                popovertarget="connection-card"
                aria-label=move || shell::connection_button(&word())
            >
                <i class="pulse" class:beat=beats aria-hidden="true"></i>
                <span>{move || word()}</span>
            </button>
            {card(app, "connection-card", panel, button)}
            <span class="vh" role="status">{move || word()}</span>
            {move || {
                app.link
                    .update_ready
                    .get()
                    .then(|| {
                        view! {
                            <span class="note info">
                                {small_icon("refresh")} {shell::UPDATE_READY} " "
                                <button type="button" class="link" on:click=move |_| browser::reload()>{shell::RELOAD}</button>
                            </span>
                        }.into_any()
                    })
            }}
        </footer>
    }
    .into_any()
}

/// The numbers behind the word, beside the button that opens them.
fn card(app: AppState, id: &'static str, panel: NodeRef<html::Div>, button: NodeRef<html::Button>) -> AnyView {
    let seq = move || {
        let id = app.open.id.get()?;
        app.roster.conversation(id).with(|conversation| conversation.as_ref().map(|conversation| conversation.head_seq.to_string()))
    };
    let fact = |name: &'static str, value: AnyView| view! { <dt>{name}</dt><dd>{value}</dd> }.into_any();
    view! {
        <div
            class="card conn-card"
            id=id
            popover="auto"
            role="dialog"
            aria-label=shell::CONNECTION
            node_ref=panel
            on:toggle=move |event| {
                if menu::is_open(&event) {
                    menu::place(panel, button);
                }
            }
        >
            <dl class="kv">
                {fact(shell::CONNECTION, text(move || shell::status(app.link.status.get()).to_owned()))}
                {fact(
                    shell::ROUND_TRIP,
                    text(move || app.link.rtt_ms.get().map_or_else(|| shell::UNKNOWN.to_owned(), shell::round_trip)),
                )}
                {fact(shell::LAST_SEQUENCE, text(move || seq().unwrap_or_else(|| "–".to_owned())))}
                {fact(shell::OUTBOX, text(move || shell::waiting(app.link.queued.get())))}
                {fact(
                    shell::CONNECTED_SINCE,
                    text(move || app.link.live_since.get().map_or_else(|| "–".to_owned(), |at| browser::relative_time(Timestamp(at)))),
                )}
            </dl>
            {move || {
                (app.link.status.get() != Status::Live)
                    .then(|| view! { <Button label=shell::TRY_NOW class="sm" on_click=move |()| actions::retry_connection(app) /> }.into_any())
            }}
        </div>
    }
    .into_any()
}

/// In the flow of the page, so that it never covers anything. Nothing at all while all is well.
#[component]
pub fn ConnectionBanner() -> AnyView {
    let app = use_app();
    let clock = RwSignal::new(browser::now());
    tick_while_counting_down(app, clock);
    let kind = Memo::new(move |_| match app.link.indicator.get() {
        Indicator::Fine => 0_u8,
        Indicator::Reconnecting => 1,
        Indicator::Offline { .. } => 2,
    });
    let countdown = move || match app.link.indicator.get() {
        Indicator::Offline { retry_at: Some(at) } => shell::retry_in((at.since_ms(clock.get()) + 999) / 1_000),
        _ => String::new(),
    };
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    dynamic(move || {
        let kind = kind.get();
        let (symbol, more) = match kind {
            0 => return ().into_any(),
            1 => ("refresh", shell::RECONNECTING_MORE),
            _ => ("wifi-off", shell::OFFLINE_MORE),
        };
        let loud = text(move || if kind == 1 { shell::RECONNECTING.to_owned() } else { shell::offline(app.link.queued.get()) + "." });
        view! {
            <div class="banner warn">
                {icon(symbol)}
                <span>
                    <span role="status"><b>{loud}</b> " " {more}</span>
                    " "
                    <span class="num">{move || countdown()}</span>
                </span>
                <button type="button" class="link" node_ref=button popovertarget="connection-now">{shell::CONNECTION}</button>
                {card(app, "connection-now", panel, button)}
                <Button label=shell::TRY_NOW class="sm" on_click=move |()| actions::retry_connection(app) />
            </div>
        }
        .into_any()
    })
}

/// Seconds pass only while somebody is told of them: a page that is connected wakes nobody.
fn tick_while_counting_down(app: AppState, clock: RwSignal<Timestamp>) {
    let timer = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let counts = Memo::new(move |_| matches!(app.link.indicator.get(), Indicator::Offline { retry_at: Some(_) }));
    effect(move || {
        stop();
        if counts.get() {
            clock.set(browser::now());
            timer.set_value(set_interval_with_handle(move || clock.set(browser::now()), std::time::Duration::from_secs(1)).ok());
        }
    });
    on_cleanup(stop);
}
