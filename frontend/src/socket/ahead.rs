//! Reads the most recent conversations ahead, one after the other, once the connection has come to rest.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared_types::page::HistoryQuery;

use client::timeline::PAGE;

use crate::{api, state::AppState};

const REST_MS: u32 = 1_500;
const PAUSE_MS: u32 = 100;

/// The connection has just begun. One tab reads; the others find it on the device.
pub(super) fn read_ahead(app: AppState) {
    let begins = app.core.try_update_value(|core| {
        core.ahead.0.clear();
        !core.seat.rules.is_following() && !std::mem::replace(&mut core.ahead.1, true)
    });
    if begins != Some(true) {
        return;
    }
    spawn_local(async move {
        TimeoutFuture::new(REST_MS).await;
        while let Some(id) = next(app) {
            let query = HistoryQuery { limit: Some(PAGE), ..HistoryQuery::default() };
            let Ok(page) = api::list_messages(id, query).await else { break };
            app.work(|core| core.model.read_ahead(id, page));
            TimeoutFuture::new(PAUSE_MS).await;
        }
        app.core.update_value(|core| core.ahead.1 = false);
    });
}

fn next(app: AppState) -> Option<shared_types::ConversationId> {
    app.core
        .try_update_value(|core| {
            let id = core.link.is_live().then(|| core.model.wants_ahead(&core.ahead.0)).flatten()?;
            core.ahead.0.insert(id);
            Some(id)
        })
        .flatten()
}
