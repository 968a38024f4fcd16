//! How the model is kept on this device: one record for each thing, so that a message costs one small write.

use client::{
    keeper::{Batch, Keeper},
    model::Kept,
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared_types::{ConversationId, Timestamp, user::Me};

use super::AppState;
use crate::browser;

const ME: &str = "me";
/// `c/<id>`: a conversation.
const CONVERSATION: &str = "c/";
/// `w/<id>`: the end of its window.
const WINDOW: &str = "w/";
/// `u/<id>`: a person.
const PERSON: &str = "u/";
/// Grows when a record changes its meaning: what an earlier build kept is forgotten.
const FORMAT: u32 = 1;
const WRITE_AFTER_MS: u32 = 300;
/// A session does not live longer than this without a word from the server.
const LONGEST_MS: i64 = 30 * 24 * 3_600_000;

#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    written_at: Timestamp,
    /// The server's clock at that time.
    server_now: Timestamp,
    me: Me,
}

fn texts(batch: Batch) -> Vec<(String, String)> {
    let Batch { me, server_now, conversations, windows, users, gone } = batch;
    let mut records = Vec::new();
    put(&mut records, ME, "", &Head { format: FORMAT, written_at: browser::now(), server_now, me });
    for kept in conversations {
        put(&mut records, CONVERSATION, kept.conversation.id, &kept);
    }
    for (id, page) in windows {
        put(&mut records, WINDOW, id, &page);
    }
    for user in users {
        put(&mut records, PERSON, user.id, &user);
    }
    records.extend(gone.iter().flat_map(|id| [CONVERSATION, WINDOW].map(|kind| (format!("{kind}{id}"), String::new()))));
    records
}

fn put<T: Serialize>(records: &mut Vec<(String, String)>, kind: &str, id: impl std::fmt::Display, value: &T) {
    if let Ok(text) = serde_json::to_string(value) {
        records.push((format!("{kind}{id}"), text));
    }
}

/// Writes in a moment what has changed by now and until then.
pub(super) fn keep_soon(app: AppState) {
    app.core.update_value(|core| {
        if core.keeper.is_due() && core.keep_timer.is_none() {
            core.keep_timer = Some(Timeout::new(WRITE_AFTER_MS, move || write(app, false)));
        }
    });
}

/// Writes what has changed: the page may be gone in a moment.
pub(crate) fn keep_now(app: AppState) {
    write(app, true);
}

fn write(app: AppState, leaving: bool) {
    let due = app.core.try_update_value(|core| {
        core.keep_timer = None;
        if core.keeper.is_due() { core.keeper.take(&core.model) } else { None }
    });
    if let Some(batch) = due.flatten() {
        browser::keep(&batch.me.user.id.to_string(), texts(batch), leaving);
    }
}

/// What was kept for whoever was signed in here last; `None` if there is nothing that this build can use.
pub(crate) async fn read() -> Option<Kept> {
    let records = browser::kept().await;
    let (_, head) = records.iter().find(|(key, _)| key == ME)?;
    let kept = parse(head, &records);
    if kept.is_none() {
        browser::forget_kept();
    }
    kept
}

fn parse(head: &str, records: &[(String, String)]) -> Option<Kept> {
    let head: Head = serde_json::from_str(head).ok()?;
    if head.format != FORMAT || browser::now().since_ms(head.written_at) > LONGEST_MS {
        return None;
    }
    let mut kept = Kept { me: head.me, server_now: head.server_now, users: Vec::new(), conversations: Vec::new(), windows: Vec::new() };
    for (key, text) in records {
        if key.starts_with(PERSON) {
            kept.users.extend(serde_json::from_str(text));
        } else if key.starts_with(CONVERSATION) {
            // Without one of them the list would not be the list.
            kept.conversations.push(serde_json::from_str(text).ok()?);
        } else if let Some(id) = key.strip_prefix(WINDOW) {
            kept.windows.extend(id.parse().ok().zip(serde_json::from_str(text).ok()));
        }
    }
    Some(kept)
}

/// All of this comes from what is kept, and need not be written again; but for these windows, which were too many.
pub(crate) fn is_as_kept(app: AppState, ids: Vec<ConversationId>) {
    app.core.update_value(|core| core.keeper = Keeper::default());
    if let Some(owner) = app.my_id().filter(|_| !ids.is_empty()) {
        browser::keep(&owner.to_string(), ids.into_iter().map(|id| (format!("{WINDOW}{id}"), String::new())).collect(), false);
    }
}
