//! What is said.

use axum::{Json, extract::State, http::StatusCode};
use domain::messages;
use shared_types::{
    ConversationId, ErrorBody,
    message::{MarkRead, Message, MessagePage, ReadPosition, SendMessage},
    page::{EventsQuery, HistoryQuery},
    route,
    ws::EventPage,
};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Body, Me, Path, Query},
};

/// A page of messages, ascending. By place: `before`, `after`, `around`; by time: `at`; or the newest.
#[utoipa::path(get, path = route::MESSAGES, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), HistoryQuery), responses(
    (status = 200, body = MessagePage), (status = 404, body = ErrorBody), (status = 409, description = "More than one of before, after, around, at", body = ErrorBody)))]
pub async fn list_messages(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Query(query): Query<HistoryQuery>,
) -> ApiResult<Json<MessagePage>> {
    Ok(Json(messages::history(&app.ctx, me, id, query).await?))
}

/// Say something. When this answers, the message is on disk. The same nonce again answers 200 with the first message.
#[utoipa::path(post, path = route::MESSAGES, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), request_body = SendMessage, responses(
    (status = 201, description = "Stored", body = Message), (status = 200, description = "Had been stored by an earlier try", body = Message),
    (status = 404, body = ErrorBody), (status = 409, description = "The nonce names another message", body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn send_message(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Body(draft): Body<SendMessage>,
) -> ApiResult<(StatusCode, Json<Message>)> {
    let sent = messages::send(&app.ctx, me, id, draft).await?;
    Ok((if sent.is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(sent.message)))
}

/// The log from a place on: every event, ascending, without holes.
#[utoipa::path(get, path = route::EVENTS, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), EventsQuery), responses(
    (status = 200, body = EventPage), (status = 404, body = ErrorBody)))]
pub async fn list_events(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Query(query): Query<EventsQuery>,
) -> ApiResult<Json<EventPage>> {
    Ok(Json(messages::events(&app.ctx, me, id, query).await?))
}

/// Everything up to a place has been read. Positions only move forward, and are shared by all devices of the person.
#[utoipa::path(put, path = route::READ, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), request_body = MarkRead, responses(
    (status = 200, body = ReadPosition), (status = 404, body = ErrorBody)))]
pub async fn mark_read(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Body(mark): Body<MarkRead>,
) -> ApiResult<Json<ReadPosition>> {
    Ok(Json(messages::mark_read(&app.ctx, me, id, mark.seq).await?))
}
