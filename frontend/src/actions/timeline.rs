//! Reading: opening, paging, jumping, marking as seen.

use client::timeline::PAGE;
use leptos::{prelude::*, task::spawn_local};
use shared_types::{ConversationId, Seq, Timestamp, page::HistoryQuery};

use crate::{
    api,
    state::{AppState, OpenPhase},
};

/// Opens a conversation where the person left it or at the first unread message, and lands there. Opening the one that is
/// open does nothing, unless it had failed.
pub fn open_conversation(app: AppState, id: ConversationId) {
    open(app, id, None);
}

/// Opens a conversation at one message (`?at=<seq>`), and flashes it; jumps there if it is open already.
pub fn open_conversation_at(app: AppState, id: ConversationId, seq: Seq) {
    open(app, id, Some(seq));
}

fn open(app: AppState, id: ConversationId, target: Option<Seq>) {
    let opens_at = app.preferences.now.get_untracked().opens_at;
    app.work(|core| {
        let is_open = core.model.open_id() == Some(id);
        let is_well = !matches!(core.open_trouble, Some(OpenPhase::Failed(_) | OpenPhase::Gone));
        match target {
            Some(seq) if is_open && is_well => core.model.jump_to(seq),
            None if is_open && is_well => {}
            _ => {
                core.open_trouble = None;
                core.model.open(id, target, opens_at);
            }
        }
    });
}

/// The route left the conversation.
pub fn close_conversation(app: AppState) {
    app.work(|core| {
        core.open_trouble = None;
        core.model.close();
    });
}

/// The reader comes near the upper end. Does nothing while it loads, or at the start.
pub fn load_older(app: AppState) {
    let Some(Some((id, before))) = app.work(|core| core.model.wants_older()) else { return };
    spawn_local(async move {
        let query = HistoryQuery { before: Some(before), limit: Some(PAGE), ..HistoryQuery::default() };
        let page = api::list_messages(id, query).await.ok();
        app.work(|core| core.model.older_read(id, page));
    });
}

/// The reader comes near the lower end of a window that does not reach the newest message.
pub fn load_newer(app: AppState) {
    let Some(Some((id, after))) = app.work(|core| core.model.wants_newer()) else { return };
    spawn_local(async move {
        let query = HistoryQuery { after: Some(after), limit: Some(PAGE), ..HistoryQuery::default() };
        let page = api::list_messages(id, query).await.ok();
        app.work(|core| core.model.newer_read(id, page));
    });
}

/// To the newest message, replacing the window if it does not reach it.
pub fn jump_to_latest(app: AppState) {
    app.work(|core| core.model.jump_to_latest());
}

/// To the first message at or after this time; see `browser::parse_date_field`.
pub fn jump_to_date(app: AppState, at: Timestamp) {
    app.work(|core| core.model.jump_to_date(at));
}

/// Tells whether the newest row is in view (within 64 px). While it is, new messages do not count as "Latest n".
pub fn reader_is_at_end(app: AppState, at_end: bool) {
    app.work(|core| core.model.reader_is_at_end(at_end));
}

/// The reader has had this row in view for 500 ms, with the page visible and focused.
pub fn mark_seen(app: AppState, seq: Seq) {
    app.work(|core| core.model.mark_seen(seq));
}

/// The first message in view, so that a window that has to be read anew is read there.
pub fn reader_looks_at(app: AppState, seq: Seq) {
    app.core.update_value(|core| core.model.reader_looks_at(seq));
}
