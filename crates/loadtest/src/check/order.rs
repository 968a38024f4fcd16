//! P3, P4 and P8: one log without holes, the same for everybody, in the order in which things happened.

use std::collections::HashMap;

use super::{Act, Base, Deed, Entry, Findings, Kind, Page, PageKind, Stream, Verb, truth::Truth};

pub fn check(truth: &Truth, found: &mut Findings) {
    let room = truth.room;
    for (entry, place) in room.log.iter().zip(1..) {
        if entry.seq != place {
            found.add(Kind::Hole, format!("the log has {} where {place} should be", entry.seq));
            break;
        }
    }
    if room.head != room.log.last().map_or(0, |last| last.seq) {
        found.add(Kind::Hole, format!("the head is {}, and the log ends elsewhere", room.head));
    }
    for stream in &room.streams {
        follow(truth, stream, found);
    }
    for page in &room.pages {
        read(truth, page, found);
    }
    happened_in_order(truth, found);
    acknowledged_in_order(truth, found);
    stale(truth, found);
}

/// A stream goes on where it says, and tells every event once.
fn follow(truth: &Truth, stream: &Stream, found: &mut Findings) {
    let mut last = match stream.base {
        Base::After(seq) => Some(seq),
        Base::Admission | Base::Anywhere => None,
    };
    for (_, entry) in &stream.seen {
        match last {
            Some(last) if entry.seq != last + 1 => {
                found.add(Kind::Gap, format!("on socket {} of {:?}, {} came after {last}", stream.line, stream.who, entry.seq));
            }
            None if stream.base == Base::Admission && !truth.spans(stream.who).iter().any(|span| span.from == entry.seq) => {
                found.add(Kind::Gap, format!("{:?} was let in, and heard {} first", stream.who, entry.seq));
            }
            _ => {}
        }
        last = Some(entry.seq);
        compare(truth, entry, &format!("socket {} of {:?}", stream.line, stream.who), found);
    }
}

/// What was seen at a place is what is there, except that it may have been edited or deleted since.
fn compare(truth: &Truth, seen: &Entry, by: &str, found: &mut Findings) {
    let Some(there) = truth.at(seen.seq) else {
        found.add(Kind::Unlike, format!("{by} saw {}, which is not there", seen.seq));
        return;
    };
    let same_event = (seen.verb, seen.message, seen.author, seen.nonce) == (there.verb, there.message, there.author, there.nonce);
    let same_change = seen.gained == there.gained && seen.lost == there.lost;
    let same_text = match (&seen.text, &there.text) {
        (Some(seen), Some(there)) => seen.mark.is_of(there.mark) && seen.mark.version <= there.mark.version && seen.is_intact,
        (Some(seen), None) => seen.is_intact && truth.said(there.message).is_some_and(|said| said.text.is_none()),
        (None, None) => true,
        (None, Some(_)) => false,
    };
    if !(same_event && same_change && same_text) {
        found.add(Kind::Unlike, format!("{by} saw at {} another event than is there: {seen:?}, {there:?}", seen.seq));
    }
}

/// A page holds all of its stretch.
fn read(truth: &Truth, page: &Page, found: &mut Findings) {
    let by = format!("a page for {:?}", page.who);
    for entry in &page.entries {
        compare(truth, entry, &by, found);
    }
    let places = page.entries.iter().map(|entry| entry.seq);
    let is_whole = match page.kind {
        PageKind::Log { after, limit } => {
            let through = page.head.min(after.saturating_add(limit)).max(after);
            places.eq(after + 1..=through)
        }
        PageKind::History { after, through } => {
            let is_message = |seq: &u64| truth.at(*seq).is_some_and(|entry| matches!(entry.verb, Verb::Said | Verb::Changed));
            places.eq((after + 1..=through).filter(is_message))
        }
    };
    if !is_whole {
        let places: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
        found.add(Kind::Hole, format!("{by} of {:?} up to {} has {places:?}", page.kind, page.head));
    }
}

/// What had been acknowledged before something else was begun stands before it.
fn happened_in_order(truth: &Truth, found: &mut Findings) {
    let placed: Vec<(u64, &Act)> = truth.room.acts.iter().filter_map(|act| Some((truth.place(act)?, act))).collect();
    let (mut by_start, mut by_end) = (placed.clone(), placed);
    by_start.sort_by_key(|(_, act)| act.invoked);
    by_end.sort_by_key(|(_, act)| act.returned);
    let mut ended = by_end.into_iter().peekable();
    let mut last: Option<(u64, &Act)> = None;
    for (seq, act) in by_start {
        while let Some(before) = ended.next_if(|(_, other)| other.returned < act.invoked) {
            last = last.filter(|last| last.0 > before.0).or(Some(before));
        }
        if let Some((place, before)) = last.filter(|last| last.0 >= seq) {
            found.add(Kind::Disorder, format!("{:?} at {seq} was begun after {:?} at {place} was acknowledged", act.deed, before.deed));
        }
    }
}

/// The acknowledgements that a socket brings come in the order of the log.
fn acknowledged_in_order(truth: &Truth, found: &mut Findings) {
    let mut lines: HashMap<u32, Vec<(u64, u64)>> = HashMap::new();
    for act in truth.room.acts.iter().filter(|act| matches!(act.deed, Deed::Send { .. })) {
        for ack in act.acks.iter().filter(|ack| ack.is_first) {
            if let Some(line) = ack.line {
                lines.entry(line).or_default().push((ack.at, ack.seq));
            }
        }
    }
    for (line, mut acks) in lines {
        acks.sort_by_key(|(at, _)| *at);
        for pair in acks.windows(2) {
            if pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1 {
                found.add(Kind::Disorder, format!("socket {line} was told of {} and then of {}", pair[0].1, pair[1].1));
            }
        }
    }
}

/// A read that begins after an acknowledgement sees what was acknowledged.
fn stale(truth: &Truth, found: &mut Findings) {
    let mut acked: Vec<(u64, u64)> = truth.room.acts.iter().filter_map(|act| Some((act.returned, truth.place(act)?))).collect();
    acked.sort_unstable();
    let mut highest = 0;
    for (_, seq) in &mut acked {
        highest = highest.max(*seq);
        *seq = highest;
    }
    for page in &truth.room.pages {
        let before = acked.partition_point(|(returned, _)| *returned < page.began);
        if let Some((_, seq)) = before.checked_sub(1).map(|last| acked[last])
            && page.head < seq
        {
            found.add(Kind::Stale, format!("{:?} read up to {}, after {seq} had been acknowledged", page.who, page.head));
        }
    }
}
