//! The server itself: what it is, whether it lives, whether it can serve.

use std::sync::atomic::Ordering;

use axum::{Json, extract::State, http::StatusCode};
use domain::{accounts, integrity};
use shared_types::{
    ErrorBody, route,
    server::{Health, Integrity, ServerInfo},
};

use crate::{app::App, error::ApiResult, extract::Me};

/// What anyone may know before signing in.
#[utoipa::path(get, path = route::SERVER, tag = "server", responses((status = 200, body = ServerInfo)))]
pub async fn get_server(State(app): State<App>) -> ApiResult<Json<ServerInfo>> {
    Ok(Json(accounts::server_info(&app.ctx, env!("CARGO_PKG_VERSION")).await?))
}

/// Everything that is stored beside the logs, counted anew from them. For those who run the server; reads the whole database.
#[utoipa::path(get, path = route::INTEGRITY, tag = "server", security(("bearer" = [])), responses(
    (status = 200, body = Integrity), (status = 404, description = "The asker does not run the server", body = ErrorBody)))]
pub async fn check_integrity(State(app): State<App>, Me(me): Me) -> ApiResult<Json<Integrity>> {
    Ok(Json(integrity::check(&app.ctx, me).await?))
}

/// The process lives.
#[utoipa::path(get, path = route::HEALTHZ, tag = "server", responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok".into() })
}

/// The server can serve: it is not about to stop, and its database answers.
#[utoipa::path(get, path = route::READYZ, tag = "server", responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn readyz(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let status = if app.stopping.load(Ordering::Acquire) {
        Err("the server is about to stop")
    } else {
        app.ctx.store.ping().await.map_err(|_| "the database does not answer")
    };
    match status {
        Ok(()) => (StatusCode::OK, Json(Health { status: "ok".into() })),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: reason.into() })),
    }
}
