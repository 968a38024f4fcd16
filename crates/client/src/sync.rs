//! One conversation's log as this client follows it: each event applied once, in the order of `seq`, however it came.
//!
//! The next event is applied; a later one is parked until the ones before it have been read; an earlier one is dropped. A hole
//! shows by a parked event or by a `heads` frame, and is filled by reading the log (`events?after=`).

use shared_types::{
    ConversationId, Seq, UserId,
    ws::{Event, EventPage},
};

use crate::{model::WindowPlace, sorted::Map};

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
    /// Read the whole list → `Model::list_read` or `Model::list_failed`.
    ReadList,
    /// Read a window → `Model::window_read` or `Model::window_failed`.
    ReadWindow { conversation_id: ConversationId, place: WindowPlace },
    /// Read the page after the window, if `Model::wants_newer` → `Model::newer_read`.
    ReadNewer(ConversationId),
    /// Read these people → `Model::meet`.
    ReadUsers(Vec<UserId>),
    /// Read how far the others have received and read → `Model::receipts_read`.
    ReadReceipts(ConversationId),
}

/// How far one conversation has been followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Every event up to here has been applied, or a snapshot told its outcome.
    applied: Seq,
    /// The highest place that is known to exist.
    head: Seq,
    parked: Map<Seq, Event>,
    /// A read is under way.
    pub reading: bool,
}

/// Events that are to be applied now, in order. What is not among them, between `after` and the last of them, is nothing that
/// this reader may see.
#[derive(Debug, Default)]
pub struct News {
    pub after: Seq,
    pub events: Vec<Event>,
}

impl Log {
    /// Begins behind a snapshot.
    pub fn new(head: Seq) -> Self {
        Self { applied: head, head, parked: Map::default(), reading: false }
    }

    pub fn applied(&self) -> Seq {
        self.applied
    }

    /// The highest place that is known to exist.
    pub fn head(&self) -> Seq {
        self.head
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

    /// An event arrived by the live stream.
    pub fn offer(&mut self, event: Event) -> News {
        let after = self.applied;
        // One without a place is from a newer server; the next `heads` reveals it.
        if let Some(seq) = event.seq().filter(|seq| *seq > self.applied) {
            self.reaches(seq);
            self.parked.insert(seq, event);
        }
        News { after, events: self.unpark() }
    }

    /// A stretch of the log that begins right after `asked_after`.
    pub fn read(&mut self, asked_after: Seq, page: EventPage) -> News {
        self.reading = false;
        self.reaches(page.head_seq);
        let after = self.applied;
        if asked_after > self.applied {
            return News { after, events: Vec::new() };
        }
        let is_last = page.events.is_empty();
        let mut place = asked_after;
        let mut events = Vec::new();
        for event in page.events {
            // An event from a newer server has a place all the same, though nothing that we could show. A place that is not on
            // the wire is of something that the reader may not see.
            let seq = event.seq().unwrap_or_else(|| place.next());
            place = place.max(seq);
            self.parked.remove(&seq);
            if seq > self.applied {
                events.push(event);
            }
            self.applied = self.applied.max(place);
        }
        if is_last {
            // Nothing there, so nothing that we may read: the log is as far as it goes.
            self.applied = self.applied.max(page.head_seq);
        }
        events.extend(self.unpark());
        News { after, events }
    }

    /// A snapshot tells the outcome of everything up to here; the events between are not needed.
    pub fn skip_to(&mut self, head: Seq) -> News {
        self.applied = self.applied.max(head);
        self.reaches(head);
        News { after: self.applied, events: self.unpark() }
    }

    fn unpark(&mut self) -> Vec<Event> {
        self.parked.retain(|seq, _| *seq > self.applied);
        let mut ready = Vec::new();
        while let Some(event) = self.parked.remove(&self.applied.next()) {
            self.applied = self.applied.next();
            ready.push(event);
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{deleted, edited, message, said, user};

    fn event(seq: u64) -> Event {
        said(message(1, seq, user(2), "hi"))
    }

    fn seqs(news: News) -> Vec<u64> {
        news.events.into_iter().filter_map(|event| event.seq()).map(|seq| seq.0).collect()
    }

    fn page(events: Vec<Event>, head: u64) -> EventPage {
        EventPage { events, users: Vec::new(), head_seq: Seq(head) }
    }

    #[test]
    fn the_next_is_applied_a_later_one_waits_an_earlier_one_is_dropped() {
        let mut log = Log::new(Seq(3));
        assert_eq!(seqs(log.offer(event(4))), [4]);
        assert_eq!(seqs(log.offer(event(4))), [0_u64; 0]);
        assert_eq!(seqs(log.offer(event(6))), [0_u64; 0]);
        assert!(log.has_hole());
        assert_eq!(seqs(log.offer(event(5))), [5, 6]);
        assert!(!log.has_hole());
    }

    #[test]
    fn edits_and_deletions_have_places_of_their_own() {
        let mut log = Log::new(Seq(3));
        let first = message(1, 1, user(2), "hi");
        assert_eq!(seqs(log.offer(deleted(5, &first))), [0_u64; 0], "what was said last is not known yet");
        assert_eq!(seqs(log.offer(edited(4, &first, "ho"))), [4, 5]);
    }

    #[test]
    fn a_lost_last_event_shows_by_its_head() {
        let mut log = Log::new(Seq(3));
        log.reaches(Seq(4));
        assert!(log.has_hole());
        assert_eq!(seqs(log.read(Seq(3), page(vec![event(4)], 4))), [4]);
        assert!(!log.has_hole());
    }

    #[test]
    fn an_event_from_the_future_has_its_place_and_stops_nobody() {
        let mut log = Log::new(Seq(0));
        log.reaches(Seq(3));
        assert_eq!(seqs(log.read(Seq(0), page(vec![event(1), Event::Unknown, event(3)], 3))), [1, 3]);
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
