//! The chip that names the day in view, and leads to any other.

use std::time::Duration;

use leptos::{html, prelude::*};
use shared_types::Timestamp;

use super::scroll::Scroller;
use crate::ui::reactive::effect;
use crate::{actions, browser, components::words, state::AppState, strings::chat, ui::menu};

const DAY_MS: i64 = 86_400_000;
/// The chip fades when nobody has scrolled for so long.
const IDLE: Duration = Duration::from_millis(1_200);

/// At the top while the reader is not at the end.
pub fn date_chip(app: AppState, scroller: Scroller) -> AnyView {
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let idle = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    effect(move || {
        scroller.day.track();
        idle.set(false);
        stop();
        let fade = move || {
            idle.try_set(true);
        };
        timer.set_value(set_timeout_with_handle(fade, IDLE).ok());
    });
    on_cleanup(stop);
    let go = move |at: Timestamp| {
        if let Some(panel) = panel.get_untracked() {
            let _ = panel.hide_popover();
        }
        actions::jump_to_date(app, at);
    };
    let shortcut = move |label: &'static str, at: fn() -> Timestamp| {
        view! { <button type="button" class="btn sm" on:click=move |_| go(at())>{label}</button> }.into_any()
    };
    let hidden = move || scroller.at_end.get() || scroller.day.get().is_none();
    view! {
        <div class="jumps top chip" class:idle=idle hidden=move || hidden()>
            <button
                type="button"
                class="chipdate"
                node_ref=button
                popovertarget="date-card"
                aria-haspopup="dialog"
                title=chat::JUMP_TO_DATE
            >
                {move || scroller.day.get().map(words::day)}
                <span class="vh">", " {chat::JUMP_TO_DATE}</span>
            </button>
        </div>
        <div
            class="card datepick"
            id="date-card"
            popover="auto"
            role="dialog"
            aria-label=chat::JUMP_TO_DATE
            node_ref=panel
            on:toggle=move |event| {
                if menu::is_open(&event) {
                    menu::place(panel, button);
                    browser::focus("date-field");
                }
            }
        >
            <div class="field">
                <label for="date-field">{chat::JUMP_TO_DATE}</label>
                <input
                    class="input"
                    id="date-field"
                    type="date"
                    max=browser::date_field_value(browser::now())
                    prop:value=move || scroller.day.get().map(browser::date_field_value)
                    on:change:target=move |event| {
                        if let Some(at) = browser::parse_date_field(&event.target().value()) {
                            go(at);
                        }
                    }
                />
            </div>
            <div class="acts">
                {shortcut(chat::TODAY, || browser::local_midnight(browser::now()))}
                {shortcut(chat::YESTERDAY, || browser::local_midnight(browser::now().plus_ms(-DAY_MS)))}
                {shortcut(chat::LAST_WEEK, || browser::local_midnight(browser::now().plus_ms(-7 * DAY_MS)))}
                {shortcut(chat::THE_START, || Timestamp(0))}
            </div>
        </div>
    }
    .into_any()
}
