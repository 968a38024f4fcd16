//! Keeps the rows still while somebody is about to point at one.

use std::time::Duration;

use client::roster::Sections;
use leptos::prelude::*;
use shared_types::{ConversationId, Timestamp};

use crate::browser;
use crate::ui::reactive::effect;

/// So long after the last movement the order may change again.
const REST: Duration = Duration::from_millis(1_500);
/// The longest that an order waits.
const LONGEST_MS: i64 = 10_000;

/// An order that lags behind while pointer or keys are busy in the list. What comes or goes is shown at once all the same.
#[derive(Clone, Copy)]
pub struct Held {
    pub shown: RwSignal<Sections>,
    newest: Signal<Sections>,
    timer: StoredValue<Option<TimeoutHandle>>,
    since: StoredValue<Option<Timestamp>>,
}

impl Held {
    pub fn new(newest: Signal<Sections>) -> Self {
        let held =
            Self { shown: RwSignal::new(newest.get_untracked()), newest, timer: StoredValue::new(None), since: StoredValue::new(None) };
        effect(move || {
            let newest = newest.get();
            let same_rows = held.shown.with_untracked(|shown| same(&shown.people, &newest.people) && same(&shown.rooms, &newest.rooms));
            if !(same_rows && held.is_held()) {
                held.show();
            }
        });
        held
    }

    /// Something moved inside: the order waits.
    pub fn hold(self) {
        let now = browser::now();
        let since = self.since.get_value().unwrap_or(now);
        if now.since_ms(since) > LONGEST_MS {
            self.release();
            return;
        }
        self.since.set_value(Some(since));
        self.stop_timer();
        self.timer.set_value(set_timeout_with_handle(move || self.release(), REST).ok());
    }

    /// Nothing is about to be pointed at.
    pub fn release(self) {
        self.stop_timer();
        self.since.try_set_value(None);
        self.show();
    }

    fn is_held(self) -> bool {
        self.timer.with_value(Option::is_some)
    }

    fn stop_timer(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn show(self) {
        let Some(newest) = self.newest.try_get_untracked() else {
            return;
        };
        if self.shown.try_with_untracked(|shown| *shown != newest) == Some(true) {
            self.shown.set(newest);
        }
    }
}

/// The same ids, in whatever order.
fn same(one: &[ConversationId], other: &[ConversationId]) -> bool {
    one.len() == other.len() && (one == other || one.iter().all(|id| other.contains(id)))
}
