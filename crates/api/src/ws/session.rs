//! One connection: one task that owns both directions.
//!
//! It is polled by hand, since it is the one thing of which there are tens of thousands: everything that is queued goes out in
//! one write, everything that has arrived is begun in one go, and nothing is allocated while nothing happens.

use std::{
    ops::ControlFlow,
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::StatusCode;
use domain::{messages, receipts, sessions::Identity};
use futures::future::poll_fn;
use realtime::{Close, Connection, Turn};
use shared_types::{
    ErrorCode, limits,
    message::{MarkRead, SendMessage},
    ws::{ClientFrame, ServerFrame, close},
};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    Sockets, codec,
    decoder::Violation,
    greeting::{self, Introduction},
    pipeline::Pipeline,
    socket::{Lost, Socket},
};
use crate::error::Problem;

/// Heartbeats without a sign of life, or without a byte written of what is queued, after which a socket is given up: between
/// 30 and 45 seconds.
const PATIENCE_BEATS: u8 = 3;
/// Nothing is read while so many bytes wait to be written: who asks has to listen.
const BACKLOG: usize = 64 * 1024;
/// Codes of RFC 6455 for bytes that are no frame, and for a text that is not UTF-8.
const PROTOCOL_ERROR: u16 = 1002;
const NOT_TEXT: u16 = 1007;

/// Why the task ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Close(Close),
    Lost(Lost),
    /// The peer takes nothing, and no goodbye would reach it.
    Stuck,
}

pub struct Session<S> {
    server: Arc<Sockets>,
    me: Identity,
    connection: Connection,
    socket: Socket<S>,
    pipeline: Pipeline,
    patience: Patience,
}

/// Heartbeats since the peer was heard, and since a byte of what is queued was written.
#[derive(Debug, Default)]
struct Patience {
    silent: u8,
    stuck: u8,
}

impl Patience {
    fn beat(&mut self, beats: u8, has_moved: bool, is_reading: bool) -> Option<End> {
        if beats == 0 {
            self.stuck = if has_moved { 0 } else { self.stuck };
            return None;
        }
        // The heartbeat before was queued, so there was something to write. A whole beat without progress counts.
        self.stuck = if has_moved { 0 } else { self.stuck + beats };
        // While an answer is awaited nothing may be read, and the silence is ours.
        self.silent = if is_reading { self.silent + beats } else { 0 };
        if self.stuck >= PATIENCE_BEATS {
            return Some(End::Stuck);
        }
        (self.silent >= PATIENCE_BEATS).then_some(End::Close(Close { code: close::SILENT, come_back_ms: None }))
    }
}

/// From a socket that has said who it is to its end.
pub async fn run<S: AsyncRead + AsyncWrite + Unpin>(server: Arc<Sockets>, mut socket: Socket<S>, who: Introduction) {
    let me = who.me;
    tracing::debug!(user = %me.user_id, "a socket opened");
    // The large moments of a connection are boxed: its task stays small for the hours in which nothing happens.
    match Box::pin(greeting::greet(&server, &mut socket, who)).await {
        Ok(connection) => {
            socket.limit(limits::FRAME_BYTES);
            let mut session = Session { server, me, connection, socket, pipeline: Pipeline::default(), patience: Patience::default() };
            let end = poll_fn(|cx| session.poll(cx)).await;
            Box::pin(session.finish(end)).await;
        }
        Err(code) => Box::pin(socket.close(code, "")).await,
    }
    tracing::debug!(user = %me.user_id, "a socket closed");
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            self.answer(cx);
            if let Poll::Ready(end) = self.write(cx) {
                return Poll::Ready(end);
            }
            if self.pipeline.is_full() || self.socket.backlog() > BACKLOG {
                return Poll::Pending;
            }
            let Self { socket, pipeline, server, me, .. } = self;
            let waker = cx.waker();
            let read = socket.poll_read(cx, |text| {
                begin(server, *me, pipeline, &mut Context::from_waker(waker), text);
                if pipeline.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            match read {
                Poll::Ready(Ok(())) => self.patience.silent = 0,
                Poll::Ready(Err(lost)) => return Poll::Ready(End::Lost(lost)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Queues the answers that are there, all in one piece.
    fn answer(&mut self, cx: &mut Context<'_>) {
        let mut frames = Vec::new();
        while let Poll::Ready(answer) = self.pipeline.poll_next(cx) {
            realtime::append(&mut frames, &*answer);
        }
        if !frames.is_empty() {
            self.socket.send(frames);
        }
    }

    /// Writes what is queued, and what the hub has, until there is nothing more or the peer takes no more.
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            let is_busy = match self.socket.poll_flush(cx) {
                Poll::Ready(Ok(())) => false,
                Poll::Ready(Err(_)) => return Poll::Ready(End::Lost(Lost::Cut)),
                Poll::Pending => true,
            };
            let out = if is_busy { None } else { Some(self.socket.unsent()) };
            match self.connection.poll_take(cx, out) {
                Poll::Ready(turn) => {
                    if let Some(end) = self.judge(turn) {
                        return Poll::Ready(end);
                    }
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Whether a heartbeat finds the peer gone, or the hub has ended it.
    fn judge(&mut self, turn: Turn) -> Option<End> {
        if let Some(close) = turn.close {
            return Some(End::Close(close));
        }
        self.patience.beat(turn.beats, self.socket.take_progress(), self.pipeline.is_empty())
    }

    /// What was begun is finished, whoever is left to hear of it: a message that is stored has to be published too.
    async fn finish(mut self, end: End) {
        while !self.pipeline.is_empty() {
            poll_fn(|cx| {
                self.answer(cx);
                if self.pipeline.is_empty() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        let Self { mut socket, connection, .. } = self;
        // Out of the hub first: a goodbye may take a moment.
        if end == End::Stuck {
            connection.drop_stuck();
        } else {
            drop(connection);
        }
        match end {
            End::Close(Close { code, come_back_ms }) => {
                if code == close::SESSION_ENDED {
                    socket.drop_unsent();
                }
                let reason = come_back_ms.map(|ms| ms.to_string()).unwrap_or_default();
                socket.close(code, &reason).await;
            }
            End::Lost(Lost::Closed(code)) => socket.answer_close(code).await,
            End::Lost(Lost::Violated(violation)) => refuse(socket, violation).await,
            End::Lost(Lost::Cut) => {}
            End::Stuck => tracing::debug!("a socket that took nothing was dropped"),
        }
    }
}

/// Begins what a frame asks for. A wish to know the way's length is answered in its turn too, like everything else.
fn begin(server: &Arc<Sockets>, me: Identity, pipeline: &mut Pipeline, cx: &mut Context<'_>, text: &str) {
    let frame = match codec::read(text) {
        Ok(frame) => frame,
        Err(refusal) => return pipeline.answer(refusal),
    };
    let server = server.clone();
    match frame {
        ClientFrame::Send { conversation_id, nonce, body } => pipeline.begin(cx, async move {
            let outcome = messages::send(&server.ctx, me, conversation_id, SendMessage { nonce, body }).await;
            tracing::debug!(user = %me.user_id, %conversation_id, %nonce, stored = outcome.is_ok(), "a message by socket");
            Some(match outcome {
                Ok(sent) => Box::new(ServerFrame::Ack { nonce, message: sent.message }),
                Err(error) => codec::problem(&error.into(), Some(nonce)),
            })
        }),
        ClientFrame::Read { conversation_id, seq, rev } => pipeline.begin(cx, async move {
            // The new position comes back as a `read` frame, as on every device of the person.
            let moved = messages::mark_read(&server.ctx, me, conversation_id, MarkRead { seq, rev, back: false }).await;
            moved.err().map(|error| codec::problem(&error.into(), None))
        }),
        ClientFrame::Delivered { heads } => pipeline.begin(cx, async move {
            let moved = receipts::delivered(&server.ctx, me, heads).await;
            moved.err().map(|error| codec::problem(&error.into(), None))
        }),
        ClientFrame::Ping { id } => pipeline.answer(Box::new(ServerFrame::Pong { id })),
        ClientFrame::Auth { .. } | ClientFrame::Resume(_) | ClientFrame::Unknown => {}
    }
}

/// Says why, and closes.
pub async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(mut socket: Socket<S>, violation: Violation) {
    let (code, why) = match violation {
        Violation::Protocol => (PROTOCOL_ERROR, None),
        Violation::NotText => (NOT_TEXT, None),
        Violation::Binary => (close::PROTOCOL, Some((ErrorCode::BinaryFrame, "This socket knows text frames only."))),
        Violation::TooLong => (close::PROTOCOL, Some((ErrorCode::PayloadTooLarge, "A frame has at most 64 KiB."))),
    };
    if let Some((code, message)) = why {
        let error = Problem::new(StatusCode::BAD_REQUEST, code, message).body("");
        greeting::say(&mut socket, &ServerFrame::Error { error, nonce: None });
    }
    socket.close(code, "").await;
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT: Option<End> = Some(End::Close(Close { code: close::SILENT, come_back_ms: None }));

    /// A heartbeat is every fifteen seconds.
    #[test]
    fn p12_a_silent_peer_is_given_up_within_sixty_seconds() {
        let mut patience = Patience::default();
        assert_eq!([1, 1, 1].map(|beats| patience.beat(beats, true, true)), [None, None, SILENT]);
        let mut patience = Patience::default();
        assert_eq!(patience.beat(1, true, true), None);
        assert_eq!(patience.beat(1, true, true), None);
        patience.silent = 0;
        assert_eq!([1, 1].map(|beats| patience.beat(beats, true, true)), [None, None], "a word in time counts from there");
        assert_eq!(patience.beat(1, true, false), None, "who waits for an answer of ours is not silent");
    }

    #[test]
    fn p11_a_peer_that_takes_nothing_is_dropped_even_if_it_talks() {
        let mut patience = Patience::default();
        let mut beat = |has_moved| {
            patience.silent = 0;
            patience.beat(1, has_moved, true)
        };
        assert_eq!([false, false, true, false, false].map(&mut beat), [None, None, None, None, None], "a byte in time counts");
        assert_eq!(beat(false), Some(End::Stuck));
    }
}
