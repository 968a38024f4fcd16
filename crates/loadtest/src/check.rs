//! The history checker: a pure function from everything that was done and seen to the promises that were broken.
//!
//! It knows nothing of how the server works. What it holds against what was seen is the log as the server has it in the
//! end ([`Room::log`]), and the order of things on one clock. A time-out proves nothing, so an act without an answer may
//! or may not have happened; an act with one has.
//!
//! How to add a check: a function in one of the files of `check/`, a [`Kind`], and beside it two logs made by hand, one
//! that it accuses and its good neighbour.

mod bounds;
mod durable;
mod history;
mod mark;
#[cfg(test)]
mod model;
mod order;
#[cfg(test)]
mod sample;
mod secrecy;
#[cfg(test)]
mod tests;
mod truth;
mod whole;

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

pub(crate) use self::mark::mix;
use self::truth::Truth;
pub use self::{
    history::{
        Ack, Act, Base, Counts, Deed, EndedSession, Entry, Glimpse, Micros, Outcome, Page, PageKind, Room, Round, Stream, Text, Verb, Who,
    },
    mark::Mark,
};

/// Examples that are kept of each kind.
const EXAMPLES: usize = 3;

/// What may be broken, each with its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// P1: acknowledged, and not in the history.
    Lost,
    /// P1: in the history, but not as it was sent.
    Altered,
    /// P2: there twice, or answered with two places.
    Doubled,
    /// P2: refused for good, and yet stored; or accepted where it had to be refused.
    Misjudged,
    /// P3: stored, and nobody did it.
    Invented,
    /// P3: the log has a hole, or two events at one place.
    Hole,
    /// P3: somebody saw another event at a place than is there.
    Unlike,
    /// P4: the order of the log is not the order in which things happened.
    Disorder,
    /// P4: a read did not hold what had been acknowledged before it.
    Stale,
    /// P5: the log and what is derived from it disagree.
    Incoherent,
    /// P6: text that had been edited or deleted came back.
    Unerased,
    /// P7: not delivered within the bound.
    Late,
    /// P8: a stream skipped an event, or told one twice.
    Gap,
    /// P9: seen by somebody who was no member.
    Leaked,
    /// P10: an ended session lived on.
    Revenant,
    /// P13: unread or mention counts that are not what a recount gives.
    Miscounted,
}

impl Kind {
    pub fn promise(self) -> &'static str {
        match self {
            Self::Lost | Self::Altered => "P1",
            Self::Doubled | Self::Misjudged => "P2",
            Self::Invented | Self::Hole | Self::Unlike => "P3",
            Self::Disorder | Self::Stale => "P4",
            Self::Incoherent => "P5",
            Self::Unerased => "P6",
            Self::Late => "P7",
            Self::Gap => "P8",
            Self::Leaked => "P9",
            Self::Revenant => "P10",
            Self::Miscounted => "P13",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.promise(), format!("{self:?}").to_lowercase())
    }
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub kind: Kind,
    pub room: u32,
    pub what: String,
}

/// Within what time things have to happen; absent bounds are not checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// From acknowledged to read from every watching member's socket.
    pub live: Option<Micros>,
    /// From a session's end to its socket's.
    pub gone: Option<Micros>,
}

/// Everything that is wrong with a round.
pub fn check(round: &Round, rules: &Rules) -> Vec<Difference> {
    let mut found = Findings::default();
    for room in &round.rooms {
        found.room = room.number;
        let truth = Truth::of(room);
        durable::check(&truth, &mut found);
        order::check(&truth, &mut found);
        secrecy::check(&truth, &mut found);
        whole::check(&truth, round.people, &mut found);
        if let Some(bound) = rules.live {
            bounds::live(&truth, bound, &mut found);
        }
    }
    durable::nonces(round, &mut found);
    bounds::gone(round, rules.gone, &mut found);
    found.all
}

/// What has been found so far.
#[derive(Default)]
struct Findings {
    room: u32,
    all: Vec<Difference>,
}

impl Findings {
    fn add(&mut self, kind: Kind, what: impl Into<String>) {
        self.all.push(Difference { kind, room: self.room, what: what.into() });
    }
}

/// One line for each kind: how often, and the first examples.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub difference: Kind,
    pub promise: &'static str,
    pub count: usize,
    pub examples: Vec<String>,
}

pub fn summarise(differences: &[Difference]) -> Vec<Summary> {
    let mut kinds: BTreeMap<Kind, Summary> = BTreeMap::new();
    for difference in differences {
        let kind = difference.kind;
        let summary =
            kinds.entry(kind).or_insert_with(|| Summary { difference: kind, promise: kind.promise(), count: 0, examples: Vec::new() });
        summary.count += 1;
        if summary.examples.len() < EXAMPLES {
            summary.examples.push(format!("room {}: {}", difference.room, difference.what));
        }
    }
    kinds.into_values().collect()
}
