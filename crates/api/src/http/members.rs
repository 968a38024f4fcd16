//! Who belongs where.

use axum::{Json, extract::State, http::StatusCode};
use domain::members;
use shared_types::{
    ConversationId, ErrorBody, UserId,
    member::{AddMembers, JoinRequestList, MemberPage, UpdateMember},
    page::ListQuery,
    route,
};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Body, Me, Path, Query},
};

/// The members: owners first, then moderators, then everyone else.
#[utoipa::path(get, path = route::MEMBERS, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ListQuery), responses(
    (status = 200, body = MemberPage), (status = 404, body = ErrorBody)))]
pub async fn list_members(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<MemberPage>> {
    Ok(Json(members::list(&app.ctx, me, id, query.cursor, query.limit).await?))
}

/// Bring people in. Who is a member already stays what they are.
#[utoipa::path(post, path = route::MEMBERS, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), request_body = AddMembers, responses(
    (status = 204, description = "They are members"), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add_members(
    State(app): State<App>,
    Me(me): Me,
    Path(id): Path<ConversationId>,
    Body(request): Body<AddMembers>,
) -> ApiResult<StatusCode> {
    members::add(&app.ctx, me, id, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a member a role. Owners only; the last owner stays one.
#[utoipa::path(patch, path = route::MEMBER, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ("user_id" = UserId, Path)),
    request_body = UpdateMember, responses((status = 204, description = "Given"), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn update_member(
    State(app): State<App>,
    Me(me): Me,
    Path((id, user)): Path<(ConversationId, UserId)>,
    Body(update): Body<UpdateMember>,
) -> ApiResult<StatusCode> {
    members::set_role(&app.ctx, me, id, user, update.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a member. Not one further event of the conversation reaches them.
#[utoipa::path(delete, path = route::MEMBER, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ("user_id" = UserId, Path)), responses(
    (status = 204, description = "Removed"), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn remove_member(State(app): State<App>, Me(me): Me, Path((id, user)): Path<(ConversationId, UserId)>) -> ApiResult<StatusCode> {
    members::remove(&app.ctx, me, id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Join a public room. Joining twice is no error.
#[utoipa::path(post, path = route::JOIN_CONVERSATION, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 204, description = "You are a member"), (status = 404, body = ErrorBody)))]
pub async fn join_conversation(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<StatusCode> {
    members::join(&app.ctx, me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave a group or room. Leaving twice is no error. Who comes back finds their read position again.
#[utoipa::path(post, path = route::LEAVE, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 204, description = "You are no member"), (status = 409, description = "The last owner hands over first", body = ErrorBody)))]
pub async fn leave_conversation(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<StatusCode> {
    members::leave(&app.ctx, me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask to be let into a private room whose id you have. The answer is the same whether there is one or not.
#[utoipa::path(post, path = route::JOIN_REQUESTS, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 202, description = "If there is such a room, those who look after it have been asked")))]
pub async fn ask_to_join(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<StatusCode> {
    members::ask_to_join(&app.ctx, me, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Who asks to be let in; for owners and moderators.
#[utoipa::path(get, path = route::JOIN_REQUESTS, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path)), responses(
    (status = 200, body = JoinRequestList), (status = 403, body = ErrorBody)))]
pub async fn list_join_requests(State(app): State<App>, Me(me): Me, Path(id): Path<ConversationId>) -> ApiResult<Json<JoinRequestList>> {
    Ok(Json(JoinRequestList { requests: members::join_requests(&app.ctx, me, id).await? }))
}

/// Let somebody in who has asked.
#[utoipa::path(put, path = route::JOIN_REQUEST, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ("user_id" = UserId, Path)), responses(
    (status = 204, description = "They are a member"), (status = 403, body = ErrorBody), (status = 404, description = "They have not asked", body = ErrorBody)))]
pub async fn approve_join_request(
    State(app): State<App>,
    Me(me): Me,
    Path((id, user)): Path<(ConversationId, UserId)>,
) -> ApiResult<StatusCode> {
    members::answer_join_request(&app.ctx, me, id, user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turn somebody down who has asked.
#[utoipa::path(delete, path = route::JOIN_REQUEST, tag = "members", security(("bearer" = [])), params(("conversation_id" = ConversationId, Path), ("user_id" = UserId, Path)), responses(
    (status = 204, description = "The request is gone"), (status = 403, body = ErrorBody), (status = 404, description = "They have not asked", body = ErrorBody)))]
pub async fn decline_join_request(
    State(app): State<App>,
    Me(me): Me,
    Path((id, user)): Path<(ConversationId, UserId)>,
) -> ApiResult<StatusCode> {
    members::answer_join_request(&app.ctx, me, id, user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
