//! Who belongs to a conversation.

use shared_types::{
    ConversationId, UserId,
    member::{AddMembers, JoinRequest, MemberPage, Role},
};

use crate::{
    api::{self, Answer},
    state::AppState,
};

/// One page of members; pass `next` of the page before as `cursor`.
pub async fn list_members(app: AppState, id: ConversationId, query: Option<String>, cursor: Option<String>) -> Answer<MemberPage> {
    let page = api::list_members(id, query, cursor).await?;
    super::connection::meet(app, page.members.iter().map(|member| member.user.clone()).collect());
    Ok(page)
}

pub async fn add_members(_app: AppState, id: ConversationId, user_ids: Vec<UserId>, with_history: bool) -> Answer<()> {
    api::add_members(id, &AddMembers { user_ids, with_history }).await
}

pub async fn remove_member(_app: AppState, id: ConversationId, user_id: UserId) -> Answer<()> {
    api::remove_member(id, user_id).await
}

pub async fn set_role(_app: AppState, id: ConversationId, user_id: UserId, role: Role) -> Answer<()> {
    api::update_member(id, user_id, role).await
}

/// Who asks to be let in; read again when `app.roster.join_requests` grows.
pub async fn list_join_requests(app: AppState, id: ConversationId) -> Answer<Vec<JoinRequest>> {
    let requests = api::list_join_requests(id).await?;
    super::connection::meet(app, requests.iter().map(|request| request.user.clone()).collect());
    Ok(requests)
}

pub async fn approve_join_request(_app: AppState, id: ConversationId, user_id: UserId) -> Answer<()> {
    api::approve_join_request(id, user_id).await
}

pub async fn decline_join_request(_app: AppState, id: ConversationId, user_id: UserId) -> Answer<()> {
    api::decline_join_request(id, user_id).await
}

/// Makes everyone on the server a member of this public room. Only those who run the server may.
pub async fn apply_to_everyone(_app: AppState, id: ConversationId) -> Answer<()> {
    api::add_everyone(id).await
}
