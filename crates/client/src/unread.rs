//! How much of a conversation is unread, and how much of that names the reader: derived from positions, never counted up and
//! down, so it cannot drift.
//!
//! The server tells a base: so many after its position, up to a head. What comes after that head is known by place, message by
//! message, and so is every stretch of the past that was read. The number is what the known places give, if they reach from the
//! reader's position to that head; else it is the base, less what is known to have been erased since or to lie before the
//! position. Where neither suffices, [`Unread::is_sure`] says so, and the server is asked.

mod known;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use shared_types::{Seq, limits::UNREAD_MAX};

use self::known::Known;

/// How far somebody has read. Of two, the greater is the newer: `rev` grows whenever the position is moved back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub rev: u32,
    pub seq: Seq,
}

/// A position that the reader wants and the server has not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub seq: Seq,
    /// It only counts on top of this `read_rev`; without one, whatever the server has by now.
    pub rev: Option<u32>,
    /// "Mark unread from here".
    pub back: bool,
}

/// The server's word: so many after `read`, up to `head`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub read: Position,
    pub unread: u32,
    pub mentions: u32,
    pub head: Seq,
}

/// What an event says of a message of somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub seq: Seq,
    /// Whether it counts: something that somebody said, and that was not deleted.
    pub counts: bool,
    pub names_me: bool,
}

/// A number that may be off by what only the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    unread: u32,
    mentions: u32,
    sure: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The newest position that the server has told.
    told: Position,
    mark: Option<Mark>,
    base: Count,
    /// What happened after `base.head` to messages of others: when, and what they are now. One per message.
    changed: Vec<(Seq, Place)>,
    known: Known,
}

impl Unread {
    /// As the server tells it.
    pub fn new(count: Count) -> Self {
        Self { told: count.read, mark: None, base: count, changed: Vec::new(), known: Known::default() }
    }

    /// Where the reader is: where the server says, or where they want to be.
    pub fn read_seq(&self) -> Seq {
        match self.mark {
            Some(mark) if mark.rev.is_some_and(|rev| rev != self.told.rev) => self.told.seq,
            Some(mark) if mark.back => mark.seq,
            Some(mark) => mark.seq.max(self.told.seq),
            None => self.told.seq,
        }
    }

    /// The position that the server has told.
    pub fn told(&self) -> Position {
        self.told
    }

    /// The place up to which the numbers count, if the log has been followed so far; `None` while they are a mixture of what the
    /// server counted and what a page told that is ahead of the log, or are not sure.
    pub fn counted_to(&self, applied: Seq) -> Option<Seq> {
        let to = applied.max(self.base.head);
        (self.known.end() <= to && self.is_sure()).then_some(to)
    }

    pub fn mark(&self) -> Option<Mark> {
        self.mark
    }

    /// The number to show; [`UNREAD_MAX`] means that many or more.
    pub fn count(&self) -> u32 {
        self.tally().unread.min(UNREAD_MAX)
    }

    /// How many of them name the reader.
    pub fn mentions(&self) -> u32 {
        let tally = self.tally();
        tally.mentions.min(tally.unread).min(UNREAD_MAX)
    }

    /// Whether the numbers follow from what is known here; else the server has to be asked.
    pub fn is_sure(&self) -> bool {
        self.tally().sure
    }

    /// How many messages of others came after a place, as far as is known, and how many of them name the reader.
    pub fn after(&self, seq: Seq) -> (u32, u32) {
        self.known.count(seq, Seq(u64::MAX))
    }

    /// The next event of the log, with what it says of a message of somebody else. Nothing countable is between `after` and it.
    pub fn hear(&mut self, after: Seq, event: Seq, place: Option<Place>) {
        self.known.cover(after, event);
        let Some(place) = place else { return };
        self.known.put(place);
        // Of the message itself the base knows what it knows; of what became of it only if it was counted later.
        if place.seq < event && event > self.base.head {
            self.changed.retain(|(_, known)| known.seq != place.seq);
            self.changed.push((event, place));
        }
    }

    /// A page of the past: everything in `(from, to]`.
    pub fn learn(&mut self, from: Seq, to: Seq, places: impl IntoIterator<Item = Place>) {
        self.known.learn(from, to, places);
    }

    /// The log was not followed event by event: what was known of messages may not be so any more.
    pub fn lose_track(&mut self) {
        self.known = Known::default();
    }

    /// The server's word, from a snapshot or a `read` frame, however late it comes.
    pub fn tell(&mut self, count: Count) {
        self.told = self.told.max(count.read);
        if (count.head, count.read) >= (self.base.head, self.base.read) {
            self.base = count;
            self.changed.retain(|(event, _)| *event > count.head);
        }
        let told = self.told;
        self.mark = self.mark.filter(|mark| {
            let is_there = if mark.back { told.seq == mark.seq } else { told.seq >= mark.seq };
            !is_there && mark.rev.is_none_or(|rev| rev >= told.rev)
        });
    }

    /// The reader has seen everything up to here. Reading never goes back, and waits while "unread from here" is on its way.
    pub fn see(&mut self, seq: Seq) -> bool {
        if self.mark.is_some_and(|mark| mark.back) || seq <= self.read_seq() {
            return false;
        }
        self.want(Mark { seq, rev: Some(self.told.rev), back: false });
        true
    }

    /// "Mark unread": `seq` is the place before the first message that is to be unread. Reading on from here is no step back.
    pub fn mark_unread(&mut self, seq: Seq) -> bool {
        if seq >= self.read_seq() {
            return false;
        }
        self.want(Mark { seq, rev: Some(self.told.rev), back: true });
        true
    }

    /// "Mark read", whatever another device has done meanwhile.
    pub fn mark_read(&mut self, seq: Seq) -> bool {
        let is_back = self.mark.is_some_and(|mark| mark.back);
        if seq <= self.read_seq() && !is_back {
            return false;
        }
        self.want(Mark { seq, rev: None, back: false });
        true
    }

    /// What the reader wants, here or in another tab.
    pub fn want(&mut self, mark: Mark) {
        self.mark = Some(mark);
    }

    /// The server does not want to know of it.
    pub fn give_up(&mut self) {
        self.mark = None;
    }

    fn tally(&self) -> Tally {
        let (read, base) = (self.read_seq(), self.base);
        let (later, later_mentions) = self.known.count(read.max(base.head), Seq(u64::MAX));
        let has_all_later = self.known.covers(read.max(base.head), self.known.end());
        if read >= base.head {
            return Tally { unread: later, mentions: later_mentions, sure: has_all_later };
        }
        if self.known.covers(read, base.head) {
            let (unread, mentions) = self.known.count(read, base.head);
            return Tally { unread: unread + later, mentions: mentions + later_mentions, sure: has_all_later };
        }
        let rest = self.rest(read);
        Tally {
            unread: rest.unread.saturating_add(later),
            mentions: rest.mentions.saturating_add(later_mentions),
            sure: rest.sure && has_all_later,
        }
    }

    /// In `(read, base.head]`, from what the server counted in `(base.read, base.head]`.
    fn rest(&self, read: Seq) -> Tally {
        let base = self.base;
        let changed = self.changed.iter().map(|(_, place)| place).filter(|place| place.seq > base.read.seq && place.seq <= base.head);
        let (mut erased, mut named, mut is_named_sure) = (0, 0, true);
        for place in changed {
            erased += u32::from(!place.counts);
            named += u32::from(place.counts && place.names_me);
            // Whether it was among those that named the reader before, nobody here knows.
            is_named_sure &= base.mentions == 0;
        }
        let mentions = if base.mentions == 0 { named } else { base.mentions };
        let mut tally = Tally { unread: base.unread.saturating_sub(erased), mentions, sure: is_named_sure };
        if read > base.read.seq {
            let (passed, passed_mentions) = self.known.count(base.read.seq, read);
            tally.unread = tally.unread.saturating_sub(passed);
            tally.mentions = tally.mentions.saturating_sub(passed_mentions);
            tally.sure &= self.known.covers(base.read.seq, read);
        } else if read < base.read.seq {
            let (more, more_mentions) = self.known.count(read, base.read.seq);
            tally.unread = tally.unread.saturating_add(more);
            tally.mentions = tally.mentions.saturating_add(more_mentions);
            tally.sure &= self.known.covers(read, base.read.seq);
        }
        if base.unread >= UNREAD_MAX && (tally.unread < UNREAD_MAX || base.mentions >= UNREAD_MAX) {
            // The server stopped counting: "999+" until it counts again.
            tally.unread = UNREAD_MAX;
            tally.sure = false;
        }
        tally
    }
}
