//! A WebSocket on a stream: messages in, ready-made frames out. Holds no buffer while nothing is under way.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    mem::{self, MaybeUninit},
    ops::ControlFlow,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use futures::future::poll_fn;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::timeout,
};

use super::decoder::{Decoder, Item, Step, Violation};

/// Bytes read at once. They lie on the stack, and only what is left of a frame in parts is kept.
const READ: usize = 8 * 1024;
/// Frames that one call of the operating system writes.
const SLICES: usize = 64;
/// A peer that reads no more is not waited for when the socket ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a socket is over.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// The line was cut.
    Cut,
    /// The peer said so, with this code.
    Closed(Option<u16>),
    Violated(Violation),
}

pub struct Socket<S> {
    stream: S,
    decoder: Decoder,
    /// Read, and not decoded yet.
    left: Vec<u8>,
    /// What is left is the beginning of a frame.
    is_partial: bool,
    unsent: VecDeque<Bytes>,
    /// The beginning of the first has gone out.
    is_partly_written: bool,
    /// Something was written since the last look.
    has_moved: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// On a stream of which `read` has been read already.
    pub fn new(stream: S, read: &[u8], limit: usize) -> Self {
        let decoder = Decoder::new(limit);
        Self {
            stream,
            decoder,
            left: read.to_vec(),
            is_partial: false,
            unsent: VecDeque::new(),
            is_partly_written: false,
            has_moved: false,
        }
    }

    /// The longest message, in bytes.
    pub fn limit(&mut self, limit: usize) {
        self.decoder.limit = limit;
    }

    /// Queues frames.
    pub fn send(&mut self, frames: impl Into<Bytes>) {
        self.unsent.push_back(frames.into());
    }

    /// Where frames can be queued.
    pub fn unsent(&mut self) -> &mut VecDeque<Bytes> {
        &mut self.unsent
    }

    /// Bytes that are queued.
    pub fn backlog(&self) -> usize {
        self.unsent.iter().map(Bytes::len).sum()
    }

    /// Whether anything was written since this was asked last.
    pub fn take_progress(&mut self) -> bool {
        mem::take(&mut self.has_moved)
    }

    /// Writes everything that is queued, in as few calls as there can be.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let mut written = ready!(self.poll_write(cx))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.has_moved = true;
            while let Some(first) = self.unsent.front_mut().filter(|_| written > 0) {
                let whole = first.len();
                self.is_partly_written = written < whole;
                if self.is_partly_written {
                    first.advance(written);
                    break;
                }
                written -= whole;
                self.unsent.pop_front();
            }
        }
        self.is_partly_written = false;
        // An idle socket owns no memory.
        if self.unsent.capacity() > 0 {
            self.unsent = VecDeque::new();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.stream);
        // The commonest case, for which the operating system has a shorter way.
        if self.unsent.len() == 1 {
            return stream.poll_write(cx, &self.unsent[0]);
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let count = self.unsent.len().min(SLICES);
        for (slice, frames) in slices.iter_mut().zip(&self.unsent) {
            *slice = IoSlice::new(frames);
        }
        stream.poll_write_vectored(cx, &slices[..count])
    }

    /// Hands over the messages that have arrived; `Break` leaves the others for the next call. Pings are answered, and
    /// pongs are nothing but a sign of life: `Ready` means that the peer was heard.
    pub fn poll_read(&mut self, cx: &mut Context<'_>, mut on: impl FnMut(&str) -> ControlFlow<()>) -> Poll<Result<(), Lost>> {
        if self.left.is_empty() || self.is_partial {
            let mut space = [const { MaybeUninit::uninit() }; READ];
            let mut read = ReadBuf::uninit(&mut space);
            if ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read)).is_err() || read.filled().is_empty() {
                return Poll::Ready(Err(Lost::Cut));
            }
            if self.left.is_empty() {
                let bytes = read.filled_mut();
                let used = self.decode(bytes, &mut on)?;
                self.left.extend_from_slice(&bytes[used..]);
                return Poll::Ready(Ok(()));
            }
            self.left.extend_from_slice(read.filled());
        }
        let mut left = mem::take(&mut self.left);
        let used = self.decode(&mut left, &mut on)?;
        if used < left.len() {
            left.drain(..used);
            self.left = left;
        }
        Poll::Ready(Ok(()))
    }

    /// Decodes as many frames as there are and are wanted; answers how many bytes they had.
    fn decode(&mut self, bytes: &mut [u8], on: &mut impl FnMut(&str) -> ControlFlow<()>) -> Result<usize, Lost> {
        let mut used = 0;
        self.is_partial = false;
        while used < bytes.len() {
            match self.decoder.step(&mut bytes[used..]).map_err(Lost::Violated)? {
                Step::More => {
                    self.is_partial = true;
                    break;
                }
                Step::Frame(length, item) => {
                    used += length;
                    match item {
                        Some(Item::Text(text)) if on(&text).is_break() => break,
                        Some(Item::Ping(payload)) => self.unsent.push_back(pong(payload)),
                        Some(Item::Close(code)) => return Err(Lost::Closed(code)),
                        Some(Item::Text(_) | Item::Pong) | None => {}
                    }
                }
            }
        }
        Ok(used)
    }

    /// The next message, for as long as nothing else is expected.
    pub async fn receive(&mut self) -> Result<String, Lost> {
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(Err(_)) = self.poll_flush(cx) {
                    return Poll::Ready(Err(Lost::Cut));
                }
                let mut first = None;
                ready!(self.poll_read(cx, |text| {
                    first = Some(text.to_owned());
                    ControlFlow::Break(())
                }))?;
                if let Some(text) = first {
                    return Poll::Ready(Ok(text));
                }
            }
        })
        .await
    }

    /// Forgets what is queued, but for the rest of what has been written in part.
    pub fn drop_unsent(&mut self) {
        self.unsent.truncate(usize::from(self.is_partly_written));
    }

    /// Says goodbye after what is queued, and waits for the answer for a moment: what the peer has not read yet would be
    /// lost if the line were cut with something of theirs unread.
    pub async fn close(mut self, code: u16, reason: &str) {
        self.send(close_frame(code, reason));
        let farewell = async {
            poll_fn(|cx| self.poll_flush(cx)).await?;
            self.stream.shutdown().await?;
            while poll_fn(|cx| self.poll_read(cx, |_| ControlFlow::Continue(()))).await.is_ok() {
                self.unsent.clear();
            }
            io::Result::Ok(())
        };
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Answers the peer's goodbye.
    pub async fn answer_close(mut self, code: Option<u16>) {
        self.send(code.map_or_else(|| Bytes::from_static(&[0x88, 0]), |code| close_frame(code, "")));
        let farewell = async {
            poll_fn(|cx| self.poll_flush(cx)).await?;
            self.stream.shutdown().await
        };
        let _ = timeout(FAREWELL, farewell).await;
    }
}

/// The payload of a client's ping has at most 125 bytes.
fn pong(payload: &[u8]) -> Bytes {
    control(0x8a, payload)
}

/// The reason is cut to what fits.
fn close_frame(code: u16, reason: &str) -> Bytes {
    let reason = &reason.as_bytes()[..reason.len().min(123)];
    control(0x88, &[&code.to_be_bytes(), reason].concat())
}

fn control(first: u8, payload: &[u8]) -> Bytes {
    let length = u8::try_from(payload.len()).unwrap_or(125);
    [&[first, length], payload].concat().into()
}

#[cfg(test)]
mod tests;
