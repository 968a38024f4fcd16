//! What a timeline looks like: the rows that are drawn, and nothing that cannot be seen.

use shared_types::{
    MessageId, Nonce, Seq, Timestamp, UserId,
    message::{Change, Content},
};
use uuid::Uuid;

use crate::{outbox::Refusal, receipts::Reach};

/// Names a row for as long as it is on screen. A message that is acknowledged keeps its key, so its element stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// Number of the local day since 1970-01-01.
    Day(i64),
    Unread,
    /// The nonce of a message, or its id if it has none.
    Bubble(Uuid),
    /// The id of the first notice in the run.
    System(Uuid),
}

impl RowKey {
    /// The id of the row's element in the document.
    pub fn element_id(self) -> String {
        match self {
            Self::Day(day) => format!("day-{day}"),
            Self::Unread => "unread".to_owned(),
            Self::Bubble(id) => format!("m-{id}"),
            Self::System(id) => format!("s-{id}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A new local day begins; `at` is the time of its first message.
    Day {
        day: i64,
        at: Timestamp,
    },
    /// "n new" above the first unread message; frozen while the conversation is open.
    Unread {
        count: u32,
        since: Timestamp,
    },
    Bubble(Bubble),
    System(SystemRun),
}

impl Row {
    pub fn key(&self) -> RowKey {
        match self {
            Self::Day { day, .. } => RowKey::Day(*day),
            Self::Unread { .. } => RowKey::Unread,
            Self::Bubble(bubble) => RowKey::Bubble(bubble.key),
            Self::System(run) => RowKey::System(run.key),
        }
    }

    /// The last place that this row shows, for marking it seen.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Day { .. } | Self::Unread { .. } => None,
            Self::Bubble(bubble) => bubble.seq,
            Self::System(run) => run.notices.last().map(|notice| notice.seq),
        }
    }
}

/// One message of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, not a state")]
pub struct Bubble {
    /// See [`RowKey::Bubble`].
    pub key: Uuid,
    /// Absent until the server has stored it.
    pub id: Option<MessageId>,
    pub seq: Option<Seq>,
    /// What a failed message is retried or discarded by.
    pub nonce: Option<Nonce>,
    pub author: UserId,
    /// Written by the reader.
    pub mine: bool,
    pub at: Timestamp,
    /// What it is, or is to become if its author has just changed it.
    pub content: Content,
    pub version: u32,
    pub edited_at: Option<Timestamp>,
    /// Whom its text names.
    pub mentions: Vec<UserId>,
    /// A change of it is on its way to the server.
    pub changing: bool,
    /// How far it has come; only told of the reader's own, at the end of a run.
    pub reach: Reach,
    /// The reader's own newest of all.
    pub newest: bool,
    pub sending: Sending,
    /// Opens a run of one author: shows avatar, name and time.
    pub first: bool,
    /// Closes a run: shows the ticks on own messages.
    pub last: bool,
}

/// How far a message has come on its way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Stored for good.
    Sent,
    /// On its way for less than 400 ms: no mark at all.
    Fresh,
    /// On its way for 400 ms or more: a clock.
    Clock,
    /// On its way for 2 s or more: the word "Sending…".
    Slow,
    /// No connection; it goes by itself when there is one.
    Waiting,
    Failed(Refusal),
}

impl Sending {
    /// The value of `data-send`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "ok",
            Self::Fresh | Self::Clock => "pending",
            Self::Slow | Self::Waiting => "slow",
            Self::Failed(_) => "failed",
        }
    }
}

/// What the conversation tells of itself, without a person speaking between. More than [`SystemRun::SHOWN`] collapse to a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemRun {
    /// See [`RowKey::System`].
    pub key: Uuid,
    /// At least one.
    pub notices: Vec<Notice>,
}

impl SystemRun {
    /// So many notices are shown one by one.
    pub const SHOWN: usize = 2;

    pub fn is_collapsed(&self) -> bool {
        self.notices.len() > Self::SHOWN
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: MessageId,
    pub seq: Seq,
    /// Who did it.
    pub author: UserId,
    pub at: Timestamp,
    pub change: Change,
}
