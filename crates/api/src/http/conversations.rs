//! Direct messages, groups and rooms.

use axum::{Json, extract::State, http::StatusCode};
use domain::{conversations, snapshot};
use shared_types::{
    ConversationId, ErrorBody,
    conversation::{Conversation, ConversationList, CreateConversation, UpdateConversation},
    route,
};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Body, IdempotencyKey, Me, Path},
};

/// All conversations of the person who asks, the most recently active first.
#[utoipa::path(get, path = route::CONVERSATIONS, tag = "conversations", security(("bearer" = [])), responses((status = 200, body = ConversationList)))]
pub async fn list_conversations(State(app): State<App>, Me(me): Me) -> ApiResult<Json<ConversationList>> {
    Ok(Json(snapshot::conversations(&app.ctx, me).await?))
}

/// Start a conversation: a direct message or group with its first message, or a room.
#[utoipa::path(post, path = route::CONVERSATIONS, tag = "conversations", security(("bearer" = [])), request_body = CreateConversation, responses(
    (status = 201, description = "The conversation; for a pair that had one, that one", body = Conversation),
    (status = 409, description = "Name or alias are taken, or the nonce names another message", body = ErrorBody),
    (status = 422, body = ErrorBody)), params(("Idempotency-Key" = Option<String>, Header, description = "Names this request, up to 128 characters: the same key and request again answer with the conversation that the first one made.")))]
pub async fn create_conversation(
    State(app): State<App>,
    Me(me): Me,
    key: IdempotencyKey,
    Body(request): Body<CreateConversation>,
) -> ApiResult<(StatusCode, Json<Conversation>)> {
    let claim = key.claim(me, &request)?;
    Ok((StatusCode::CREATED, Json(conversations::create(&app.ctx, me, request, claim).await?)))
}

/// One conversation of the person who asks.
#[utoipa::path(get, path = route::CONVERSATION, tag = "conversations", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 200, body = Conversation), (status = 404, body = ErrorBody)))]
pub async fn get_conversation(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<Json<Conversation>> {
    Ok(Json(snapshot::conversation(&app.ctx, me, id).await?))
}

/// Change name, topic, alias, visibility; turn a group into a room; make a room one that newcomers start in.
#[utoipa::path(patch, path = route::CONVERSATION, tag = "conversations", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)),
    request_body = UpdateConversation, responses(
    (status = 200, body = Conversation), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn update_conversation(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Body(update): Body<UpdateConversation>,
) -> ApiResult<Json<Conversation>> {
    Ok(Json(conversations::update(&app.ctx, me, id, update).await?))
}

/// Delete a group or room with everything in it.
#[utoipa::path(delete, path = route::CONVERSATION, tag = "conversations", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 204, description = "Gone"), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn delete_conversation(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<StatusCode> {
    conversations::delete(&app.ctx, me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
