//! The socket's end of the hub.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use domain::sessions::Identity;
use shared_types::{ConversationId, Seq, ws::Head};

use crate::{
    chunk::Chunk,
    hub::{Command, Hub},
    line::{Close, Cut, Line, Piece},
};

/// `{"type":"resync"}` as a frame.
const RESYNC: &[u8] = b"\x81\x11{\"type\":\"resync\"}";

/// One open socket, as the hub knows it. Dropping it takes it out of the hub.
pub struct Connection {
    pub(crate) line: Arc<Line>,
    pub(crate) hub: Hub,
    /// What the snapshot held. Gone once the stream is past it everywhere.
    pub(crate) cut: Option<Box<Cut>>,
}

/// What else a look at the queue brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Heartbeats since the last look.
    pub beats: u8,
    /// The socket ends after what it was given.
    pub close: Option<Close>,
}

impl Connection {
    /// Begins to receive the events of these conversations. When this returns, every event that is committed from now on
    /// will be queued: a snapshot read afterwards meets the stream without a gap.
    pub async fn watch(&self, heads: Vec<Head>) {
        let (done, watching) = tokio::sync::oneshot::channel();
        self.hub.tell(Command::Watch { line: self.line.clone(), heads, done }).await;
        let _ = watching.await;
    }

    /// The snapshot stood here: what is older is not told again. Before the first look at the queue.
    pub async fn begin(&mut self, places: impl IntoIterator<Item = (ConversationId, Seq)>, shares_receipts: bool) {
        let cut: Cut = places.into_iter().collect();
        self.cut = Some(Box::new(cut.clone()));
        self.hub.tell(Command::Begin { line: self.line.clone(), cut, shares_receipts }).await;
    }

    /// Moves everything that waits to `out`, as frames. `None` while earlier frames are still being written: then only the
    /// rest of the turn is looked for.
    pub fn poll_take(&mut self, cx: &mut Context<'_>, out: Option<&mut VecDeque<Bytes>>) -> Poll<Turn> {
        let taken = ready!(self.line.poll_take(cx, out.is_none()));
        if let Some(out) = out {
            out.reserve_exact(taken.pieces.len());
            for piece in taken.pieces {
                match piece {
                    Piece::Chunk(chunk) => out.extend(self.fresh(&chunk)),
                    Piece::Cut(cut) => self.cut = Some(cut).filter(|cut| !cut.is_empty()),
                }
            }
            if taken.resync {
                out.push_back(Bytes::from_static(RESYNC));
            }
        }
        Poll::Ready(Turn { beats: taken.beats, close: taken.close })
    }

    /// What of the chunk the snapshot did not hold.
    fn fresh(&mut self, chunk: &Chunk) -> Option<Bytes> {
        let (Some(cut), Some(conversation)) = (&mut self.cut, chunk.conversation) else { return Some(chunk.bytes.clone()) };
        let Some(seen) = cut.get(&conversation).copied() else { return Some(chunk.bytes.clone()) };
        Some(chunk.after(seen)).filter(|bytes| !bytes.is_empty())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.forget(&self.line);
    }
}
