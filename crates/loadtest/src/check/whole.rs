//! P5 and P13: whatever is derived from the log is what a recount of the log gives.

use super::{Counts, Findings, Kind, Verb, Who, truth::Truth};

/// Counts end here.
const MOST: u64 = 1_000;

pub fn check(truth: &Truth, people: u32, found: &mut Findings) {
    for entry in &truth.room.log {
        let Some(text) = entry.text.as_ref().filter(|_| entry.verb == Verb::Said) else { continue };
        // An edit names anew, so what counts is who was a member then.
        let place = truth.edits(entry.message).last().copied().unwrap_or(entry.seq);
        let named: Vec<Who> = text.mark.names(people).filter(|who| truth.is_member_at(*who, place)).into_iter().collect();
        if named != text.mentions {
            found.add(Kind::Incoherent, format!("{:?} names {named:?}, and says that it names {:?}", text.mark, text.mentions));
        }
    }
    for counts in &truth.room.counts {
        recount(truth, counts, found);
    }
}

fn recount(truth: &Truth, counts: &Counts, found: &mut Findings) {
    let who = counts.who;
    let is_there = |message: u128| truth.deletion(message).is_none_or(|seq| seq > counts.head);
    let news = || {
        let stretch = truth.room.log.iter().filter(|entry| counts.read < entry.seq && entry.seq <= counts.head);
        stretch.filter(|entry| entry.verb == Verb::Said && entry.author != who && is_there(entry.message))
    };
    let unread = (news().count() as u64).min(MOST);
    if unread != counts.unread {
        let told = counts.unread;
        found.add(Kind::Miscounted, format!("{who:?} was told {told} unread from {} to {}; there are {unread}", counts.read, counts.head));
    }
    // Whom a message names is known only as it is in the end.
    let is_final = counts.head == truth.room.head;
    if let Some(told) = counts.mentions.filter(|_| is_final) {
        let mentions = news().filter(|entry| entry.text.as_ref().is_some_and(|text| text.mentions.contains(&who))).count() as u64;
        if mentions.min(MOST) != told {
            found.add(
                Kind::Miscounted,
                format!("{who:?} was told {told} mentions from {} to {}; there are {mentions}", counts.read, counts.head),
            );
        }
    }
    if let Some(told) = counts.members {
        let is_in = |seq: u64, until: Option<u64>| seq <= counts.head && until.is_none_or(|until| until > counts.head);
        let members = truth.everybody().filter(|(_, spans)| spans.iter().any(|span| is_in(span.from, span.until))).count() as u64;
        if members != told {
            found.add(Kind::Incoherent, format!("{who:?} was told of {told} members at {}; there are {members}", counts.head));
        }
    }
}
