//! Several tabs of one person share one socket: who of them owns it, and what each does with what the others say.
//!
//! The tab that holds the lock leads. It owns the socket, passes on every frame that it hears, and writes what the others want
//! said. The others follow: a frame that the leader passes on is to them what a frame of a socket of their own would be, and
//! answers to another tab's nonces or pings find nothing there that they belong to.
//!
//! A leader that connects passes on its `ready` too, and all begin with the same snapshot; a leader that resumes has the others
//! read theirs, since what it missed is not what they missed. A tab that comes later asks how the
//! connection stands, and from the answer on keeps every frame that is passed on. Only then does it read the list over REST. An
//! event that is not in that list was committed after it was read, hence passed on after the tab had begun to keep frames; an
//! event that is in both is dropped by its `seq`; and what the leader itself missed, `heads` and `resync` tell everybody.

mod word;

#[cfg(test)]
mod tests;

use shared_types::{ConversationId, Timestamp, ws::ServerFrame};

pub use self::word::{Greeting, Word};
use crate::unread::Mark;

/// The close code of a connection of which nobody said why it ended.
pub const ABNORMAL: u16 = 1006;
/// A leader answers within milliseconds, even hidden. One that leaves a question open for so long hangs.
const SEIZE_AFTER_MS: i64 = 5_000;
/// Frames kept while the list is read. If there are more, the tab forgets them and asks again when its patience ends.
const MOST_KEPT: usize = 1_000;

/// What follows from a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Nothing,
    /// Apply the frame.
    Take(Box<ServerFrame>),
    /// The way through the leader is gone.
    Closed(u16),
    /// Read the list, then ask [`Tabs::joined`] what else to apply.
    ReadList(Greeting),
    /// Write the frame on the socket.
    Write(String),
    /// Tell [`Tabs::standing`].
    Answer,
    /// Do now what would be done later.
    Hurry,
    /// Another tab leads: give the socket and the lock up, and follow.
    StepDown,
    Seen(ConversationId, Mark),
    Draft(String, String),
}

/// How to get a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a socket of this tab.
    Socket,
    /// Say [`Word::Hello`].
    Ask,
    /// The leader hangs: take the lock away from it.
    Seize,
}

/// This tab among the others.
#[derive(Clone, Debug, Default)]
pub struct Tabs {
    role: Role,
    /// When the first question left that no leader has answered.
    asked_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default)]
enum Role {
    /// The browser has no locks: each tab has its own socket.
    #[default]
    Alone,
    Following(Stage),
    /// With the greeting while the socket is live.
    Leading(Option<Greeting>),
}

#[derive(Clone, Debug)]
enum Stage {
    /// No snapshot: frames mean nothing.
    Outside,
    /// The list is being read; these frames come after it.
    Reading(Vec<ServerFrame>),
    Inside,
}

impl Tabs {
    pub fn is_leading(&self) -> bool {
        matches!(self.role, Role::Leading(_))
    }

    /// Nobody leads: the browser has no locks.
    pub fn is_alone(&self) -> bool {
        matches!(self.role, Role::Alone)
    }

    pub fn is_following(&self) -> bool {
        matches!(self.role, Role::Following(_))
    }

    /// There is a lock, and this tab waits for it.
    pub fn follow(&mut self) {
        *self = Self { role: Role::Following(Stage::Outside), asked_at: None };
    }

    /// This tab has the lock.
    pub fn lead(&mut self) {
        *self = Self { role: Role::Leading(None), asked_at: None };
    }

    /// There are no locks.
    pub fn be_alone(&mut self) {
        *self = Self::default();
    }

    /// A connection is wanted.
    pub fn way(&mut self, now: Timestamp) -> Way {
        match self.role {
            Role::Alone | Role::Leading(_) => Way::Socket,
            Role::Following(_) if now.since_ms(*self.asked_at.get_or_insert(now)) >= SEIZE_AFTER_MS => Way::Seize,
            Role::Following(_) => Way::Ask,
        }
    }

    /// The connection of this tab is gone.
    pub fn lost(&mut self) {
        match &mut self.role {
            Role::Alone => {}
            Role::Following(stage) => *stage = Stage::Outside,
            Role::Leading(greeting) => *greeting = None,
        }
    }

    /// The socket of this tab is live.
    pub fn greeted(&mut self, greeting: Greeting) {
        if let Role::Leading(held) = &mut self.role {
            *held = Some(greeting);
        }
    }

    /// The list has been read. Answers what came after it.
    /// `None` if it is of no use any more: a snapshot overtook it, or it belongs to nothing.
    pub fn joined(&mut self) -> Option<Vec<ServerFrame>> {
        let Role::Following(stage @ Stage::Reading(_)) = &mut self.role else { return None };
        match std::mem::replace(stage, Stage::Inside) {
            Stage::Reading(kept) => Some(kept),
            Stage::Outside | Stage::Inside => None,
        }
    }

    /// A leader's answer to who asks.
    pub fn standing(&self) -> Option<Word> {
        match &self.role {
            Role::Leading(Some(greeting)) => Some(Word::Live { greeting: greeting.clone() }),
            Role::Leading(None) => Some(Word::Down { code: ABNORMAL }),
            Role::Alone | Role::Following(_) => None,
        }
    }

    /// Another tab says something.
    pub fn hear(&mut self, word: Word) -> Act {
        match (&mut self.role, word) {
            (_, Word::Seen { conversation_id, mark }) => Act::Seen(conversation_id, mark),
            (_, Word::Draft { key, text }) => Act::Draft(key, text),
            (Role::Leading(_), word) => match word {
                Word::Leading => Act::StepDown,
                Word::Say { frame } => Act::Write(frame),
                Word::Hello => Act::Answer,
                Word::Hurry => Act::Hurry,
                _ => Act::Nothing,
            },
            (Role::Following(stage), word) => {
                let act = obey(stage, word);
                if act.is_some() {
                    self.asked_at = None;
                }
                act.unwrap_or(Act::Nothing)
            }
            (Role::Alone, _) => Act::Nothing,
        }
    }
}

/// What a follower makes of a word; `None` if it is not of a leader.
fn obey(stage: &mut Stage, word: Word) -> Option<Act> {
    Some(match word {
        // The one before is gone, and the new one has no connection yet.
        Word::Leading => lose(stage, ABNORMAL),
        Word::Down { code } => lose(stage, code),
        Word::Live { greeting } if matches!(stage, Stage::Outside) => {
            *stage = Stage::Reading(Vec::new());
            Act::ReadList(greeting)
        }
        Word::Live { .. } => Act::Nothing,
        Word::Heard { frame } => match serde_json::from_str(&frame) {
            Ok(frame) => take(stage, Box::new(frame)),
            Err(_) => Act::Nothing,
        },
        _ => return None,
    })
}

fn lose(stage: &mut Stage, code: u16) -> Act {
    *stage = Stage::Outside;
    Act::Closed(code)
}

fn take(stage: &mut Stage, frame: Box<ServerFrame>) -> Act {
    match stage {
        // A snapshot and where it belongs in the stream: better than any list.
        _ if matches!(*frame, ServerFrame::Ready(_)) => *stage = Stage::Inside,
        // The leader goes on from where it stood, not from where this tab stood.
        _ if let ServerFrame::Resumed(resumed) = &*frame => {
            *stage = Stage::Reading(Vec::new());
            return Act::ReadList(Greeting { session_id: resumed.session_id, build: resumed.build.clone() });
        }
        Stage::Inside => {}
        Stage::Reading(kept) if kept.len() < MOST_KEPT => {
            kept.push(*frame);
            return Act::Nothing;
        }
        Stage::Reading(_) | Stage::Outside => {
            *stage = Stage::Outside;
            return Act::Nothing;
        }
    }
    Act::Take(frame)
}
