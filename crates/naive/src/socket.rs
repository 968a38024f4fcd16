//! One socket: a task that reads, one that writes, and one for each room that it listens to.

use std::sync::Arc;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message as Raw, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures::{SinkExt, StreamExt};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, UserId,
    message::{Content, Message},
    text::MessageBody,
    ws::{ClientFrame, Event, ServerFrame},
};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{App, lock, now, rooms_of, who};

/// Frames that wait for one socket.
const WAITING: usize = 1_024;

pub async fn open(State(app): State<Arc<App>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Result<Response, StatusCode> {
    let user = who(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(upgrade.on_upgrade(move |socket| converse(app, user, socket)))
}

async fn converse(app: Arc<App>, user: UserId, socket: WebSocket) {
    let (mut out, mut incoming) = socket.split();
    let (queue, mut queued) = mpsc::channel::<String>(WAITING);
    let conversations = rooms_of(&app, user);
    let writing = tokio::spawn(async move {
        while let Some(text) = queued.recv().await {
            if out.send(Raw::text(text)).await.is_err() {
                return;
            }
        }
    });
    let mut listening = Vec::new();
    for conversation in &conversations {
        let Some(mut events) = lock(&app.rooms).get(&conversation.id).map(|room| room.events.subscribe()) else { continue };
        let queue = queue.clone();
        listening.push(tokio::spawn(async move {
            // Who lags loses events; that is what this pattern does.
            while let Ok(message) = events.recv().await {
                let frame = ServerFrame::Event { event: Event::Message { message } };
                let Ok(text) = serde_json::to_string(&frame) else { return };
                if queue.send(text).await.is_err() {
                    return;
                }
            }
        }));
    }
    // Readers look at the front of a frame.
    let conversations = serde_json::to_string(&conversations).unwrap_or_default();
    let _ = queue.send(format!(r#"{{"type":"ready","conversations":{conversations}}}"#)).await;
    while let Some(Ok(frame)) = incoming.next().await {
        let Raw::Text(text) = frame else { continue };
        let answer = match serde_json::from_str(&text) {
            Ok(ClientFrame::Send { conversation_id, nonce, body }) => match store(&app, user, conversation_id, nonce, body).await {
                Some(message) => ServerFrame::Ack { nonce, message },
                None => continue,
            },
            Ok(ClientFrame::Ping { id }) => ServerFrame::Pong { id },
            _ => continue,
        };
        let Ok(text) = serde_json::to_string(&answer) else { continue };
        if queue.send(text).await.is_err() {
            break;
        }
    }
    writing.abort();
    listening.iter().for_each(tokio::task::JoinHandle::abort);
}

/// One message, one transaction, one commit.
async fn store(app: &App, author: UserId, id: ConversationId, nonce: Nonce, body: MessageBody) -> Option<Message> {
    let _turn = app.writing.lock().await;
    let seq = {
        let rooms = lock(&app.rooms);
        let room = rooms.get(&id).filter(|room| room.members.contains(&author))?;
        room.conversation.head_seq.next()
    };
    let message = Message {
        id: MessageId(Uuid::new_v4()),
        conversation_id: id,
        seq,
        author_id: author,
        created_at: now(),
        nonce: Some(nonce),
        version: 0,
        edited_at: None,
        mentions: Vec::new(),
        content: Content::Text { body: body.clone() },
    };
    let values = [
        message.id.to_string().into(),
        id.to_string().into(),
        i64::try_from(seq.0).unwrap_or(i64::MAX).into(),
        author.to_string().into(),
        nonce.to_string().into(),
        body.to_string().into(),
        message.created_at.0.into(),
    ];
    let insert = "INSERT INTO message (id, conversation_id, seq, author_id, nonce, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let transaction = app.database.begin().await.ok()?;
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, insert, values)).await.ok()?;
    transaction.commit().await.ok()?;
    let mut rooms = lock(&app.rooms);
    let room = rooms.get_mut(&id)?;
    room.conversation.head_seq = Seq(seq.0);
    // Nobody listening is no error.
    let _ = room.events.send(message.clone());
    Some(message)
}
