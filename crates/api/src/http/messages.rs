//! What is said.

use axum::{Json, extract::State, http::StatusCode};
use domain::{messages, receipts};
use shared_types::{
    ConversationId, ErrorBody, MessageId,
    message::{EditMessage, MarkRead, Message, MessagePage, PlacePositions, PositionsMoved, ReadPosition, ReceiptList, SendMessage},
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

/// Give an own message another text. The old one is erased. With `version`, an edit of something else than that is refused.
#[utoipa::path(patch, path = route::MESSAGE, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ("message_id" = MessageId, Path)), request_body = EditMessage, responses(
    (status = 200, description = "The message as it is now", body = Message), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "It was edited or deleted meanwhile", body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn edit_message(
    State(app): State<App>,
    Me(me): Me,
    Path((id, message_id)): Path<(ConversationId, MessageId)>,
    Body(edit): Body<EditMessage>,
) -> ApiResult<Json<Message>> {
    Ok(Json(messages::edit(&app.ctx, me, id, message_id, edit).await?))
}

/// Erase a message: an own one, or any in a room that one looks after. Only its place is left. Twice is no error.
#[utoipa::path(delete, path = route::MESSAGE, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ("message_id" = MessageId, Path)), responses(
    (status = 200, description = "What is left of it", body = Message), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn delete_message(
    State(app): State<App>,
    Me(me): Me,
    Path((id, message_id)): Path<(ConversationId, MessageId)>,
) -> ApiResult<Json<Message>> {
    Ok(Json(messages::delete(&app.ctx, me, id, message_id).await?))
}

/// How far the other members have received and read, as far as they share it, for those who share theirs.
#[utoipa::path(get, path = route::RECEIPTS, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 200, body = ReceiptList), (status = 404, body = ErrorBody)))]
pub async fn list_receipts(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<Json<ReceiptList>> {
    Ok(Json(receipts::list(&app.ctx, me, id).await?))
}

/// Everything is read, in every conversation. Pass `before` of the answer to `PUT /read-positions` to undo it.
#[utoipa::path(post, path = route::READ_ALL, tag = "messages", security(("bearer" = [])), responses((status = 200, body = PositionsMoved)))]
pub async fn read_all(State(app): State<App>, Me(me): Me) -> ApiResult<Json<PositionsMoved>> {
    Ok(Json(messages::read_all(&app.ctx, me).await?))
}

/// Set several positions at once, back or forth. Conversations of which one is no member are passed over.
#[utoipa::path(put, path = route::READ_POSITIONS, tag = "messages", security(("bearer" = [])), request_body = PlacePositions, responses(
    (status = 200, body = PositionsMoved), (status = 422, body = ErrorBody)))]
pub async fn place_positions(State(app): State<App>, Me(me): Me, Body(request): Body<PlacePositions>) -> ApiResult<Json<PositionsMoved>> {
    Ok(Json(messages::place_positions(&app.ctx, me, request).await?))
}

/// Everything up to a place has been read; or, with `back`, everything behind it is unread again. Shared by all devices of
/// the person.
#[utoipa::path(put, path = route::READ, tag = "messages", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), request_body = MarkRead, responses(
    (status = 200, body = ReadPosition), (status = 404, body = ErrorBody)))]
pub async fn mark_read(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Body(mark): Body<MarkRead>,
) -> ApiResult<Json<ReadPosition>> {
    Ok(Json(messages::mark_read(&app.ctx, me, id, mark).await?))
}
