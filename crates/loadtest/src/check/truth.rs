//! The log as the server has it in the end, with an index for every question that the checks ask of it.

use std::collections::HashMap;

use super::{Act, Deed, Entry, Mark, Micros, Outcome, Room, Verb, Who};

pub struct Truth<'a> {
    pub room: &'a Room,
    at: HashMap<u64, &'a Entry>,
    /// By message: where it was said.
    said: HashMap<u128, &'a Entry>,
    /// By author and number: which message that is.
    messages: HashMap<(Who, u32), u128>,
    /// By message: the events that edited it, and the one that deleted it.
    edits: HashMap<u128, Vec<u64>>,
    deletions: HashMap<u128, u64>,
    spans: HashMap<Who, Vec<Span>>,
}

/// A stretch of the log during which somebody was a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub until: Option<u64>,
    /// Before this nobody had let them in.
    pub since: Micros,
    /// After this they were certainly out.
    pub gone: Micros,
}

impl<'a> Truth<'a> {
    pub fn of(room: &'a Room) -> Self {
        let mut truth = Self {
            room,
            at: HashMap::with_capacity(room.log.len()),
            said: HashMap::new(),
            messages: HashMap::new(),
            edits: HashMap::new(),
            deletions: HashMap::new(),
            spans: HashMap::new(),
        };
        for entry in &room.log {
            truth.at.entry(entry.seq).or_insert(entry);
            match entry.verb {
                Verb::Said => {
                    truth.said.entry(entry.message).or_insert(entry);
                    if let Some(text) = &entry.text {
                        truth.messages.insert((text.mark.author, text.mark.number), entry.message);
                    }
                }
                Verb::Edited => truth.edits.entry(entry.message).or_default().push(entry.seq),
                Verb::Deleted => {
                    truth.deletions.entry(entry.message).or_insert(entry.seq);
                }
                Verb::Changed | Verb::Unknown => {}
            }
        }
        // Of what was erased, the acknowledgements tell which message it was.
        for act in &room.acts {
            if let (Deed::Send { mark, .. }, Some(ack)) = (act.deed, act.acks.first()) {
                truth.messages.entry((mark.author, mark.number)).or_insert(ack.message);
            }
        }
        truth.find_spans();
        truth
    }

    fn find_spans(&mut self) {
        for entry in &self.room.log {
            for who in &entry.lost {
                if let Some(span) = self.spans.get_mut(who).and_then(|spans| spans.last_mut()) {
                    span.until.get_or_insert(entry.seq);
                }
            }
            for who in &entry.gained {
                let spans = self.spans.entry(*who).or_default();
                if spans.last().is_none_or(|span| span.until.is_some()) {
                    spans.push(Span { from: entry.seq, until: None, since: 0, gone: Micros::MAX });
                }
            }
        }
        // The changes of one person's membership follow each other, so the n-th that was asked for is the n-th in the log.
        for (who, spans) in &mut self.spans {
            let gains = acts(self.room, |deed| deed == Deed::Gain { whom: *who });
            let losses = acts(self.room, |deed| deed == Deed::Lose { whom: *who });
            for (span, gain) in spans.iter_mut().zip(gains) {
                span.since = gain.invoked;
            }
            let mut losses = losses.into_iter();
            for span in spans.iter_mut().filter(|span| span.until.is_some()) {
                // Leaving once more when one is out already is no error, and ends nothing.
                let loss = losses.find(|loss| loss.returned >= span.since);
                if let Some(loss) = loss.filter(|loss| loss.outcome == Outcome::Ok) {
                    span.gone = loss.returned;
                }
            }
        }
    }

    pub fn at(&self, seq: u64) -> Option<&'a Entry> {
        self.at.get(&seq).copied()
    }

    /// Where a message was said.
    pub fn said(&self, message: u128) -> Option<&'a Entry> {
        self.said.get(&message).copied()
    }

    /// Where the message that a mark names was said.
    pub fn said_as(&self, mark: Mark) -> Option<&'a Entry> {
        self.said(*self.messages.get(&(mark.author, mark.number))?)
    }

    /// The events that edited a message, in order.
    pub fn edits(&self, message: u128) -> &[u64] {
        self.edits.get(&message).map_or(&[], Vec::as_slice)
    }

    pub fn deletion(&self, message: u128) -> Option<u64> {
        self.deletions.get(&message).copied()
    }

    pub fn spans(&self, who: Who) -> &[Span] {
        self.spans.get(&who).map_or(&[], Vec::as_slice)
    }

    pub fn everybody(&self) -> impl Iterator<Item = (Who, &[Span])> {
        self.spans.iter().map(|(who, spans)| (*who, spans.as_slice()))
    }

    /// Whether somebody was a member when an event took its place.
    pub fn is_member_at(&self, who: Who, seq: u64) -> bool {
        self.spans(who).iter().any(|span| span.from < seq && span.until.is_none_or(|until| seq < until))
    }

    /// The place that an acknowledged act took in the log.
    pub fn place(&self, act: &Act) -> Option<u64> {
        if act.outcome != Outcome::Ok {
            return None;
        }
        match act.deed {
            Deed::Send { .. } => act.acks.first().map(|ack| ack.seq),
            Deed::Edit { mark } => {
                let edits = self.edits(self.said_as(mark)?.message);
                edits.get(usize::try_from(mark.version.checked_sub(1)?).ok()?).copied()
            }
            Deed::Delete { mark } => self.deletion(self.said_as(mark)?.message),
            Deed::Clash { .. } | Deed::Gain { .. } | Deed::Lose { .. } => None,
        }
    }
}

/// Acts of a kind that may have happened, in the order in which they were begun.
pub fn acts(room: &Room, mut is_wanted: impl FnMut(Deed) -> bool) -> Vec<&Act> {
    let mut found: Vec<&Act> = room.acts.iter().filter(|act| act.outcome != Outcome::Refused && is_wanted(act.deed)).collect();
    found.sort_by_key(|act| act.invoked);
    found
}
