//! Bytes that many sockets share: frames are serialised and framed once, whoever they go to.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use shared_types::{ConversationId, Seq, ws::ServerFrame};

/// A text frame of RFC 6455 from a server: unmasked, so its bytes are the same on every socket.
const TEXT: u8 = 0x81;
/// An empty ping. Its pong is what a client that has nothing to say is heard by.
pub const PING: [u8; 2] = [0x89, 0];
/// Bytes before the payload, in the commonest of the three forms of a length.
const COMMON_HEADER: usize = 4;

/// Appends the frame with its header.
pub fn append(out: &mut Vec<u8>, frame: &impl Serialize) {
    let start = out.len();
    out.extend_from_slice(&[TEXT, 126, 0, 0]);
    if let Err(error) = serde_json::to_writer(&mut *out, frame) {
        // Our own types always serialise: no map with odd keys, no failing implementation.
        tracing::error!(%error, "a frame did not serialise");
        out.truncate(start + COMMON_HEADER);
        out.extend_from_slice(br#"{"type":"resync"}"#);
    }
    let length = out.len() - start - COMMON_HEADER;
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => {
            out[start + 1] = short;
            out.copy_within(start + COMMON_HEADER.., start + 2);
            out.truncate(out.len() - 2);
        }
        (_, Ok(common)) => out[start + 2..start + 4].copy_from_slice(&common.to_be_bytes()),
        _ => {
            let long = [&[127], &(length as u64).to_be_bytes()[..]].concat();
            out.splice(start + 1..start + COMMON_HEADER, long);
        }
    }
}

/// Whole frames on their way to sockets.
#[derive(Debug)]
pub struct Chunk {
    pub bytes: Bytes,
    /// What it is about. `None` for what concerns a person.
    pub conversation: Option<ConversationId>,
    /// The places of the events that it holds, ascending, and where each ends in `bytes`.
    marks: Vec<(Seq, usize)>,
    /// Whether the log can give it again: then it may be dropped for a reader that is too slow.
    pub is_in_log: bool,
}

impl Chunk {
    /// For one person.
    pub fn own(frame: &ServerFrame) -> Arc<Self> {
        let mut bytes = Vec::new();
        append(&mut bytes, frame);
        Self::of(bytes, None, Vec::new(), false)
    }

    /// That a person's membership ended there. A snapshot that is newer knows better.
    pub fn gone(conversation: ConversationId, seq: Seq) -> Arc<Self> {
        let mut bytes = Vec::new();
        append(&mut bytes, &ServerFrame::Gone { conversation_id: conversation });
        let end = bytes.len();
        Self::of(bytes, Some(conversation), vec![(seq, end)], false)
    }

    /// For everybody in a conversation, without a place of its own.
    pub fn passing(conversation: ConversationId, frame: &ServerFrame) -> Arc<Self> {
        let mut bytes = Vec::new();
        append(&mut bytes, frame);
        Self::of(bytes, Some(conversation), Vec::new(), true)
    }

    pub fn of(bytes: Vec<u8>, conversation: Option<ConversationId>, marks: Vec<(Seq, usize)>, is_in_log: bool) -> Arc<Self> {
        Arc::new(Self { bytes: bytes.into(), conversation, marks, is_in_log })
    }

    /// The part that comes after `seen`; nothing if all of it is older.
    pub fn after(&self, seen: Seq) -> Bytes {
        let old = self.marks.partition_point(|(seq, _)| *seq <= seen);
        let begin = old.checked_sub(1).map_or(0, |last| self.marks[last].1);
        self.bytes.slice(begin..)
    }

    /// How many events it holds.
    pub fn events(&self) -> usize {
        self.marks.len()
    }

    /// The place of the first event.
    pub fn first(&self) -> Option<Seq> {
        self.marks.first().map(|(seq, _)| *seq)
    }

    /// The place of the last event.
    pub fn last(&self) -> Option<Seq> {
        self.marks.last().map(|(seq, _)| *seq)
    }
}

/// Events of one conversation that go out together.
#[derive(Debug, Default)]
pub struct Round {
    bytes: Vec<u8>,
    marks: Vec<(Seq, usize)>,
}

impl Round {
    pub fn add(&mut self, seq: Seq, frame: &impl Serialize) {
        append(&mut self.bytes, frame);
        self.marks.push((seq, self.bytes.len()));
    }

    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What was collected, once.
    pub fn take(&mut self, conversation: ConversationId) -> Option<Arc<Chunk>> {
        if self.marks.is_empty() {
            return None;
        }
        Some(Chunk::of(std::mem::take(&mut self.bytes), Some(conversation), std::mem::take(&mut self.marks), true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_a_length() {
        for (payload, header) in [(0, vec![2]), (123, vec![125]), (124, vec![126, 0, 126]), (65_533, vec![126, 255, 255])] {
            let mut out = b"before".to_vec();
            append(&mut out, &"x".repeat(payload));
            assert_eq!(out[..6], *b"before");
            assert_eq!(out[6], TEXT);
            assert_eq!(out[7..7 + header.len()], header);
            assert_eq!(out[7 + header.len()..], *format!("\"{}\"", "x".repeat(payload)).as_bytes());
        }
        let mut out = Vec::new();
        append(&mut out, &"x".repeat(65_534));
        assert_eq!(out[..10], [TEXT, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(out.len(), 10 + 65_536);
    }

    #[test]
    fn what_a_snapshot_held_is_left_out() {
        let conversation = ConversationId(uuid::Uuid::from_u128(1));
        let mut round = Round::default();
        for seq in [4, 5, 6] {
            round.add(Seq(seq), &seq);
        }
        let chunk = round.take(conversation).unwrap();
        let whole: &[u8] = b"\x81\x014\x81\x015\x81\x016";
        assert_eq!(chunk.after(Seq(2)), whole);
        assert_eq!(chunk.after(Seq(3)), whole);
        assert_eq!(chunk.after(Seq(5)), whole[6..]);
        assert_eq!(chunk.after(Seq(6)), b"".as_slice());
        assert_eq!(chunk.last(), Some(Seq(6)));
        assert!(round.take(conversation).is_none());
    }
}
