//! Messages, the log, and how far one has read.

use shared_types::{
    ConversationId, Seq,
    message::{MarkRead, Message, MessagePage, ReadPosition, SendMessage},
    page::HistoryQuery,
    route,
    ws::EventPage,
};

use super::{
    Answer,
    http::{Verb, call, json, with_query},
};

pub async fn list_messages(id: ConversationId, query: HistoryQuery) -> Answer<MessagePage> {
    let path = with_query(
        &route::path(route::MESSAGES, &[&id]),
        &[
            ("before", query.before.map(|seq| seq.to_string())),
            ("after", query.after.map(|seq| seq.to_string())),
            ("around", query.around.map(|seq| seq.to_string())),
            ("at", query.at.map(|at| at.0.to_string())),
            ("limit", query.limit.map(|limit| limit.to_string())),
        ],
    );
    call(Verb::Get, &path, None).await
}

pub async fn list_events(id: ConversationId, after: Seq, limit: u32) -> Answer<EventPage> {
    let path = with_query(&route::path(route::EVENTS, &[&id]), &[("after", Some(after.to_string())), ("limit", Some(limit.to_string()))]);
    call(Verb::Get, &path, None).await
}

pub async fn send_message(id: ConversationId, message: &SendMessage) -> Answer<Message> {
    call(Verb::Post, &route::path(route::MESSAGES, &[&id]), json(message)).await
}

pub async fn mark_read(id: ConversationId, seq: Seq) -> Answer<ReadPosition> {
    call(Verb::Put, &route::path(route::READ, &[&id]), json(&MarkRead { seq })).await
}
