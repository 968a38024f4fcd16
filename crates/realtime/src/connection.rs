//! The socket's end of the hub.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU16, Ordering},
};

use domain::sessions::Identity;
use shared_types::ws::Head;
use tokio::sync::mpsc;

use crate::{
    frame::Frame,
    hub::{Command, Hub},
};

/// Frames that wait for one socket. A reader that is slower than this is told `resync`.
pub(crate) const QUEUE: usize = 512;

/// What a socket has to write next.
pub enum Outgoing {
    Frame(Arc<Frame>),
    /// Frames were dropped here, because the reader was too slow.
    Resync,
    /// Close with this code.
    Close(u16),
}

/// What hub and socket tell each other beside the queue.
#[derive(Default)]
pub(crate) struct Signs {
    /// Set by the hub when the queue is full, and cleared by the socket once it has said `resync`. While it is set, the
    /// hub queues nothing.
    pub lagging: AtomicBool,
    /// Not 0: close with this code, and send nothing more.
    pub close: AtomicU16,
}

/// One open socket, as the hub knows it. Dropping it takes it out of the hub.
pub struct Connection {
    pub(crate) id: u64,
    pub(crate) queue: mpsc::Receiver<Arc<Frame>>,
    pub(crate) signs: Arc<Signs>,
    pub(crate) hub: Hub,
    pub identity: Identity,
}

impl Connection {
    /// Begins to receive the events of these conversations. When this returns, every event that is committed from now on
    /// will be queued: a snapshot read afterwards meets the stream without a gap.
    pub async fn watch(&self, heads: Vec<Head>) {
        let (done, watching) = tokio::sync::oneshot::channel();
        self.hub.tell(Command::Watch { socket: self.id, heads, done }).await;
        let _ = watching.await;
    }

    /// Waits for what has to be written next.
    pub async fn next(&mut self) -> Outgoing {
        if let Some(outgoing) = self.try_next() {
            return outgoing;
        }
        match self.queue.recv().await {
            Some(frame) => self.unless_closed(frame),
            None => Outgoing::Close(self.close_code()),
        }
    }

    /// What can be written without waiting, so that everything queued goes out in one write.
    pub fn try_next(&mut self) -> Option<Outgoing> {
        match self.queue.try_recv() {
            Ok(frame) => Some(self.unless_closed(frame)),
            Err(_) if self.signs.close.load(Ordering::Acquire) != 0 => Some(Outgoing::Close(self.close_code())),
            // The queue is drained: from here on events are queued again, and what was dropped is before the `resync`.
            Err(_) if self.signs.lagging.swap(false, Ordering::AcqRel) => Some(Outgoing::Resync),
            Err(_) => None,
        }
    }

    fn unless_closed(&self, frame: Arc<Frame>) -> Outgoing {
        match self.signs.close.load(Ordering::Acquire) {
            0 => Outgoing::Frame(frame),
            code => Outgoing::Close(code),
        }
    }

    fn close_code(&self) -> u16 {
        match self.signs.close.load(Ordering::Acquire) {
            0 => shared_types::ws::close::RESTART,
            code => code,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.forget(self.id);
    }
}
