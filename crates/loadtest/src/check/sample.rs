//! A good round made by hand, for tests that then spoil it.

use super::{
    Ack, Act, Base, Counts, Deed, EndedSession, Entry, Glimpse, Mark, Micros, Outcome, Page, PageKind, Room, Round, Stream, Text, Verb, Who,
};

pub const ANN: Who = Who(0);
pub const BOB: Who = Who(1);
/// Comes late and leaves again.
pub const EVE: Who = Who(2);
pub const KEEPER: Who = Who(3);
pub const PEOPLE: u32 = 4;

pub fn mark(author: Who, number: u32) -> Mark {
    Mark { author, number, version: 0 }
}

pub fn act(who: Who, deed: Deed, invoked: Micros, returned: Micros) -> Act {
    Act { who, deed, invoked, returned, outcome: Outcome::Ok, acks: Vec::new() }
}

pub fn nonce(mark: Mark) -> u128 {
    (u128::from(mark.author.0) << 64) | u128::from(mark.number) | 1 << 100
}

pub fn message(mark: Mark) -> u128 {
    nonce(mark) | 1 << 120
}

pub fn text(mark: Mark) -> Text {
    Text { mark, is_intact: true, version: mark.version, mentions: mark.names(PEOPLE).into_iter().collect() }
}

pub fn said(seq: u64, mark: Mark) -> Entry {
    let nonce = Some(nonce(mark));
    Entry {
        seq,
        verb: Verb::Said,
        message: message(mark),
        author: mark.author,
        nonce,
        text: Some(text(mark)),
        gained: vec![],
        lost: vec![],
    }
}

pub fn changed(seq: u64, author: Who, gained: &[Who], lost: &[Who]) -> Entry {
    let (gained, lost) = (gained.to_vec(), lost.to_vec());
    Entry { seq, verb: Verb::Changed, message: u128::from(seq), author, nonce: None, text: None, gained, lost }
}

pub fn sent(mark: Mark, seq: u64, invoked: Micros, returned: Micros) -> Act {
    let ack = Ack { began: invoked, at: returned, line: Some(mark.author.0), is_first: true, seq, message: message(mark) };
    Act { acks: vec![ack], ..act(mark.author, Deed::Send { mark, nonce: nonce(mark) }, invoked, returned) }
}

pub fn stream(who: Who, base: Base, (opened, closed): (Micros, Micros), seen: Vec<(Micros, Entry)>) -> Stream {
    Stream { who, line: who.0, opened, ready: opened + 1, closed, base, seen }
}

/// The log:
///
/// 1 keeper opens · 2 ann and bob are let in · 3 ann's 1 · 4 bob's 1 · 5 eve joins · 6 ann edits her 1 · 7 bob's 2 ·
/// 8 bob deletes his 1 · 9 ann's 7, which names bob's neighbour · 10 eve leaves · 11 bob's 3
///
/// Everything takes 10 µs, at 100 × its place. Ann and bob listen to all of it, eve to her part, and bob comes back once.
pub fn round() -> Round {
    let (a1, b1, b2, a7, b3) = (mark(ANN, 1), mark(BOB, 1), mark(BOB, 2), mark(ANN, 7), mark(BOB, 3));
    let a1_now = a1.edited();
    let shown = |seq, verb, message, by: Who, now: Option<Mark>| Entry {
        verb,
        text: now.map(text),
        ..Entry { message, author: by, ..said(seq, Mark { version: 0, ..mark(by, 1) }) }
    };
    let edit = shown(6, Verb::Edited, message(a1), ANN, Some(a1_now));
    let deletion = shown(8, Verb::Deleted, message(b1), BOB, None);
    let log = vec![
        changed(1, KEEPER, &[KEEPER], &[]),
        changed(2, KEEPER, &[ANN, BOB], &[]),
        Entry { text: Some(text(a1_now)), ..said(3, a1) },
        Entry { text: None, ..said(4, b1) },
        changed(5, EVE, &[EVE], &[]),
        edit,
        said(7, b2),
        deletion,
        said(9, a7),
        changed(10, EVE, &[], &[EVE]),
        said(11, b3),
    ];
    let acts = vec![
        act(KEEPER, Deed::Gain { whom: KEEPER }, 100, 110),
        act(KEEPER, Deed::Gain { whom: ANN }, 200, 210),
        act(KEEPER, Deed::Gain { whom: BOB }, 200, 210),
        sent(a1, 3, 300, 310),
        sent(b1, 4, 400, 410),
        act(EVE, Deed::Gain { whom: EVE }, 500, 510),
        act(ANN, Deed::Edit { mark: a1_now }, 600, 610),
        sent(b2, 7, 700, 710),
        act(BOB, Deed::Delete { mark: b1 }, 800, 810),
        sent(a7, 9, 900, 910),
        act(EVE, Deed::Lose { whom: EVE }, 1_000, 1_010),
        sent(b3, 11, 1_100, 1_110),
    ];
    // As it was live: the old texts of 3 and 4.
    let live = |seq: u64| match seq {
        3 => said(3, a1),
        4 => said(4, b1),
        seq => log[usize::try_from(seq).unwrap() - 1].clone(),
    };
    let hears = |seqs: std::ops::RangeInclusive<u64>| seqs.map(|seq| (seq * 100 + 12, live(seq))).collect::<Vec<_>>();
    let streams = vec![
        stream(ANN, Base::After(2), (250, 2_000), hears(3..=11)),
        stream(BOB, Base::After(2), (250, 450), hears(3..=4)),
        // Back after a while, from where he was: what he missed comes as it is now.
        stream(BOB, Base::After(4), (850, 2_000), {
            let mut seen: Vec<_> = (5..=8).map(|seq| (855, live(seq))).collect();
            seen.extend(hears(9..=11));
            seen
        }),
        stream(EVE, Base::Admission, (505, 1_005), hears(5..=9)),
    ];
    let pages = vec![
        Page {
            who: EVE,
            began: 620,
            ended: 630,
            kind: PageKind::Log { after: 2, limit: 3 },
            head: 6,
            entries: vec![log[2].clone(), live(4), live(5)],
        },
        Page {
            who: KEEPER,
            began: 1_500,
            ended: 1_510,
            kind: PageKind::History { after: 3, through: 8 },
            head: 11,
            entries: vec![log[3].clone(), log[4].clone(), log[6].clone()],
        },
    ];
    let glimpses = vec![Glimpse { who: BOB, began: 650, at: 660, mark: a1_now }, Glimpse { who: EVE, began: 720, at: 730, mark: b2 }];
    let counts = vec![
        Counts { who: ANN, head: 11, read: 3, unread: 2, mentions: Some(0), members: Some(3) },
        // Before the deletion, and while eve was there.
        Counts { who: ANN, head: 7, read: 3, unread: 2, mentions: None, members: Some(4) },
        Counts { who: BOB, head: 11, read: 2, unread: 2, mentions: None, members: None },
    ];
    let room = Room { number: 0, head: 11, log, acts, streams, pages, glimpses, counts };
    let sessions = vec![EndedSession { who: ANN, ended: 1_000, closed: 1_200, heard: 900, was_let_in: false }];
    Round { rooms: vec![room], sessions, people: PEOPLE }
}
