//! Conversations, their members, requests to join, and the directory of rooms.

use shared_types::{
    ConversationId, UserId,
    conversation::{Conversation, ConversationList, CreateConversation, Join, Joined, RoomPage, UpdateConversation},
    member::{AddMembers, JoinRequest, JoinRequestList, MemberPage, Role, UpdateMember},
    route,
};

use super::{
    Answer,
    http::{Verb, call, json, order, with_query},
};

pub async fn list_conversations() -> Answer<ConversationList> {
    call(Verb::Get, route::CONVERSATIONS, None).await
}

pub async fn get_conversation(id: ConversationId) -> Answer<Conversation> {
    call(Verb::Get, &route::path(route::CONVERSATION, &[&id]), None).await
}

pub async fn create_conversation(create: &CreateConversation) -> Answer<Conversation> {
    call(Verb::Post, route::CONVERSATIONS, json(create)).await
}

pub async fn update_conversation(id: ConversationId, update: &UpdateConversation) -> Answer<Conversation> {
    call(Verb::Patch, &route::path(route::CONVERSATION, &[&id]), json(update)).await
}

pub async fn delete_conversation(id: ConversationId) -> Answer<()> {
    order(Verb::Delete, &route::path(route::CONVERSATION, &[&id]), None).await
}

pub async fn leave_conversation(id: ConversationId) -> Answer<()> {
    order(Verb::Post, &route::path(route::LEAVE, &[&id]), None).await
}

pub async fn list_members(id: ConversationId, query: Option<String>, cursor: Option<String>) -> Answer<MemberPage> {
    call(Verb::Get, &with_query(&route::path(route::MEMBERS, &[&id]), &[("query", query), ("cursor", cursor)]), None).await
}

pub async fn add_members(id: ConversationId, add: &AddMembers) -> Answer<()> {
    order(Verb::Post, &route::path(route::MEMBERS, &[&id]), json(add)).await
}

pub async fn remove_member(id: ConversationId, user_id: UserId) -> Answer<()> {
    order(Verb::Delete, &route::path(route::MEMBER, &[&id, &user_id]), None).await
}

pub async fn update_member(id: ConversationId, user_id: UserId, role: Role) -> Answer<()> {
    order(Verb::Patch, &route::path(route::MEMBER, &[&id, &user_id]), json(&UpdateMember { role })).await
}

pub async fn list_rooms(query: Option<String>, cursor: Option<String>) -> Answer<RoomPage> {
    call(Verb::Get, &with_query(route::ROOMS, &[("query", query), ("cursor", cursor)]), None).await
}

pub async fn join(target: String) -> Answer<Joined> {
    call(Verb::Post, route::JOIN, json(&Join { target })).await
}

pub async fn join_conversation(id: ConversationId) -> Answer<()> {
    order(Verb::Post, &route::path(route::JOIN_CONVERSATION, &[&id]), None).await
}

pub async fn list_join_requests(id: ConversationId) -> Answer<Vec<JoinRequest>> {
    call(Verb::Get, &route::path(route::JOIN_REQUESTS, &[&id]), None).await.map(|list: JoinRequestList| list.requests)
}

pub async fn approve_join_request(id: ConversationId, user_id: UserId) -> Answer<()> {
    order(Verb::Put, &route::path(route::JOIN_REQUEST, &[&id, &user_id]), None).await
}

pub async fn decline_join_request(id: ConversationId, user_id: UserId) -> Answer<()> {
    order(Verb::Delete, &route::path(route::JOIN_REQUEST, &[&id, &user_id]), None).await
}

pub async fn add_everyone(id: ConversationId) -> Answer<()> {
    order(Verb::Put, &route::path(route::EVERYONE, &[&id]), None).await
}
