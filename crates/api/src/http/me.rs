//! One's own account and devices.

use axum::{Json, extract::State, http::StatusCode};
use domain::{accounts, sessions};
use shared_types::{
    ErrorBody, SessionId,
    account::{ChangePassword, SessionList, UpdateProfile},
    route, user,
    ws::Ticket,
};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Body, Me, Path},
};

/// The signed-in person.
#[utoipa::path(get, path = route::ME, tag = "me", security(("bearer" = [])), responses(
    (status = 200, body = user::Me), (status = 401, body = ErrorBody)))]
pub async fn get_me(State(app): State<App>, Me(me): Me) -> ApiResult<Json<user::Me>> {
    Ok(Json(accounts::me(&app.ctx, me).await?))
}

/// Change display name or bio. Everyone's open client shows it at once.
#[utoipa::path(patch, path = route::ME, tag = "me", security(("bearer" = [])), request_body = UpdateProfile, responses(
    (status = 200, body = user::Me), (status = 422, body = ErrorBody)))]
pub async fn update_profile(State(app): State<App>, Me(me): Me, Body(update): Body<UpdateProfile>) -> ApiResult<Json<user::Me>> {
    Ok(Json(accounts::update_profile(&app.ctx, me, update).await?))
}

/// Change the password. Every other session ends.
#[utoipa::path(post, path = route::MY_PASSWORD, tag = "me", security(("bearer" = [])), request_body = ChangePassword, responses(
    (status = 204, description = "Changed"), (status = 422, description = "The present password is wrong, or the new one does not fit", body = ErrorBody)))]
pub async fn change_password(State(app): State<App>, Me(me): Me, Body(change): Body<ChangePassword>) -> ApiResult<StatusCode> {
    accounts::change_password(&app.ctx, me, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The devices that are signed in, the one that asks first.
#[utoipa::path(get, path = route::MY_SESSIONS, tag = "me", security(("bearer" = [])), responses((status = 200, body = SessionList)))]
pub async fn list_sessions(State(app): State<App>, Me(me): Me) -> ApiResult<Json<SessionList>> {
    Ok(Json(SessionList { sessions: sessions::list(&app.ctx, me).await? }))
}

/// Sign out everywhere else.
#[utoipa::path(delete, path = route::MY_SESSIONS, tag = "me", security(("bearer" = [])), responses((status = 204, description = "Ended")))]
pub async fn end_other_sessions(State(app): State<App>, Me(me): Me) -> ApiResult<StatusCode> {
    sessions::end_others(&app.ctx, me).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign one device out. Its sockets close at once.
#[utoipa::path(delete, path = route::MY_SESSION, tag = "me", security(("bearer" = [])), params(("session_id" = SessionId, Path)), responses(
    (status = 204, description = "Ended"), (status = 404, body = ErrorBody)))]
pub async fn end_session(State(app): State<App>, Me(me): Me, Path(id): Path<SessionId>) -> ApiResult<StatusCode> {
    sessions::end(&app.ctx, me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A pass that opens one socket, once, within 30 seconds: `GET /api/v1/ws?ticket=…`.
#[utoipa::path(post, path = route::WS_TICKETS, tag = "auth", security(("bearer" = [])), responses((status = 201, body = Ticket)))]
pub async fn create_ticket(State(app): State<App>, Me(me): Me) -> ApiResult<(StatusCode, Json<Ticket>)> {
    Ok((StatusCode::CREATED, Json(sessions::create_ticket(&app.ctx, me).await?)))
}
