//! Messages, the log, and how far one has read.

use client::unread::Mark;
use shared_types::{
    ConversationId, MessageId, Seq,
    message::{
        EditMessage, MarkRead, Message, MessagePage, PlacePositions, PlacedPosition, PositionsMoved, ReadPosition, Receipt, ReceiptList,
        SendMessage,
    },
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

pub async fn mark_read(id: ConversationId, mark: Mark) -> Answer<ReadPosition> {
    let Mark { seq, rev, back } = mark;
    call(Verb::Put, &route::path(route::READ, &[&id]), json(&MarkRead { seq, rev, back })).await
}

pub async fn edit_message(id: ConversationId, message_id: MessageId, edit: &EditMessage) -> Answer<Message> {
    call(Verb::Patch, &route::path(route::MESSAGE, &[&id, &message_id]), json(edit)).await
}

/// Answers what is left of it.
pub async fn delete_message(id: ConversationId, message_id: MessageId) -> Answer<Message> {
    call(Verb::Delete, &route::path(route::MESSAGE, &[&id, &message_id]), None).await
}

pub async fn list_receipts(id: ConversationId) -> Answer<Vec<Receipt>> {
    call(Verb::Get, &route::path(route::RECEIPTS, &[&id]), None).await.map(|list: ReceiptList| list.receipts)
}

pub async fn read_all() -> Answer<PositionsMoved> {
    call(Verb::Post, route::READ_ALL, None).await
}

pub async fn place_positions(positions: Vec<PlacedPosition>) -> Answer<PositionsMoved> {
    call(Verb::Put, route::READ_POSITIONS, json(&PlacePositions { positions })).await
}
