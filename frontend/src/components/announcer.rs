//! What screen readers hear of new messages: a hidden log that holds at most three lines, and never history.

use std::collections::VecDeque;

use leptos::prelude::*;
use shared_types::Timestamp;

use super::words;
use crate::ui::reactive::{Keyed, effect, keyed};
use crate::{browser, state::use_app, strings::chat};

const LINES: usize = 3;
/// More than this many within [`BURST_MS`] are told as a number.
const BURST: usize = 3;
const BURST_MS: i64 = 5_000;

#[derive(Clone)]
struct Line {
    serial: u32,
    text: String,
}

#[component]
pub fn Announcer() -> AnyView {
    let app = use_app();
    let lines = RwSignal::new(VecDeque::<Line>::new());
    let arrivals = StoredValue::new(VecDeque::<Timestamp>::new());
    effect(move || {
        let Some(heard) = app.open.announcement.get() else {
            return;
        };
        let now = browser::now();
        let recent = arrivals.try_update_value(|arrivals| {
            arrivals.push_back(now);
            while arrivals.front().is_some_and(|at| now.since_ms(*at) > BURST_MS) {
                arrivals.pop_front();
            }
            arrivals.len()
        });
        let recent = recent.unwrap_or_default();
        let text = if recent > BURST {
            chat::announced_many(recent)
        } else {
            chat::announced(&untrack(|| words::known_name(app, heard.author)), &heard.text)
        };
        lines.update(|lines| {
            if recent > BURST {
                lines.clear();
            }
            lines.push_back(Line { serial: heard.serial, text });
            while lines.len() > LINES {
                lines.pop_front();
            }
        });
    });
    view! {
        <div class="vh" role="log" aria-live="polite" aria-relevant="additions">
            {keyed(move || {
                let draw = |text: String| view! { <p>{text}</p> }.into_any();
                lines.get().into_iter().map(|line| Keyed::new((0, line.serial.into()), move || draw(line.text))).collect()
            })}
        </div>
    }
    .into_any()
}
