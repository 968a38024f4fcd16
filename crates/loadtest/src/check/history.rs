//! What a run wrote down: what everybody did, what everybody saw, and what the server keeps in the end.

use super::Mark;

/// Since the run began, on the clock that only goes forward.
pub type Micros = u64;

/// One of the people of a run, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u32);

impl Who {
    /// Somebody who does not belong to the run.
    pub const STRANGER: Self = Self(u32::MAX);
}

/// A stretch of a run that is checked as a whole, and then forgotten.
#[derive(Clone, Debug, Default)]
pub struct Round {
    pub rooms: Vec<Room>,
    pub sessions: Vec<EndedSession>,
    /// How many people take part, the rooms' keeper among them.
    pub people: u32,
}

/// One conversation.
#[derive(Clone, Debug, Default)]
pub struct Room {
    pub number: u32,
    /// Everything that the server has at the end, as the keeper read it.
    pub log: Vec<Entry>,
    /// The conversation's head as it was told with the last page of that.
    pub head: u64,
    pub acts: Vec<Act>,
    pub streams: Vec<Stream>,
    pub pages: Vec<Page>,
    pub glimpses: Vec<Glimpse>,
    pub counts: Vec<Counts>,
}

/// Something that somebody did, all tries together.
#[derive(Clone, Debug)]
pub struct Act {
    pub who: Who,
    pub deed: Deed,
    pub invoked: Micros,
    /// When the answer was read; [`Micros::MAX`] without one.
    pub returned: Micros,
    pub outcome: Outcome,
    /// Every answer that told a place.
    pub acks: Vec<Ack>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Send {
        mark: Mark,
        nonce: u128,
    },
    /// The nonce of an earlier message with another text.
    Clash {
        nonce: u128,
    },
    /// Gives the message the version that the mark names.
    Edit {
        mark: Mark,
    },
    Delete {
        mark: Mark,
    },
    /// Somebody joins or is let in.
    Gain {
        whom: Who,
    },
    /// Somebody leaves or is removed.
    Lose {
        whom: Who,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Acknowledged.
    Ok,
    /// Refused for good.
    Refused,
    /// Nobody knows: no answer to any try.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub struct Ack {
    /// When this try was made, and when its answer was read.
    pub began: Micros,
    pub at: Micros,
    /// The socket it was said on; none for a request.
    pub line: Option<u32>,
    /// Whether it answers the first try.
    pub is_first: bool,
    pub seq: u64,
    pub message: u128,
}

/// A numbered event as somebody saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: u64,
    pub verb: Verb,
    /// The message that it speaks of.
    pub message: u128,
    /// Who wrote that message, or changed the conversation.
    pub author: Who,
    pub nonce: Option<u128>,
    /// The message's text as it was shown; none if it is erased, or none of this run's.
    pub text: Option<Text>,
    pub gained: Vec<Who>,
    pub lost: Vec<Who>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Said,
    Edited,
    Deleted,
    /// The conversation itself changed.
    Changed,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub mark: Mark,
    /// Whether it is the mark's text to the last byte.
    pub is_intact: bool,
    /// The version that the server says it is.
    pub version: u32,
    pub mentions: Vec<Who>,
}

/// The events of one conversation on one socket, from where it began to where it broke.
#[derive(Clone, Debug)]
pub struct Stream {
    pub who: Who,
    pub line: u32,
    /// When the socket said who it is, and when it had its first answer.
    pub opened: Micros,
    pub ready: Micros,
    pub closed: Micros,
    pub base: Base,
    pub seen: Vec<(Micros, Entry)>,
}

/// What a stream goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// After this event.
    After(u64),
    /// With the event that let its reader in.
    Admission,
    /// Anywhere: the server said `resync`.
    Anywhere,
}

/// An answer with a stretch of the log or of the history.
#[derive(Clone, Debug)]
pub struct Page {
    pub who: Who,
    pub began: Micros,
    pub ended: Micros,
    pub kind: PageKind,
    pub head: u64,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// Every event after a place, at most so many.
    Log { after: u64, limit: u64 },
    /// Every message in a stretch, edits and deletions left out.
    History { after: u64, through: u64 },
}

/// A message's text anywhere else: in a list, an acknowledgement, an error.
#[derive(Clone, Copy, Debug)]
pub struct Glimpse {
    pub who: Who,
    /// When what it was in was asked for, and when it was read.
    pub began: Micros,
    pub at: Micros,
    pub mark: Mark,
}

/// What the server told somebody of a conversation, counted up to `head`.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub who: Who,
    pub head: u64,
    pub read: u64,
    pub unread: u64,
    /// Not told by every answer.
    pub mentions: Option<u64>,
    pub members: Option<u64>,
}

/// A session that was ended on purpose.
#[derive(Clone, Copy, Debug)]
pub struct EndedSession {
    pub who: Who,
    /// When its end was acknowledged.
    pub ended: Micros,
    /// When its socket was closed; [`Micros::MAX`] if never.
    pub closed: Micros,
    /// The last thing that its socket heard.
    pub heard: Micros,
    /// Whether a request that began after its end was let in.
    pub was_let_in: bool,
}
