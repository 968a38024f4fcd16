//! P7 and P10: what has to happen within a time.

use super::{Findings, Kind, Micros, Round, truth::Truth};

/// Every acknowledged event reaches every watching member's socket in time.
pub fn live(truth: &Truth, bound: Micros, found: &mut Findings) {
    let mut told: Vec<(u64, Micros, Micros)> =
        truth.room.acts.iter().filter_map(|act| Some((truth.place(act)?, act.invoked, act.returned))).collect();
    told.sort_unstable();
    for stream in &truth.room.streams {
        let mut seen: Vec<(u64, Micros)> = stream.seen.iter().map(|(at, entry)| (entry.seq, *at)).collect();
        seen.sort_unstable();
        for (seq, invoked, returned) in &told {
            let due = returned.saturating_add(bound);
            let is_watching = stream.ready < *invoked && due < stream.closed && truth.is_member_at(stream.who, *seq);
            // Whoever came back in between has a stream of their own for that; here they were not let in yet.
            let is_of_stream =
                truth.spans(stream.who).iter().any(|span| span.from < *seq && span.since <= stream.closed && span.since <= *invoked);
            if !is_watching || !is_of_stream {
                continue;
            }
            let first = seen.partition_point(|(other, _)| other < seq);
            match seen.get(first).filter(|(other, _)| other == seq) {
                Some((_, at)) if *at <= due => {}
                Some((_, at)) => {
                    let late = (at - returned) / 1000;
                    found.add(Kind::Late, format!("{seq} reached {:?} {late} ms after it was acknowledged", stream.who));
                }
                None => found.add(Kind::Late, format!("{seq} did not reach {:?} within {} ms", stream.who, bound / 1000)),
            }
        }
    }
}

/// An ended session is refused at once, and its socket goes in time.
pub fn gone(round: &Round, bound: Option<Micros>, found: &mut Findings) {
    for session in &round.sessions {
        let who = session.who;
        if session.was_let_in {
            found.add(Kind::Revenant, format!("a session of {who:?} was let in after its end"));
        }
        let Some(bound) = bound else { continue };
        if session.closed.max(session.heard) > session.ended.saturating_add(bound) {
            found.add(Kind::Revenant, format!("the socket of an ended session of {who:?} lived on"));
        }
    }
}
