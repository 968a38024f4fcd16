//! P1 to P3: what was acknowledged is there, once, as it was sent; what was refused is not; nothing is there that nobody did.

use std::collections::{HashMap, HashSet};

use super::{Act, Deed, Entry, Findings, Kind, Mark, Outcome, Round, Verb, truth::Truth, truth::acts};

pub fn check(truth: &Truth, found: &mut Findings) {
    let fates = Fates::of(truth);
    let mut places = HashMap::new();
    for act in &truth.room.acts {
        match act.deed {
            Deed::Send { mark, nonce } => {
                sent(truth, &fates, act, mark, nonce, found);
                if let (Outcome::Ok, Some(ack)) = (act.outcome, act.acks.first())
                    && let Some(other) = places.insert(ack.seq, mark)
                {
                    found.add(Kind::Hole, format!("{other:?} and {mark:?} were both acknowledged at {}", ack.seq));
                }
            }
            Deed::Clash { nonce } => {
                if act.outcome == Outcome::Ok {
                    found.add(Kind::Misjudged, format!("another text under the nonce {nonce:032x} was accepted"));
                }
            }
            Deed::Edit { .. } | Deed::Delete { .. } | Deed::Gain { .. } | Deed::Lose { .. } => {}
        }
    }
    stored(truth, &fates, found);
    amended(truth, &fates, found);
    memberships(truth, found);
}

/// What people did to each message after it was sent.
#[derive(Default)]
struct Fate {
    /// The highest version that was acknowledged, and that was tried.
    edited: u32,
    tried: u32,
    deleted: Option<Outcome>,
}

struct Fates(HashMap<(super::Who, u32), Fate>);

impl Fates {
    fn of(truth: &Truth) -> Self {
        let mut fates: HashMap<_, Fate> = HashMap::new();
        for act in &truth.room.acts {
            let (Deed::Edit { mark } | Deed::Delete { mark }) = act.deed else { continue };
            let fate = fates.entry((mark.author, mark.number)).or_default();
            match (act.deed, act.outcome) {
                (_, Outcome::Refused) => {}
                (Deed::Edit { .. }, outcome) => {
                    fate.tried = fate.tried.max(mark.version);
                    if outcome == Outcome::Ok {
                        fate.edited = fate.edited.max(mark.version);
                    }
                }
                (_, Outcome::Ok) => fate.deleted = Some(Outcome::Ok),
                (_, Outcome::Unknown) => fate.deleted = fate.deleted.or(Some(Outcome::Unknown)),
            }
        }
        Self(fates)
    }

    fn of_mark(&self, mark: Mark) -> Option<&Fate> {
        self.0.get(&(mark.author, mark.number))
    }
}

fn sent(truth: &Truth, fates: &Fates, act: &Act, mark: Mark, nonce: u128, found: &mut Findings) {
    if act.outcome == Outcome::Refused {
        let is_there = truth.room.log.iter().any(|entry| entry.author == act.who && entry.nonce == Some(nonce));
        if is_there {
            found.add(Kind::Misjudged, format!("{mark:?} was refused, and is stored"));
        }
    }
    let Some(first) = act.acks.first() else { return };
    for other in &act.acks[1..] {
        if (other.seq, other.message) != (first.seq, first.message) {
            found.add(Kind::Doubled, format!("{mark:?} was acknowledged at {} and at {}", first.seq, other.seq));
        }
    }
    match truth.at(first.seq) {
        Some(entry) if entry.message == first.message && entry.verb == Verb::Said => {
            if entry.author != act.who || entry.nonce != Some(nonce) {
                found.add(Kind::Altered, format!("{mark:?} has another author or nonce"));
            }
            shown(fates.of_mark(mark), entry, mark, found);
        }
        _ => found.add(Kind::Lost, format!("{mark:?} was acknowledged at {}, and is not there", first.seq)),
    }
}

/// The text in the end is the one that the last act on it left.
fn shown(fate: Option<&Fate>, entry: &Entry, mark: Mark, found: &mut Findings) {
    let none = Fate::default();
    let fate = fate.unwrap_or(&none);
    match &entry.text {
        None if fate.deleted.is_none() => found.add(Kind::Lost, format!("the text of {mark:?} is gone, and nobody deleted it")),
        None => {}
        Some(_) if fate.deleted == Some(Outcome::Ok) => found.add(Kind::Unerased, format!("{mark:?} was deleted, and is there")),
        Some(text) => {
            if !text.mark.is_of(mark) || !text.is_intact {
                found.add(Kind::Altered, format!("{mark:?} reads as {:?}, intact: {}", text.mark, text.is_intact));
            } else if text.mark.version < fate.edited {
                found.add(Kind::Lost, format!("version {} of {mark:?} was acknowledged, and {} is there", fate.edited, text.mark.version));
            } else if text.mark.version > fate.tried {
                found.add(Kind::Invented, format!("{mark:?} is there in version {}", text.mark.version));
            }
        }
    }
}

/// Every message of the log was sent by somebody, and stands there once.
fn stored(truth: &Truth, fates: &Fates, found: &mut Findings) {
    let sent: HashSet<_> = truth
        .room
        .acts
        .iter()
        .filter_map(|act| match act.deed {
            Deed::Send { nonce, .. } => Some((act.who, nonce)),
            _ => None,
        })
        .collect();
    let mut numbers = HashMap::new();
    let mut ids = HashSet::new();
    for entry in truth.room.log.iter().filter(|entry| entry.verb == Verb::Said) {
        if !ids.insert(entry.message) {
            found.add(Kind::Doubled, format!("the message {:032x} stands in the log twice", entry.message));
        }
        if entry.nonce.is_none_or(|nonce| !sent.contains(&(entry.author, nonce))) {
            found.add(Kind::Invented, format!("nobody sent what stands at {}", entry.seq));
        }
        let Some(text) = &entry.text else { continue };
        if let Some(earlier) = numbers.insert((text.mark.author, text.mark.number), entry.seq) {
            found.add(Kind::Doubled, format!("{:?} stands at {earlier} and at {}", text.mark, entry.seq));
        }
        if text.version != text.mark.version {
            found.add(Kind::Incoherent, format!("{:?} is called version {}", text.mark, text.version));
        }
        if !text.is_intact && fates.of_mark(text.mark).is_none() {
            found.add(Kind::Altered, format!("{:?} is not as it was sent", text.mark));
        }
    }
}

/// Each edit and each deletion is one event, and each such event is somebody's.
fn amended(truth: &Truth, fates: &Fates, found: &mut Findings) {
    let mut seen = HashSet::new();
    for entry in truth.room.log.iter().filter(|entry| entry.verb == Verb::Deleted) {
        if !seen.insert(entry.message) {
            found.add(Kind::Doubled, format!("a message was deleted a second time at {}", entry.seq));
        }
    }
    for act in truth.room.acts.iter().filter(|act| act.outcome == Outcome::Ok) {
        let (Deed::Edit { mark } | Deed::Delete { mark }) = act.deed else { continue };
        let Some(entry) = truth.said_as(mark) else { continue };
        let is_told = match act.deed {
            Deed::Edit { .. } => truth.edits(entry.message).len() >= mark.version as usize,
            _ => truth.deletion(entry.message).is_some(),
        };
        if !is_told {
            found.add(Kind::Lost, format!("{:?} was acknowledged, and no event tells of it", act.deed));
        }
    }
    for (&(author, number), fate) in &fates.0 {
        let mark = Mark { author, number, version: 0 };
        let Some(entry) = truth.said_as(mark) else { continue };
        if truth.edits(entry.message).len() > fate.tried as usize {
            found.add(Kind::Doubled, format!("{mark:?} was edited {} times, {} in the log", fate.tried, truth.edits(entry.message).len()));
        }
    }
}

/// Every acknowledged change of a membership is one event.
fn memberships(truth: &Truth, found: &mut Findings) {
    let mut people: HashSet<_> = truth.everybody().map(|(who, _)| who).collect();
    people.extend(truth.room.acts.iter().filter_map(|act| match act.deed {
        Deed::Gain { whom } | Deed::Lose { whom } => Some(whom),
        _ => None,
    }));
    for who in people {
        let changes = [
            ("came", acts(truth.room, |deed| deed == Deed::Gain { whom: who }), truth.spans(who).len()),
            (
                "went",
                acts(truth.room, |deed| deed == Deed::Lose { whom: who }),
                truth.spans(who).iter().filter(|span| span.until.is_some()).count(),
            ),
        ];
        for (did, acts, told) in changes {
            let acknowledged = acts.iter().filter(|act| act.outcome == Outcome::Ok).count();
            if told < acknowledged {
                found.add(Kind::Lost, format!("{who:?} {did} {acknowledged} times, {told} in the log"));
            } else if told > acts.len() {
                found.add(Kind::Invented, format!("{who:?} {did} {} times, {told} in the log", acts.len()));
            }
        }
    }
}

/// (author, nonce) names one message, wherever it is.
pub fn nonces(round: &Round, found: &mut Findings) {
    let mut seen = HashMap::new();
    for room in &round.rooms {
        found.room = room.number;
        for entry in room.log.iter().filter(|entry| entry.verb == Verb::Said) {
            let Some(nonce) = entry.nonce else { continue };
            if let Some((other, seq)) = seen.insert((entry.author, nonce), (room.number, entry.seq)) {
                found.add(Kind::Doubled, format!("one nonce at {} and, in room {other}, at {seq}", entry.seq));
            }
        }
    }
}
