//! How far one has read, on purpose; and how far others have.

use leptos::task::spawn_local;
use shared_types::{ConversationId, Seq, UserId, message::PlacedPosition};

use crate::{
    api::{self, Answer},
    state::{AppState, Notice},
};

/// This message and all after it are unread, on every device. Looking at them does not change that until one comes back.
pub fn mark_unread(app: AppState, id: ConversationId, from: Seq) {
    app.work(|core| core.model.mark_unread(id, from));
}

/// Everything in this conversation is read.
pub fn mark_read(app: AppState, id: ConversationId) {
    app.work(|core| core.model.mark_read(id));
}

/// Everything everywhere is read; for ten seconds that can be undone.
pub fn mark_all_read(app: AppState) {
    spawn_local(async move {
        match api::read_all().await {
            Ok(moved) => {
                app.work(|core| core.model.positions_told(moved.positions));
                app.toasts.show(Notice::AllRead { before: moved.before });
            }
            Err(failure) => app.toasts.show(Notice::Failed(failure)),
        }
    });
}

/// Everything is as unread as it was.
pub fn undo_all_read(app: AppState, before: Vec<PlacedPosition>) {
    spawn_local(async move {
        match api::place_positions(before).await {
            Ok(moved) => {
                app.work(|core| core.model.positions_told(moved.positions));
            }
            Err(failure) => app.toasts.show(Notice::Failed(failure)),
        }
    });
}

/// Reads how far the others are.
pub async fn load_receipts(app: AppState, id: ConversationId) -> Answer<()> {
    let receipts = api::list_receipts(id).await?;
    app.work(|core| core.model.receipts_read(id, &receipts));
    Ok(())
}

/// Who has read up to here, among those who share it.
pub async fn load_readers(app: AppState, id: ConversationId, seq: Seq) -> Answer<Vec<UserId>> {
    load_receipts(app, id).await?;
    Ok(app.look(|core| core.model.readers(id, seq)).unwrap_or_default())
}
