//! What the model wants to know of the server.

use client::{
    model::WindowPlace,
    sync::{Effect, LOG_PAGE},
    timeline::PAGE,
};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use shared_types::{ConversationId, ErrorCode, Seq, UserId, page::HistoryQuery};

use crate::{
    api::{self, ApiFailure},
    state::{AppState, OpenPhase},
};

/// A hole often closes by itself: an acknowledgement that overtook the events before it.
const HOLE_PATIENCE_MS: u32 = 100;
/// People asked for in one call.
const USERS_PER_CALL: usize = 100;

/// Asks, and hands the answer to the model.
pub(crate) fn carry_out(app: AppState, effect: Effect) {
    spawn_local(async move {
        match effect {
            Effect::ReadLog { conversation_id, after } => read_log(app, conversation_id, after).await,
            Effect::ReadConversation(id) => read_conversation(app, id).await,
            Effect::ReadList => {
                let answer = api::list_conversations().await;
                app.work(|core| match answer {
                    Ok(list) => core.model.list_read(list),
                    Err(_) => core.model.list_failed(),
                });
            }
            Effect::ReadReceipts(id) => {
                // If it does not work, the next connection asks again.
                let _ = super::load_receipts(app, id).await;
            }
            Effect::ReadWindow { conversation_id, place } => read_window(app, conversation_id, place).await,
            Effect::ReadNewer(_) => super::load_newer(app),
            Effect::ReadUsers(ids) => {
                for ids in ids.chunks(USERS_PER_CALL) {
                    read_users(app, ids.to_vec()).await;
                }
            }
        }
    });
}

async fn read_log(app: AppState, id: ConversationId, after: Seq) {
    TimeoutFuture::new(HOLE_PATIENCE_MS).await;
    if app.work(|core| core.model.wants_log(id, after)) != Some(true) {
        return;
    }
    match api::list_events(id, after, LOG_PAGE).await {
        Ok(page) => app.work(|core| core.model.log_read(id, after, page)),
        Err(failure) if is_gone(&failure) => app.work(|core| core.model.lose(id)),
        Err(_) => app.work(|core| core.model.log_failed(id)),
    };
}

async fn read_conversation(app: AppState, id: ConversationId) {
    match api::get_conversation(id).await {
        Ok(conversation) => app.work(|core| core.model.conversation_read(conversation)),
        Err(failure) => app.work(|core| core.model.conversation_failed(id, is_gone(&failure))),
    };
}

async fn read_window(app: AppState, id: ConversationId, place: WindowPlace) {
    let mut query = HistoryQuery { limit: Some(PAGE), ..HistoryQuery::default() };
    match place {
        WindowPlace::Newest => {}
        WindowPlace::Around(seq) => query.around = Some(seq),
        WindowPlace::At(at) => query.at = Some(at),
    }
    let answer = api::list_messages(id, query).await;
    app.work(|core| {
        if core.model.awaited() != Some((id, place)) {
            return;
        }
        match answer {
            Ok(page) => {
                core.open_trouble = None;
                core.model.window_read(id, place, page);
            }
            Err(failure) => {
                let trouble = if is_gone(&failure) { OpenPhase::Gone } else { OpenPhase::Failed(failure) };
                core.open_trouble = Some(trouble);
                core.model.window_failed();
            }
        }
    });
}

async fn read_users(app: AppState, ids: Vec<UserId>) {
    match api::get_users(&ids).await {
        Ok(users) => app.work(|core| core.model.meet(users)),
        Err(_) => app.work(|core| core.model.users_failed(ids)),
    };
}

/// There is no such thing for us, now or ever.
fn is_gone(failure: &ApiFailure) -> bool {
    failure.is(ErrorCode::NotFound) || failure.is(ErrorCode::Forbidden)
}
