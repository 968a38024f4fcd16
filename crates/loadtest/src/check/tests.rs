//! Every check is shown to turn red, beside the good log that it leaves alone; and good logs are never accused.

use super::{
    sample::{ANN, BOB, EVE, PEOPLE, mark, message, round, said, sent, stream, text},
    *,
};

const RULES: Rules = Rules { live: Some(50), gone: Some(500) };

fn found(round: &Round) -> Vec<Difference> {
    check(round, &RULES)
}

/// The good round, spoilt in one place, is accused of this and of nothing else.
#[track_caller]
fn red(kind: Kind, spoil: impl FnOnce(&mut Room)) {
    red_also(kind, &[], spoil);
}

/// The same where one fault shows in several ways.
#[track_caller]
fn red_also(kind: Kind, also: &[Kind], spoil: impl FnOnce(&mut Room)) {
    let mut round = round();
    spoil(&mut round.rooms[0]);
    let found = found(&round);
    assert!(found.iter().any(|difference| difference.kind == kind), "{kind} was not found: {found:?}");
    let others: Vec<_> = found.iter().filter(|difference| difference.kind != kind && !also.contains(&difference.kind)).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// The good round, changed in a way that is allowed.
#[track_caller]
fn green(change: impl FnOnce(&mut Room)) {
    let mut round = round();
    change(&mut round.rooms[0]);
    assert_eq!(found(&round), []);
}

fn entry(room: &mut Room, seq: u64) -> &mut Entry {
    room.log.iter_mut().find(|entry| entry.seq == seq).unwrap()
}

fn act_of(room: &mut Room, deed: impl Fn(Deed) -> bool) -> &mut Act {
    room.acts.iter_mut().find(|act| deed(act.deed)).unwrap()
}

fn send_of(room: &mut Room, wanted: Mark) -> &mut Act {
    act_of(room, |deed| matches!(deed, Deed::Send { mark, .. } if mark == wanted))
}

/// Takes the last event out of the log and out of everything that was seen.
fn without_the_last(room: &mut Room) {
    room.log.pop();
    room.head -= 1;
    for stream in &mut room.streams {
        stream.seen.retain(|(_, entry)| entry.seq <= room.head);
    }
    room.pages.clear();
    room.counts.clear();
}

#[test]
fn the_good_round_is_good() {
    green(|_| {});
}

#[test]
fn an_acknowledged_message_that_is_not_there_is_lost() {
    red_also(Kind::Lost, &[Kind::Late], without_the_last);
    green(|room| {
        without_the_last(room);
        let act = send_of(room, mark(BOB, 3));
        (act.outcome, act.returned) = (Outcome::Unknown, Micros::MAX);
        act.acks.clear();
    });
}

#[test]
fn another_message_at_its_place_is_a_loss() {
    red_also(Kind::Lost, &[Kind::Unlike, Kind::Invented, Kind::Altered], |room| entry(room, 11).message += 1);
}

#[test]
fn an_acknowledged_edit_that_is_not_shown_is_lost() {
    red_also(Kind::Lost, &[Kind::Unlike, Kind::Unerased], |room| entry(room, 3).text = Some(text(mark(ANN, 1))));
}

#[test]
fn an_acknowledged_membership_that_is_not_told_is_lost() {
    red(Kind::Lost, |room| {
        let again = Act { invoked: 1_200, returned: 1_210, ..act_of(room, |deed| deed == Deed::Gain { whom: EVE }).clone() };
        room.acts.push(again);
    });
}

#[test]
fn a_byte_that_is_not_as_it_was_sent_is_altered() {
    let spoil = |entry: &mut Entry| entry.text.as_mut().unwrap().is_intact = false;
    red_also(Kind::Altered, &[Kind::Unlike], |room| spoil(entry(room, 9)));
    // In a stream alone it is the stream that is wrong.
    red(Kind::Unlike, |room| spoil(&mut room.streams[0].seen[6].1));
}

#[test]
fn one_message_twice_in_the_log_is_doubled() {
    red_also(Kind::Doubled, &[Kind::Miscounted], |room| {
        let again = Entry { seq: 12, message: 77, ..entry(room, 11).clone() };
        room.log.push(again);
        room.head = 12;
    });
}

#[test]
fn one_nonce_in_two_rooms_is_doubled() {
    let mut round = round();
    round.rooms.push(Room { number: 1, ..round.rooms[0].clone() });
    assert!(found(&round).iter().all(|difference| difference.kind == Kind::Doubled));
    assert_eq!(found(&round).len(), 5);
}

#[test]
fn a_retry_that_is_answered_with_another_place_is_doubled() {
    let again = |room: &mut Room, seq: u64| {
        let act = send_of(room, mark(ANN, 7));
        let ack = Ack { is_first: false, line: None, at: 1_300, seq, ..act.acks[0] };
        act.acks.push(ack);
    };
    red(Kind::Doubled, |room| again(room, 11));
    green(|room| again(room, 9));
}

#[test]
fn a_refusal_of_what_is_stored_is_a_misjudgement() {
    red(Kind::Misjudged, |room| {
        let act = send_of(room, mark(BOB, 3));
        act.outcome = Outcome::Refused;
        act.acks.clear();
    });
}

#[test]
fn a_nonce_with_another_text_has_to_be_refused() {
    let clash = |room: &mut Room, outcome| {
        let clash = Act { outcome, ..sample::act(BOB, Deed::Clash { nonce: sample::nonce(mark(BOB, 2)) }, 1_200, 1_210) };
        room.acts.push(clash);
    };
    red(Kind::Misjudged, |room| clash(room, Outcome::Ok));
    green(|room| clash(room, Outcome::Refused));
}

#[test]
fn what_nobody_sent_is_invented() {
    red(Kind::Invented, |room| room.acts.retain(|act| !matches!(act.deed, Deed::Send { mark, .. } if mark.number == 3)));
}

#[test]
fn a_hole_in_the_log_is_found() {
    red_also(Kind::Hole, &[Kind::Unlike, Kind::Lost, Kind::Miscounted], |room| {
        room.log.remove(6);
    });
    red_also(Kind::Hole, &[Kind::Miscounted, Kind::Incoherent], |room| room.head = 12);
}

#[test]
fn two_messages_acknowledged_at_one_place_are_found() {
    red_also(Kind::Hole, &[Kind::Lost, Kind::Disorder], |room| room.acts.push(sent(mark(ANN, 20), 9, 905, 912)));
}

#[test]
fn a_page_with_a_hole_is_found() {
    red(Kind::Hole, |room| {
        room.pages[0].entries.remove(1);
    });
    red(Kind::Hole, |room| {
        room.pages[1].entries.remove(1);
    });
    red(Kind::Hole, |room| {
        room.pages[0].entries.pop();
    });
}

#[test]
fn another_event_than_the_others_saw_is_found() {
    red(Kind::Unlike, |room| room.streams[0].seen[6].1.author = BOB);
    red_also(Kind::Unlike, &[Kind::Unerased], |room| {
        let other = said(9, mark(BOB, 2));
        room.streams[0].seen[6].1.text = other.text;
    });
    red_also(Kind::Unlike, &[Kind::Leaked], |room| {
        let beyond = said(12, mark(BOB, 4));
        room.streams[0].seen.push((1_300, Entry { ..beyond }));
    });
}

#[test]
fn what_was_begun_after_an_acknowledgement_stands_after_it() {
    // Bob's 2 (at 7) is begun only after ann's 7 (at 9) was acknowledged.
    red_also(Kind::Disorder, &[Kind::Stale, Kind::Late], |room| {
        let act = send_of(room, mark(BOB, 2));
        (act.invoked, act.returned) = (920, 930);
        act.acks[0].line = None;
    });
    green(|room| send_of(room, mark(BOB, 2)).returned = 905);
}

#[test]
fn acknowledgements_on_a_socket_come_in_the_order_of_the_log() {
    red(Kind::Disorder, |room| {
        let (late, early) = (mark(BOB, 3), mark(BOB, 2));
        // Both under way at once.
        send_of(room, late).invoked = 700;
        send_of(room, early).acks[0].at = 1_115;
        send_of(room, early).returned = 1_115;
    });
}

#[test]
fn a_read_holds_what_was_acknowledged_before_it() {
    red(Kind::Stale, |room| (room.pages[0].began, room.pages[0].ended) = (711, 720));
    green(|room| (room.pages[0].began, room.pages[0].ended) = (705, 720));
}

#[test]
fn an_erased_text_must_not_come_back() {
    // A resume that replays the text as it was before the edit.
    red(Kind::Unerased, |room| room.streams[2].seen[1].1.text = Some(text(mark(ANN, 1))));
    // A page that was begun after the deletion, and shows what was deleted.
    red(Kind::Unerased, |room| room.pages[1].entries[0].text = Some(text(mark(BOB, 1))));
    // The same page, begun before.
    red_also(Kind::Stale, &[Kind::Hole], |room| room.pages[1].head = 4);
    green(|room| {
        room.pages[0].began = 580;
        room.pages[0].entries[0].text = Some(text(mark(ANN, 1)));
    });
    // In a list or an acknowledgement.
    red(Kind::Unerased, |room| room.glimpses[0].mark = mark(ANN, 1));
    // Somebody saw the edit before its author had the answer: it is certain from then on.
    red(Kind::Unerased, |room| {
        act_of(room, |deed| matches!(deed, Deed::Edit { .. })).returned = 1_400;
        room.pages[0].entries[0].text = Some(text(mark(ANN, 1)));
    });
}

#[test]
fn what_was_deleted_is_not_there() {
    red_also(Kind::Unerased, &[Kind::Unlike, Kind::Miscounted], |room| {
        entry(room, 4).text = Some(text(mark(BOB, 1)));
        entry(room, 8).text = Some(text(mark(BOB, 1)));
    });
}

#[test]
fn a_stream_that_skips_or_repeats_is_found() {
    red_also(Kind::Gap, &[Kind::Late], |room| {
        room.streams[0].seen.remove(4);
    });
    red(Kind::Gap, |room| {
        let again = room.streams[0].seen[4].clone();
        room.streams[0].seen.insert(5, again);
    });
    // A resume off by one, either way.
    red(Kind::Gap, |room| {
        room.streams[2].seen.remove(0);
    });
    red(Kind::Gap, |room| room.streams[2].base = Base::After(5));
    // Who was told that something was dropped goes on anywhere.
    green(|room| {
        room.streams[2].base = Base::Anywhere;
        room.streams[2].seen.remove(0);
    });
    // Who is let in hears that first.
    red(Kind::Gap, |room| {
        room.streams[3].seen.remove(0);
    });
}

#[test]
fn what_does_not_come_in_time_is_late() {
    red(Kind::Late, |room| {
        let seen = &mut room.streams[0].seen;
        seen.pop();
    });
    red(Kind::Late, |room| room.streams[0].seen.last_mut().unwrap().0 = 1_161);
    green(|room| room.streams[0].seen.last_mut().unwrap().0 = 1_160);
    // The socket was gone before the time was up.
    green(|room| {
        room.streams[0].seen.pop();
        room.streams[0].closed = 1_150;
    });
}

#[test]
fn nobody_sees_what_was_said_while_they_were_away() {
    // Eve hears what comes after the event that took her out.
    red(Kind::Leaked, |room| {
        let (leave, after) = (room.log[9].clone(), room.log[10].clone());
        room.streams[3].seen.extend([(1_012, leave), (1_112, after)]);
    });
    // She asks after she has left, and sees even old things.
    red(Kind::Leaked, |room| {
        let page = &mut room.pages[0];
        (page.began, page.ended) = (1_011, 1_020);
        page.head = 10;
        page.entries[1].text = None;
    });
    // She asked before, and the answer came after.
    green(|room| (room.pages[0].ended, room.glimpses[1].at) = (1_400, 1_400));
    // Before she came.
    red(Kind::Leaked, |room| {
        room.glimpses.push(Glimpse { who: EVE, began: 420, at: 430, mark: mark(BOB, 2) });
    });
    // Leaving where one is not ends nothing that comes later.
    green(|room| {
        let real = act_of(room, |deed| deed == Deed::Lose { whom: EVE });
        (real.outcome, real.returned) = (Outcome::Unknown, Micros::MAX);
        room.acts.push(sample::act(EVE, Deed::Lose { whom: EVE }, 440, 450));
    });
    // One's own message is no secret.
    green(|room| room.glimpses.push(Glimpse { who: BOB, began: 1_300, at: 1_310, mark: mark(BOB, 3) }));
}

#[test]
fn an_ended_session_ends() {
    for (spoil, is_red) in [
        ((|session: &mut EndedSession| session.was_let_in = true) as fn(&mut EndedSession), true),
        (|session| session.closed = 1_501, true),
        (|session| session.closed = Micros::MAX, true),
        (|session| session.heard = 1_600, true),
        (|session| session.closed = 1_500, false),
    ] {
        let mut round = round();
        spoil(&mut round.sessions[0]);
        let kinds: Vec<_> = found(&round).iter().map(|difference| difference.kind).collect();
        assert_eq!(kinds, if is_red { vec![Kind::Revenant] } else { vec![] });
    }
}

#[test]
fn counts_are_what_a_recount_gives() {
    red(Kind::Miscounted, |room| room.counts[0].unread += 1);
    red(Kind::Miscounted, |room| room.counts[1].unread -= 1);
    red(Kind::Miscounted, |room| room.counts[0].mentions = Some(1));
    red(Kind::Incoherent, |room| room.counts[0].members = Some(4));
    red(Kind::Incoherent, |room| room.counts[1].members = Some(3));
}

#[test]
fn a_message_names_whom_its_text_names() {
    let named = mark(ANN, 7).names(PEOPLE).unwrap();
    assert_eq!(named, EVE, "who was a member then");
    red_also(Kind::Incoherent, &[Kind::Unlike], |room| {
        let entry = entry(room, 9);
        entry.text.as_mut().unwrap().mentions.clear();
    });
}

#[test]
fn a_version_is_what_the_text_says() {
    red(Kind::Incoherent, |room| entry(room, 3).text.as_mut().unwrap().version = 4);
}

#[test]
fn one_edit_is_one_event() {
    red_also(Kind::Doubled, &[Kind::Miscounted], |room| {
        let again = Entry { seq: 12, ..entry(room, 6).clone() };
        room.log.push(again);
        room.head = 12;
    });
    red_also(Kind::Doubled, &[Kind::Miscounted], |room| {
        let again = Entry { seq: 12, ..entry(room, 8).clone() };
        room.log.push(again);
        room.head = 12;
    });
}

#[test]
fn a_stream_of_somebody_who_came_back_is_theirs_alone() {
    // Bob's second socket heard nothing before it was opened, and is not blamed for it.
    green(|room| {
        room.streams[1].closed = 420;
        let empty = stream(BOB, Base::After(11), (1_700, 1_900), vec![]);
        room.streams.push(empty);
    });
}

#[test]
fn differences_are_summed_up_by_kind_with_a_few_examples() {
    let one = |kind, what: &str| Difference { kind, room: 2, what: what.to_owned() };
    let all: Vec<_> = (0..5).map(|n| one(Kind::Late, &n.to_string())).chain([one(Kind::Lost, "x")]).collect();
    let summaries = summarise(&all);
    assert_eq!(summaries.iter().map(|summary| (summary.difference, summary.count)).collect::<Vec<_>>(), [(Kind::Lost, 1), (Kind::Late, 5)]);
    assert_eq!(summaries[1].examples, ["room 2: 0", "room 2: 1", "room 2: 2"]);
    assert_eq!(message(mark(ANN, 1)) >> 120, 1);
}
