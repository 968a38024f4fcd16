//! Messages that are on their way: first in, first out per conversation, one at a time, until the server has stored them.
//!
//! A letter keeps its nonce over every try, and the server knows a nonce for ever. So trying again is always safe, and
//! "did it arrive?" need never be answered by guessing.

mod kept;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use shared_types::{ConversationId, ErrorCode, Nonce, Timestamp, message::Message, text::MessageBody};

use crate::timeline::Sending;

pub const MOST_PER_CONVERSATION: usize = 50;
pub const MOST: usize = 200;
/// No mark at all before this.
pub const CLOCK_AFTER_MS: i64 = 400;
pub const WORDS_AFTER_MS: i64 = 2_000;
/// On a live socket an answer takes milliseconds. After this the letter goes again.
const AGAIN_AFTER_MS: i64 = 15_000;
const NO_ANSWER_AFTER_MS: i64 = 5 * 60_000;
const EXPIRES_AFTER_MS: i64 = 7 * 24 * 3_600_000;
/// After a failure that may pass, unless the server names a time.
const PAUSE_MS: i64 = 2_000;

/// Why a message was not sent. It stays on screen until its author tries again or discards it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The server said no.
    Refused(ErrorCode),
    /// Five minutes passed with a connection and without an answer.
    NoAnswer,
    /// It waited for seven days.
    Expired,
}

/// The outbox holds no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// How a letter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Socket,
    Post,
}

/// Where a letter is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Way {
    /// Goes when it is its turn, but not before this moment.
    #[default]
    Waiting,
    Held {
        until: Timestamp,
    },
    Going {
        since: Timestamp,
        by: Carrier,
    },
    /// The server has it; the timeline has not read that far yet.
    Stored(Box<Message>),
}

/// One message that its author has let go of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub nonce: Nonce,
    pub conversation_id: ConversationId,
    pub body: MessageBody,
    pub written_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// When the present round of tries began; "Try again" begins a new one.
    #[serde(skip)]
    round_began: Option<Timestamp>,
    #[serde(skip)]
    way: Way,
}

impl Letter {
    /// What to draw beside it.
    pub fn sending(&self, now: Timestamp, connected: bool) -> Sending {
        if let Some(refusal) = self.refusal {
            return Sending::Failed(refusal);
        }
        if matches!(self.way, Way::Stored(_)) {
            return Sending::Sent;
        }
        match now.since_ms(self.round_began.unwrap_or(self.written_at)) {
            ..CLOCK_AFTER_MS => Sending::Fresh,
            CLOCK_AFTER_MS..WORDS_AFTER_MS => Sending::Clock,
            _ if connected => Sending::Slow,
            _ => Sending::Waiting,
        }
    }

    /// The stored message, once there is one.
    pub fn stored(&self) -> Option<&Message> {
        match &self.way {
            Way::Stored(message) => Some(message),
            _ => None,
        }
    }

    fn is_open(&self) -> bool {
        self.refusal.is_none() && self.stored().is_none()
    }
}

/// A letter whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    pub nonce: Nonce,
    pub conversation_id: ConversationId,
    pub body: MessageBody,
    pub by: Carrier,
}

#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// In the order of writing.
    letters: Vec<Letter>,
}

impl Outbox {
    pub fn letters(&self) -> &[Letter] {
        &self.letters
    }

    pub fn letters_of(&self, id: ConversationId) -> impl Iterator<Item = &Letter> {
        self.letters.iter().filter(move |letter| letter.conversation_id == id)
    }

    pub fn letter(&self, nonce: Nonce) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.nonce == nonce)
    }

    /// Letters that still have to reach the server and will go by themselves.
    pub fn queued(&self) -> usize {
        self.letters.iter().filter(|letter| letter.is_open()).count()
    }

    pub fn has_failed(&self, id: ConversationId) -> bool {
        self.letters_of(id).any(|letter| letter.refusal.is_some())
    }

    /// Takes a new letter.
    pub fn post(&mut self, id: ConversationId, nonce: Nonce, body: MessageBody, now: Timestamp) -> Result<(), Full> {
        if self.letters.len() >= MOST || self.letters_of(id).count() >= MOST_PER_CONVERSATION {
            return Err(Full);
        }
        // A clock that was set back must not change the order in which letters are taken up again.
        let last = self.letters_of(id).last().map(|last| last.written_at.plus_ms(1));
        let now = last.map_or(now, |last| last.max(now));
        self.letters.push(Letter {
            nonce,
            conversation_id: id,
            body,
            written_at: now,
            refusal: None,
            round_began: Some(now),
            way: Way::Waiting,
        });
        Ok(())
    }

    /// Takes a letter back from where it was kept; its order is the order of writing. One that is here already stays as it is.
    pub fn restore(&mut self, letter: Letter) {
        if self.letter(letter.nonce).is_none() {
            let place = self.letters.partition_point(|other| (other.written_at, other.nonce) <= (letter.written_at, letter.nonce));
            self.letters.insert(place, letter);
        }
    }

    /// The letters that have to leave now: of each conversation the first one, if it is not on its way already.
    pub fn take_due(&mut self, carrier: Carrier, now: Timestamp) -> Vec<Dispatch> {
        let mut seen: Vec<ConversationId> = Vec::new();
        let mut due = Vec::new();
        for letter in &mut self.letters {
            if !letter.is_open() || seen.contains(&letter.conversation_id) {
                continue;
            }
            seen.push(letter.conversation_id);
            let is_due = match &letter.way {
                Way::Waiting => true,
                Way::Held { until } => now >= *until,
                Way::Going { since, .. } => now.since_ms(*since) >= AGAIN_AFTER_MS,
                Way::Stored(_) => false,
            };
            if is_due {
                letter.round_began.get_or_insert(now);
                letter.way = Way::Going { since: now, by: carrier };
                due.push(Dispatch { nonce: letter.nonce, conversation_id: letter.conversation_id, body: letter.body.clone(), by: carrier });
            }
        }
        due
    }

    /// The next moment at which something here changes by itself: a mark, a try, an end.
    pub fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        let moments = self.letters.iter().filter(|letter| letter.is_open()).flat_map(|letter| {
            let began = letter.round_began.unwrap_or(letter.written_at);
            let way = match letter.way {
                Way::Held { until } => Some(until),
                Way::Going { since, .. } => Some(since.plus_ms(AGAIN_AFTER_MS)),
                Way::Waiting | Way::Stored(_) => None,
            };
            [Some(began.plus_ms(CLOCK_AFTER_MS)), Some(began.plus_ms(WORDS_AFTER_MS)), way].into_iter().flatten()
        });
        moments.filter(|moment| *moment > now).min()
    }

    /// The server has stored it. Answers false if there is no such letter.
    pub fn stored(&mut self, nonce: Nonce, message: &Message) -> bool {
        let Some(letter) = self.find(nonce) else { return false };
        letter.refusal = None;
        letter.way = Way::Stored(Box::new(message.clone()));
        true
    }

    /// The server said no, for good.
    pub fn refused(&mut self, nonce: Nonce, code: ErrorCode) {
        if let Some(letter) = self.find(nonce).filter(|letter| letter.is_open()) {
            letter.refusal = Some(Refusal::Refused(code));
            letter.way = Way::Waiting;
        }
    }

    /// It did not work and may work later; `after_ms` if the server named a time.
    pub fn put_off(&mut self, nonce: Nonce, after_ms: Option<i64>, now: Timestamp) {
        if let Some(letter) = self.find(nonce).filter(|letter| letter.is_open()) {
            letter.way = Way::Held { until: now.plus_ms(after_ms.unwrap_or(PAUSE_MS)) };
        }
    }

    /// The socket is gone: whatever it carried has to go again.
    pub fn socket_lost(&mut self) {
        for letter in &mut self.letters {
            if matches!(letter.way, Way::Going { by: Carrier::Socket, .. }) {
                letter.way = Way::Waiting;
            }
        }
    }

    /// The socket is live: whatever was put off for want of a connection goes now.
    pub fn socket_live(&mut self) {
        for letter in &mut self.letters {
            if matches!(letter.way, Way::Held { .. }) {
                letter.way = Way::Waiting;
            }
            // Without a connection nobody could answer: those minutes do not count.
            letter.round_began = None;
        }
    }

    /// Gives up on what has waited too long. True if something changed.
    pub fn sweep(&mut self, now: Timestamp, connected: bool) -> bool {
        let mut changed = false;
        for letter in self.letters.iter_mut().filter(|letter| letter.is_open()) {
            let silent_ms = letter.round_began.map_or(0, |began| now.since_ms(began));
            let refusal = if now.since_ms(letter.written_at) >= EXPIRES_AFTER_MS
                && letter.round_began.is_none_or(|began| began == letter.written_at)
            {
                Refusal::Expired
            } else if connected && silent_ms >= NO_ANSWER_AFTER_MS && matches!(letter.way, Way::Going { .. } | Way::Held { .. }) {
                Refusal::NoAnswer
            } else {
                continue;
            };
            letter.refusal = Some(refusal);
            letter.way = Way::Waiting;
            changed = true;
        }
        changed
    }

    /// "Try again": the same message, at its old place in the queue.
    pub fn retry(&mut self, nonce: Nonce, now: Timestamp) {
        if let Some(letter) = self.find(nonce).filter(|letter| letter.refusal.is_some()) {
            letter.refusal = None;
            letter.way = Way::Waiting;
            letter.round_began = Some(now);
        }
    }

    /// Takes a letter out: discarded, sent by another tab, or now in the timeline.
    pub fn remove(&mut self, nonce: Nonce) -> Option<Letter> {
        let place = self.letters.iter().position(|letter| letter.nonce == nonce)?;
        Some(self.letters.remove(place))
    }

    fn find(&mut self, nonce: Nonce) -> Option<&mut Letter> {
        self.letters.iter_mut().find(|letter| letter.nonce == nonce)
    }
}
