//! One conversation's log as this client follows it: each event applied once, in the order of `seq`, however it came.
//!
//! The next event is applied; a later one is parked until the ones before it have been read; an earlier one is dropped. A hole
//! shows by a parked event or by a `heads` frame, and is filled by reading the log (`events?after=`).

use std::collections::BTreeMap;

use shared_types::{
    ConversationId, Seq, UserId,
    message::Message,
    ws::{Event, EventPage},
};

use crate::model::WindowPlace;

/// A hole larger than this is not read event by event: the window is read anew.
pub const LONGEST_GAP: u64 = 500;
/// Events asked for at a time while a hole is filled.
pub const LOG_PAGE: u32 = 200;

/// What the model needs from the server. The browser's side does it and hands the answer back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read the log after this place → `Model::log_read` or `Model::log_failed`. A hole often closes by itself within
    /// 100 ms, so wait that long and ask `Model::wants_log` first.
    ReadLog { conversation_id: ConversationId, after: Seq },
    /// Read the conversation itself → `Model::conversation_read` or `Model::conversation_failed`.
    ReadConversation(ConversationId),
    /// Read the whole list → `Model::list_read`.
    ReadList,
    /// Read a window → `Model::window_read` or `Model::window_failed`.
    ReadWindow { conversation_id: ConversationId, place: WindowPlace },
    /// Read the page after the window, if `Model::wants_newer` → `Model::newer_read`.
    ReadNewer(ConversationId),
    /// Read these people → `Model::meet`.
    ReadUsers(Vec<UserId>),
}

/// How far one conversation has been followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Every event up to here has been applied, or a snapshot told its outcome.
    applied: Seq,
    /// The highest place that is known to exist.
    head: Seq,
    parked: BTreeMap<Seq, Message>,
    /// A read is under way.
    pub reading: bool,
}

impl Log {
    /// Begins behind a snapshot.
    pub fn new(head: Seq) -> Self {
        Self { applied: head, head, parked: BTreeMap::new(), reading: false }
    }

    pub fn applied(&self) -> Seq {
        self.applied
    }

    /// Whether something is known to be missing.
    pub fn has_hole(&self) -> bool {
        self.head > self.applied
    }

    /// How many events are missing or parked.
    pub fn gap(&self) -> u64 {
        self.head.0.saturating_sub(self.applied.0)
    }

    /// The server says that the log reaches this far.
    pub fn reaches(&mut self, head: Seq) {
        self.head = self.head.max(head);
    }

    /// An event arrived by the live stream. Answers what is to be applied now, in order.
    pub fn offer(&mut self, message: Message) -> Vec<Message> {
        if message.seq > self.applied {
            self.reaches(message.seq);
            self.parked.insert(message.seq, message);
        }
        self.unpark()
    }

    /// A stretch of the log that begins right after `after`. Answers what is to be applied now, in order.
    pub fn read(&mut self, after: Seq, page: EventPage) -> Vec<Message> {
        self.reading = false;
        self.reaches(page.head_seq);
        if after > self.applied {
            return Vec::new();
        }
        let is_last = page.events.is_empty();
        let mut place = after;
        let mut news = Vec::new();
        for event in page.events {
            match event {
                // The place on the wire, for what a reader may not see is left out.
                Event::Message { message } => {
                    place = place.max(message.seq);
                    self.parked.remove(&message.seq);
                    if message.seq > self.applied {
                        news.push(message);
                    }
                }
                // From a newer server: it has a place all the same, though nothing that we could show.
                Event::Unknown => place = place.next(),
            }
            self.applied = self.applied.max(place);
        }
        if is_last {
            // Nothing there, so nothing that we may read: the log is as far as it goes.
            self.applied = self.applied.max(page.head_seq);
        }
        news.sort_by_key(|message| message.seq);
        news.extend(self.unpark());
        news
    }

    /// A snapshot tells the outcome of everything up to here; the events between are not needed.
    pub fn skip_to(&mut self, head: Seq) -> Vec<Message> {
        self.applied = self.applied.max(head);
        self.reaches(head);
        self.unpark()
    }

    fn unpark(&mut self) -> Vec<Message> {
        self.parked.retain(|seq, _| *seq > self.applied);
        let mut ready = Vec::new();
        while let Some(message) = self.parked.remove(&self.applied.next()) {
            self.applied = message.seq;
            ready.push(message);
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, user};

    fn said(seq: u64) -> Message {
        message(1, seq, user(2), "hi")
    }

    fn seqs(messages: Vec<Message>) -> Vec<u64> {
        messages.into_iter().map(|message| message.seq.0).collect()
    }

    fn page(events: Vec<Event>, head: u64) -> EventPage {
        EventPage { events, users: Vec::new(), head_seq: Seq(head) }
    }

    #[test]
    fn the_next_is_applied_a_later_one_waits_an_earlier_one_is_dropped() {
        let mut log = Log::new(Seq(3));
        assert_eq!(seqs(log.offer(said(4))), [4]);
        assert_eq!(seqs(log.offer(said(4))), [0_u64; 0]);
        assert_eq!(seqs(log.offer(said(6))), [0_u64; 0]);
        assert!(log.has_hole());
        assert_eq!(seqs(log.offer(said(5))), [5, 6]);
        assert!(!log.has_hole());
    }

    #[test]
    fn a_lost_last_event_shows_by_its_head() {
        let mut log = Log::new(Seq(3));
        log.reaches(Seq(4));
        assert!(log.has_hole());
        let read = log.read(Seq(3), page(vec![Event::Message { message: said(4) }], 4));
        assert_eq!(seqs(read), [4]);
        assert!(!log.has_hole());
    }

    #[test]
    fn an_event_from_the_future_has_its_place_and_stops_nobody() {
        let mut log = Log::new(Seq(0));
        log.reaches(Seq(3));
        let events = vec![Event::Message { message: said(1) }, Event::Unknown, Event::Message { message: said(3) }];
        assert_eq!(seqs(log.read(Seq(0), page(events, 3))), [1, 3]);
        assert!(!log.has_hole());
    }

    #[test]
    fn an_empty_page_ends_the_search() {
        let mut log = Log::new(Seq(0));
        log.reaches(Seq(9));
        assert_eq!(seqs(log.read(Seq(0), page(Vec::new(), 9))), [0_u64; 0]);
        assert!(!log.has_hole());
    }
}
