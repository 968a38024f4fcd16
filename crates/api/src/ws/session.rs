//! One connection: one task that owns both directions.

use std::collections::HashMap;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use domain::{log, messages, receipts, sessions::Identity, snapshot};
use futures::SinkExt;
use realtime::{Connection, Frame, Outgoing};
use shared_types::{
    ConversationId, ErrorCode, Seq, limits,
    message::{MarkRead, SendMessage},
    ws::{ClientFrame, Head, ServerFrame, close},
};
use tokio::time::{Duration, Instant, MissedTickBehavior, interval_at};

use super::codec;
use crate::{app::App, error::Problem};

/// Why the loop ended, for those cases in which a close frame still makes sense.
enum End {
    Close(u16),
    Gone,
}

pub async fn run(app: App, mut socket: WebSocket, me: Identity) {
    tracing::debug!(user = %me.user_id, "a socket opened");
    let end = converse(&app, &mut socket, me).await;
    if let End::Close(code) = end {
        Box::pin(self::end(&mut socket, code, None)).await;
    }
    tracing::debug!(user = %me.user_id, "a socket closed");
}

/// Says why, if there is something to say, and closes.
pub async fn end(socket: &mut WebSocket, code: u16, why: Option<Box<ServerFrame>>) {
    let farewell = async {
        if let Some(frame) = why {
            write(socket, &frame).await?;
        }
        socket.send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::default() }))).await
    };
    // A peer that does not read any more is not waited for.
    let _ = tokio::time::timeout(Duration::from_secs(2), farewell).await;
}

async fn converse(app: &App, socket: &mut WebSocket, me: Identity) -> End {
    let mut connection = app.hub.connect(me).await;
    // The order matters: first every new event is queued, then the snapshot is read. What is in both is dropped below.
    // The large moments of a connection are boxed: its task stays small for the hours in which nothing happens.
    let cut = match Box::pin(greet(app, socket, &connection, me)).await {
        Ok(cut) => cut,
        Err(code) => return End::Close(code),
    };
    let mut cut = Some(cut);
    let mut moved: HashMap<ConversationId, Seq> = HashMap::new();
    let beat = Duration::from_millis(u64::from(limits::HEARTBEAT_MS));
    let patience = Duration::from_millis(u64::from(limits::SERVER_PATIENCE_MS));
    let mut heartbeat = interval_at(Instant::now() + beat, beat);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            biased;
            outgoing = connection.next() => {
                let mut next = Some(outgoing);
                // Whatever is queued goes out in one write.
                while let Some(outgoing) = next {
                    let message = match outgoing {
                        Outgoing::Close(code) => return End::Close(code),
                        Outgoing::Resync => text(&ServerFrame::Resync {}),
                        Outgoing::Frame(frame) => fresh(&frame, cut.as_ref(), &mut moved).then(|| shared(&frame)).flatten(),
                    };
                    if let Some(message) = message && socket.feed(message).await.is_err() {
                        return End::Gone;
                    }
                    next = connection.try_next();
                }
                if socket.flush().await.is_err() {
                    return End::Gone;
                }
            }
            incoming = socket.recv() => {
                heard = Instant::now();
                match incoming {
                    Some(Ok(Message::Text(text))) => if let Some(answer) = Box::pin(obey(app, me, &text)).await && write(socket, &answer).await.is_err() {
                        return End::Gone;
                    },
                    Some(Ok(Message::Binary(_))) => return Box::pin(refuse(socket, ErrorCode::BinaryFrame, "This socket knows text frames only.")).await,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_))) | None => return End::Gone,
                    Some(Err(error)) => return if is_too_long(&error) {
                        Box::pin(refuse(socket, ErrorCode::PayloadTooLarge, "A frame has at most 64 KiB.")).await
                    } else {
                        End::Gone
                    },
                }
            }
            _ = heartbeat.tick() => {
                if heard.elapsed() >= patience {
                    return End::Close(close::SILENT);
                }
                cut = None;
                let heads = moved.drain().map(|(conversation_id, seq)| Head { conversation_id, seq }).collect();
                let beat = text(&ServerFrame::Heads { heads, now: app.ctx.now() });
                // The pong to this ping is what a client that has nothing to say is heard by.
                let sent = async {
                    if let Some(beat) = beat {
                        socket.feed(beat).await?;
                    }
                    socket.send(Message::Ping(bytes::Bytes::new())).await
                };
                if sent.await.is_err() {
                    return End::Gone;
                }
            }
        }
    }
}

/// Begins the stream, then sends the snapshot; answers where each conversation stood in it.
async fn greet(app: &App, socket: &mut WebSocket, connection: &Connection, me: Identity) -> Result<HashMap<ConversationId, Seq>, u16> {
    let refused = |error: domain::Error| match error {
        domain::Error::SessionEnded => close::SESSION_ENDED,
        _ => close::RESTART,
    };
    connection.watch(log::heads_of(&app.ctx, me.user_id).await.map_err(refused)?).await;
    let ready = snapshot::ready(&app.ctx, me, &app.build).await.map_err(refused)?;
    let cut = ready.list.conversations.iter().map(|conversation| (conversation.id, conversation.head_seq)).collect();
    write(socket, &ServerFrame::Ready(Box::new(ready))).await.map_err(|_| close::RESTART)?;
    Ok(cut)
}

/// Whether the snapshot did not hold it already. Notes how far each conversation has moved, for the heartbeat.
fn fresh(frame: &Frame, cut: Option<&HashMap<ConversationId, Seq>>, moved: &mut HashMap<ConversationId, Seq>) -> bool {
    let Some(head) = frame.head else { return true };
    if cut.and_then(|cut| cut.get(&head.conversation_id)).is_some_and(|seen| head.seq <= *seen) {
        return false;
    }
    moved.insert(head.conversation_id, head.seq);
    true
}

async fn obey(app: &App, me: Identity, text: &str) -> Option<Box<ServerFrame>> {
    let frame = match codec::read(text) {
        Ok(frame) => frame,
        Err(refusal) => return Some(refusal),
    };
    match frame {
        ClientFrame::Send { conversation_id, nonce, body } => {
            let outcome = messages::send(&app.ctx, me, conversation_id, SendMessage { nonce, body }).await;
            tracing::debug!(user = %me.user_id, %conversation_id, %nonce, stored = outcome.is_ok(), "a message by socket");
            Some(match outcome {
                Ok(sent) => Box::new(ServerFrame::Ack { nonce, message: sent.message }),
                Err(error) => codec::problem(&error.into(), Some(nonce)),
            })
        }
        ClientFrame::Read { conversation_id, seq, rev } => {
            // The new position comes back as a `read` frame, as on every device of the person.
            messages::mark_read(&app.ctx, me, conversation_id, MarkRead { seq, rev, back: false })
                .await
                .err()
                .map(|error| codec::problem(&error.into(), None))
        }
        ClientFrame::Ping { id } => Some(Box::new(ServerFrame::Pong { id })),
        ClientFrame::Delivered { heads } => {
            receipts::delivered(&app.ctx, me, heads).await.err().map(|error| codec::problem(&error.into(), None))
        }
        ClientFrame::Auth { .. } | ClientFrame::Resume(_) | ClientFrame::Unknown => None,
    }
}

async fn refuse(socket: &mut WebSocket, code: ErrorCode, message: &str) -> End {
    let error = Problem::new(axum::http::StatusCode::BAD_REQUEST, code, message).body("");
    end(socket, close::PROTOCOL, Some(Box::new(ServerFrame::Error { error, nonce: None }))).await;
    End::Gone
}

async fn write(socket: &mut WebSocket, frame: &ServerFrame) -> Result<(), axum::Error> {
    match text(frame) {
        Some(message) => socket.send(message).await,
        None => Ok(()),
    }
}

fn text(frame: &ServerFrame) -> Option<Message> {
    serde_json::to_string(frame).ok().map(|text| Message::Text(text.into()))
}

/// The bytes that all sockets share.
fn shared(frame: &Frame) -> Option<Message> {
    Utf8Bytes::try_from(frame.text.clone()).ok().map(Message::Text)
}

/// The library tells a message over its limit by an error of its own kind.
fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().contains("too long") || error.to_string().contains("too large")
}
