//! What one person writes down of a round, room by room.

use crate::check::{Act, Counts, EndedSession, Glimpse, Micros, Page, Room, Stream};

#[derive(Default)]
pub struct Notes {
    pub rooms: Vec<RoomNotes>,
    pub sessions: Vec<EndedSession>,
    pub tally: Tally,
}

#[derive(Default)]
pub struct RoomNotes {
    pub acts: Vec<Act>,
    pub streams: Vec<Stream>,
    pub pages: Vec<Page>,
    pub glimpses: Vec<Glimpse>,
    pub counts: Vec<Counts>,
}

/// How much happened; the figures of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub acked: u64,
    pub edited: u64,
    pub deleted: u64,
    pub delivered: u64,
    pub retried: u64,
    pub connected: u64,
    pub resumed: u64,
    pub resyncs: u64,
    pub moved: u64,
    pub pages: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.acked += other.acked;
        self.edited += other.edited;
        self.deleted += other.deleted;
        self.delivered += other.delivered;
        self.retried += other.retried;
        self.connected += other.connected;
        self.resumed += other.resumed;
        self.resyncs += other.resyncs;
        self.moved += other.moved;
        self.pages += other.pages;
    }
}

impl RoomNotes {
    /// Ends the stream that is open, if one is.
    pub fn close_stream(&mut self, now: Micros) {
        if let Some(stream) = self.open_stream() {
            stream.closed = now;
        }
    }

    pub fn open_stream(&mut self) -> Option<&mut Stream> {
        self.streams.last_mut().filter(|stream| stream.closed == Micros::MAX)
    }

    pub fn into_room(self, room: &mut Room) {
        room.acts.extend(self.acts);
        room.streams.extend(self.streams);
        room.pages.extend(self.pages);
        room.glimpses.extend(self.glimpses);
        room.counts.extend(self.counts);
    }
}
