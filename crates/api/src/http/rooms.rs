//! The directory of public rooms.

use axum::{Json, extract::State, http::StatusCode};
use domain::rooms;
use shared_types::{
    ConversationId, ErrorBody,
    conversation::{Join, Joined, RoomPage},
    page::ListQuery,
    route,
};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Body, Me, Path, Query},
};

/// Public rooms, the most recently active first; `query` narrows them to those with a word that begins so.
#[utoipa::path(get, path = route::ROOMS, tag = "conversations", security(("bearer" = [])), params(ListQuery), responses((status = 200, body = RoomPage)))]
pub async fn list_rooms(State(app): State<App>, Me(me): Me, Query(query): Query<ListQuery>) -> ApiResult<Json<RoomPage>> {
    Ok(Json(rooms::discover(&app.ctx, me, query).await?))
}

/// Join by a room's name, `#alias`, link or id. An id that names no public room asks to be let in, if there is such a room.
#[utoipa::path(post, path = route::JOIN, tag = "conversations", security(("bearer" = [])), request_body = Join, responses(
    (status = 200, body = Joined), (status = 404, description = "No public room has that name or alias", body = ErrorBody)))]
pub async fn join_room(State(app): State<App>, Me(me): Me, Body(join): Body<Join>) -> ApiResult<Json<Joined>> {
    Ok(Json(rooms::join(&app.ctx, me, &join.target).await?))
}

/// Bring everyone who has an account into a default room. For those who run the server.
#[utoipa::path(put, path = route::EVERYONE, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 204, description = "Everyone is a member"), (status = 403, body = ErrorBody), (status = 409, description = "The room is no default room", body = ErrorBody)))]
pub async fn admit_everyone(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<StatusCode> {
    rooms::admit_everyone(&app.ctx, me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
