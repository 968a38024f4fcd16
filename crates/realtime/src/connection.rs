//! The socket's end of the hub.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use shared_types::{
    ConversationId, Seq,
    ws::{Head, close},
};

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
    /// will be queued: a snapshot read afterwards meets the stream without a gap. False: the heads are too old by now.
    pub async fn watch(&mut self, heads: Vec<Head>) -> bool {
        let mut cut: Cut = heads.iter().map(|head| (head.conversation_id, head.seq)).collect();
        let (done, watching) = tokio::sync::oneshot::channel();
        self.hub.tell(Command::Watch { line: self.line.clone(), heads, done }).await;
        let Ok(further) = watching.await else { return true };
        let is_watching = further.is_some();
        // What lies before may even be older than the person's membership.
        for (conversation, seq) in further.unwrap_or_default() {
            cut.entry(conversation).or_insert(seq);
        }
        self.cut = Some(Box::new(cut));
        is_watching
    }

    /// The snapshot stood here: what is older is not told again. Before the first look at the queue.
    pub async fn begin(&mut self, places: impl IntoIterator<Item = (ConversationId, Seq)>, shares_receipts: bool) {
        let mut cut = self.cut.take().unwrap_or_default();
        cut.extend(places);
        self.cut = Some(cut.clone());
        let cut = *cut;
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
                    Piece::Chunk(chunk) => {
                        let Ok(bytes) = self.fresh(&chunk) else {
                            let close = taken.close.unwrap_or(Close { code: close::RESTART, come_back_ms: Some(0) });
                            return Poll::Ready(Turn { beats: taken.beats, close: Some(close) });
                        };
                        out.extend(bytes);
                    }
                    Piece::Cut(cut) => self.cut = Some(cut).filter(|cut| !cut.is_empty()),
                }
            }
            if taken.resync {
                self.hub.counters.resyncs.fetch_add(1, Ordering::Relaxed);
                // The client reads everything anew, and nothing has to follow on the snapshot.
                self.cut = None;
                out.push_back(Bytes::from_static(RESYNC));
            }
        }
        Poll::Ready(Turn { beats: taken.beats, close: taken.close })
    }

    /// It is given up, because its peer takes nothing any more.
    pub fn drop_stuck(self) {
        self.hub.counters.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// What of the chunk the snapshot did not hold.
    fn fresh(&mut self, chunk: &Chunk) -> Result<Option<Bytes>, Hole> {
        let (Some(cut), Some(conversation)) = (&mut self.cut, chunk.conversation) else { return Ok(Some(chunk.bytes.clone())) };
        let Some(seen) = cut.get(&conversation).copied() else { return Ok(Some(chunk.bytes.clone())) };
        if chunk.is_in_log && chunk.first().is_some_and(|first| first > seen.next()) {
            return Err(Hole);
        }
        if chunk.last().is_some_and(|last| last >= seen) {
            cut.remove(&conversation);
            if cut.is_empty() {
                self.cut = None;
            }
        }
        Ok(Some(chunk.after(seen)).filter(|bytes| !bytes.is_empty()))
    }
}

/// The stream does not follow on the snapshot: the person left a conversation and came back to it while nobody here followed
/// it, and the news of it came in the wrong order. It is not worth more than to begin anew.
struct Hole;

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.forget(&self.line);
    }
}
