//! P6 and P9: what was erased does not come back, and what is said in a room is for its members.

use std::collections::HashMap;

use super::{Deed, Entry, Findings, Kind, Mark, Micros, Outcome, Who, truth::Truth};

/// The version of what was deleted: after all others.
const DELETED: u32 = u32::MAX;

pub fn check(truth: &Truth, found: &mut Findings) {
    let known = Known::of(truth);
    let room = truth.room;
    for stream in &room.streams {
        let mut shown: HashMap<u128, u32> = HashMap::new();
        for (at, entry) in &stream.seen {
            member(truth, stream.who, (stream.opened, *at), entry.seq, found);
            known.look(entry, stream.opened, &format!("socket {} of {:?}, event {}", stream.line, stream.who, entry.seq), found);
            // What a socket has told is not told in an older version after that.
            let version = version_of(entry);
            let last = shown.entry(entry.message).or_insert(version);
            if version < *last {
                found.add(Kind::Unerased, format!("{:?} was shown an older version at {}", stream.who, entry.seq));
            }
            *last = version.max(*last);
        }
    }
    for page in &room.pages {
        for entry in &page.entries {
            member(truth, page.who, (page.began, page.ended), entry.seq, found);
            known.look(entry, page.began, &format!("a page of {:?} for {:?}", page.kind, page.who), found);
        }
    }
    for glimpse in &room.glimpses {
        let Some(said) = truth.said_as(glimpse.mark) else {
            continue;
        };
        // What one wrote oneself is no secret: an acknowledgement may come after one has left.
        if glimpse.who != glimpse.mark.author {
            member(truth, glimpse.who, (glimpse.began, glimpse.at), said.seq, found);
        }
        known.judge(said.message, glimpse.mark, glimpse.began, &format!("an answer to {:?}", glimpse.who), found);
    }
}

fn version_of(entry: &Entry) -> u32 {
    entry.text.as_ref().map_or(DELETED, |text| text.mark.version)
}

/// Since when it is certain that a message has a version: acknowledged, or seen by anybody.
struct Known(HashMap<u128, Vec<(Micros, u32)>>);

impl Known {
    fn of(truth: &Truth) -> Self {
        let mut known: HashMap<u128, Vec<(Micros, u32)>> = HashMap::new();
        for act in truth.room.acts.iter().filter(|act| act.outcome == Outcome::Ok) {
            let (mark, version) = match act.deed {
                Deed::Edit { mark } => (mark, mark.version),
                Deed::Delete { mark } => (mark, DELETED),
                _ => continue,
            };
            if let Some(said) = truth.said_as(mark) {
                known.entry(said.message).or_default().push((act.returned, version));
            }
        }
        let streams = truth.room.streams.iter().flat_map(|stream| stream.seen.iter().map(|(at, entry)| (*at, entry)));
        let pages = truth.room.pages.iter().flat_map(|page| page.entries.iter().map(|entry| (page.ended, entry)));
        for (at, entry) in streams.chain(pages) {
            // System messages have no text either, and no versions.
            let is_message = truth.said(entry.message).is_some();
            if is_message && version_of(entry) > 0 {
                known.entry(entry.message).or_default().push((at, version_of(entry)));
            }
        }
        Self(known)
    }

    fn look(&self, entry: &Entry, began: Micros, by: &str, found: &mut Findings) {
        if let Some(text) = &entry.text {
            self.judge(entry.message, text.mark, began, by, found);
        }
    }

    /// What is read after a version is certain shows that version or a later one.
    fn judge(&self, message: u128, mark: Mark, began: Micros, by: &str, found: &mut Findings) {
        let newer = self.0.get(&message).into_iter().flatten().filter(|(since, version)| *since < began && mark.version < *version);
        if let Some((since, version)) = newer.min() {
            let before = began - since;
            found.add(Kind::Unerased, format!("{by} showed {mark:?}, asked for {before} µs after version {version} was there"));
        }
    }
}

/// Who sees an event is a member, or was one when it was said and had not certainly left when they asked.
fn member(truth: &Truth, who: Who, (began, at): (Micros, Micros), seq: u64, found: &mut Findings) {
    let may_see = truth.spans(who).iter().any(|span| span.since <= at && span.until.is_none_or(|until| seq <= until) && began <= span.gone);
    if !may_see {
        found.add(Kind::Leaked, format!("{who:?} saw {seq} and was no member"));
    }
}
