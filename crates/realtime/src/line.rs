//! What waits for one socket: bounded in bytes, filled by the hub, emptied by the socket's task.
//!
//! Two tasks share it, so it has a lock, which neither holds for longer than it takes to move some pointers.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker},
};

use shared_types::{ConversationId, Seq};

use crate::chunk::Chunk;

/// Bytes that wait for one socket, those included that it has taken and not yet written. Tests fill it often.
pub(crate) const QUEUE_BYTES: usize = if cfg!(test) { 8 * 1024 } else { 1024 * 1024 };
/// No slot yet.
const NOWHERE: u32 = u32::MAX;

/// Where conversations stood in a snapshot.
pub(crate) type Cut = HashMap<ConversationId, Seq>;

#[derive(Debug)]
pub(crate) enum Piece {
    Chunk(Arc<Chunk>),
    /// From here on, only these of the snapshot's places can still be ahead of the stream.
    Cut(Box<Cut>),
}

/// The end of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    pub code: u16,
    /// Milliseconds that the client should wait before it comes back.
    pub come_back_ms: Option<u16>,
}

/// What a socket finds when it looks.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub pieces: Vec<Piece>,
    /// Events were dropped here, after the pieces.
    pub resync: bool,
    /// Heartbeats since the last look.
    pub beats: u8,
    /// Nothing comes after the pieces.
    pub close: Option<Close>,
}

#[derive(Debug)]
pub(crate) struct Line {
    slot: AtomicU32,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    pieces: Vec<Piece>,
    /// Of the pieces, and of those that the socket has taken and is still writing.
    bytes: usize,
    writing: usize,
    /// Events were dropped; until the socket has caught up with what is left, none are queued.
    is_lagging: bool,
    /// The socket is writing and wants no more yet.
    is_busy: bool,
    beats: u8,
    close: Option<Close>,
    waker: Option<Waker>,
}

impl Default for Line {
    fn default() -> Self {
        Self { slot: AtomicU32::new(NOWHERE), queue: Mutex::default() }
    }
}

impl Line {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the hub keeps it, once it does.
    pub fn slot(&self) -> Option<usize> {
        match self.slot.load(Ordering::Relaxed) {
            NOWHERE => None,
            slot => Some(slot as usize),
        }
    }

    pub fn settle(&self, slot: usize) {
        self.slot.store(u32::try_from(slot).unwrap_or(NOWHERE), Ordering::Relaxed);
    }

    pub fn push(&self, chunk: &Arc<Chunk>) {
        let waker = self.queue().push(chunk);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn mark(&self, cut: Cut) {
        self.queue().pieces.push(Piece::Cut(Box::new(cut)));
    }

    /// A heartbeat, which counts even where it cannot be queued.
    pub fn beat(&self, chunk: &Arc<Chunk>) {
        let waker = {
            let mut queue = self.queue();
            queue.beats = queue.beats.saturating_add(1);
            queue.push(chunk).or_else(|| queue.waker.take())
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends it after what is queued, or at once.
    pub fn close(&self, close: Close, at_once: bool) {
        let waker = {
            let mut queue = self.queue();
            if at_once {
                queue.pieces = Vec::new();
            }
            queue.close = queue.close.or(Some(close));
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Everything that waits. With `is_busy`, the beats and the end alone: what was taken before is still being written.
    pub fn poll_take(&self, cx: &mut Context<'_>, is_busy: bool) -> Poll<Taken> {
        let mut queue = self.queue();
        queue.is_busy = is_busy;
        let mut taken = Taken { beats: std::mem::take(&mut queue.beats), ..Taken::default() };
        if is_busy {
            taken.close = queue.close.filter(|_| queue.pieces.is_empty());
        } else {
            taken.pieces = std::mem::take(&mut queue.pieces);
            taken.resync = std::mem::take(&mut queue.is_lagging);
            taken.close = queue.close;
            queue.bytes -= queue.writing;
            queue.writing = queue.bytes;
        }
        if taken.pieces.is_empty() && !taken.resync && taken.beats == 0 && taken.close.is_none() {
            if queue.waker.as_ref().is_none_or(|waker| !waker.will_wake(cx.waker())) {
                queue.waker = Some(cx.waker().clone());
            }
            return Poll::Pending;
        }
        Poll::Ready(taken)
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.queue().bytes
    }
}

impl Queue {
    #[must_use = "who is not woken never looks"]
    fn push(&mut self, chunk: &Arc<Chunk>) -> Option<Waker> {
        if self.close.is_some() || (self.is_lagging && chunk.is_in_log) {
            return None;
        }
        let more = chunk.bytes.len();
        if self.bytes + more > QUEUE_BYTES {
            // Half a log helps nobody: all of it goes, and the client reads it at its own pace.
            self.is_lagging = true;
            self.pieces.retain(|piece| !matches!(piece, Piece::Chunk(chunk) if chunk.is_in_log));
            let kept = self.pieces.iter().map(|piece| if let Piece::Chunk(chunk) = piece { chunk.bytes.len() } else { 0 });
            self.bytes = self.writing + kept.sum::<usize>();
            if chunk.is_in_log {
                return self.wake();
            }
            if self.bytes + more > QUEUE_BYTES {
                self.close = Some(Close { code: shared_types::ws::close::RESTART, come_back_ms: None });
                return self.waker.take();
            }
        }
        self.bytes += more;
        self.pieces.push(Piece::Chunk(chunk.clone()));
        self.wake()
    }

    fn wake(&mut self) -> Option<Waker> {
        if self.is_busy { None } else { self.waker.take() }
    }
}
