//! The book against a world in which the bus swaps, doubles and loses what it is given, people come and go, and sockets break
//! and come back at any moment.

mod world;

use proptest::prelude::*;
use shared_types::{Seq, SessionId, UserId, user::User, ws};
use uuid::Uuid;

use super::*;
use world::{World, identity};

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every client sees each event once, in order, without holes, as long as it is a member and no longer, and ends where
    /// the log ends.
    #[test]
    fn p8_p9_whatever_happens_every_client_comes_to_the_present(steps in prop::collection::vec(any::<(u8, u8, u8)>(), 0..70)) {
        let mut world = World::new(false);
        for step in steps {
            world.take_step(step);
        }
        world.settle();
    }

    /// The same with readers so slow that their queues overflow.
    #[test]
    fn p8_p11_who_reads_too_slowly_is_told_and_comes_to_the_present(steps in prop::collection::vec(any::<(u8, u8, u8)>(), 0..70)) {
        let mut world = World::new(true);
        for step in steps {
            world.take_step(step);
        }
        world.settle();
    }
}

/// Schedules that once went wrong and are too rare to wait for.
#[test]
fn p9_heads_from_before_a_removal_do_not_bring_back_who_was_removed() {
    let (join, leave, go, hear) = (4, 4, 16, 6);
    World::script(&[
        (join, 0, 0),
        (join, 2, 0),
        (15, 2, 0),
        // Person 3 reads the heads while a member, and is removed before the socket watches.
        (go, 0, 0),
        (leave, 2, 0),
        // Person 1 begins to follow from after the removal, so that nobody here will ever see it.
        (15, 0, 0),
        (go, 1, 0),
        (go, 1, 0),
        (go, 1, 0),
        (0, 0, 0),
        (go, 0, 0),
        (go, 0, 0),
        (go, 0, 0),
        (go, 0, 0),
        (hear, 3, 2),
        (10, 0, 0),
    ]);
}

#[test]
fn p8_what_a_round_holds_is_not_for_those_who_come_in_its_middle() {
    let mut world = World::new(false);
    world.member_online();
    world.says_and_waits();
    // The same person's second device, whose snapshot will have it.
    let second = Arc::<Line>::default();
    world.book.connect(&second, identity(1, 1));
    world.book.watch(&second, &[]);
    world.book.flush();
    assert!(look(&second).pieces.is_empty());
}

/// A socket of this person, past its snapshot of nothing.
fn open(book: &mut Book, number: u128) -> Arc<Line> {
    let line = Arc::<Line>::default();
    book.connect(&line, identity(number, number));
    book.watch(&line, &[]);
    book.begin(&line, Cut::new(), true);
    line
}

fn look(line: &Line) -> crate::line::Taken {
    match line.poll_take(&mut std::task::Context::from_waker(std::task::Waker::noop()), false) {
        std::task::Poll::Ready(taken) => taken,
        std::task::Poll::Pending => crate::line::Taken::default(),
    }
}

#[test]
fn p10_an_ended_session_closes_its_sockets_at_once_and_no_others() {
    let mut book = Book::default();
    let (ann, bob) = (open(&mut book, 1), open(&mut book, 2));
    book.hear(&Arc::new(Signal::UserChanged(world::user(3))));
    book.hear(&Arc::new(Signal::SessionsEnded(vec![SessionId(Uuid::from_u128(1))])));
    let taken = look(&ann);
    assert_eq!(taken.close.map(|close| close.code), Some(ws::close::SESSION_ENDED));
    assert!(taken.pieces.is_empty(), "nothing that was queued is written any more");
    assert_eq!(look(&bob).close, None);
    book.forget(&ann);
    assert_eq!(book.sessions(), [SessionId(Uuid::from_u128(2))]);
}

#[test]
fn p10_a_session_that_ended_unheard_is_found_by_looking() {
    let mut book = Book::default();
    let (ann, bob) = (open(&mut book, 1), open(&mut book, 2));
    let asked = book.sessions();
    book.sessions_read(&asked, &[SessionId(Uuid::from_u128(2))]);
    assert_eq!(look(&ann).close.map(|close| close.code), Some(ws::close::SESSION_ENDED));
    assert_eq!(look(&bob).close, None);
}

#[test]
fn p11_a_reader_who_stands_still_holds_no_more_than_the_bound() {
    let mut world = World::new(true);
    let slow = world.member_online();
    for _ in 0..200 {
        world.says_and_delivers();
        assert!(world.queued(slow) <= crate::line::QUEUE_BYTES);
    }
    world.settle();
}

#[test]
fn p14_who_stops_tells_every_socket_after_what_is_queued_and_spreads_them() {
    let mut book = Book::default();
    let (ann, bob) = (open(&mut book, 1), open(&mut book, 2));
    book.hear(&Arc::new(Signal::UserChanged(world::user(3))));
    let mut ms = 0;
    book.close_all(ws::close::RESTART, || {
        ms += 100;
        ms
    });
    let closes = [look(&ann), look(&bob)].map(|taken| {
        assert!(taken.pieces.iter().any(|piece| matches!(piece, crate::line::Piece::Chunk(_))));
        taken.close.unwrap()
    });
    assert_eq!(closes.map(|close| close.code), [ws::close::RESTART; 2]);
    assert_ne!(closes[0].come_back_ms, closes[1].come_back_ms);
    let late = open(&mut book, 4);
    assert_eq!(look(&late).close.map(|close| close.code), Some(ws::close::RESTART), "who comes too late is sent away");
}

#[test]
fn p12_every_socket_gets_its_heartbeat_once_in_its_time() {
    let mut book = Book::default();
    let lines: Vec<_> = (0..150).map(|number| open(&mut book, number)).collect();
    for line in &lines {
        look(line);
    }
    for _ in 0..BEAT_PARTS {
        book.tick(|| Timestamp(1));
    }
    for line in &lines {
        assert_eq!(look(line).beats, 1);
    }
}

#[test]
fn p9_receipts_reach_those_who_share_theirs_together_and_once() {
    let mut world = World::new(false);
    let (shares, keeps) = (world.member_online(), world.member_online());
    world.book.hear(&Arc::new(Signal::ReceiptsSwitched { user_id: world.user_of(keeps), on: false }));
    let receipt = |seq| Receipt { user_id: UserId(Uuid::from_u128(9)), delivered_seq: Seq(seq), read_seq: Seq(0) };
    for seq in [2, 3] {
        world.book.hear(&Arc::new(Signal::Receipts { conversation_id: World::conversation(0), receipts: vec![receipt(seq)] }));
    }
    world.book.tick(|| Timestamp(1));
    world.book.tick(|| Timestamp(1));
    let heard =
        |frames: Vec<ServerFrame>| frames.into_iter().filter(|frame| matches!(frame, ServerFrame::Receipts { .. })).collect::<Vec<_>>();
    let expected = ServerFrame::Receipts { conversation_id: World::conversation(0), receipts: vec![receipt(3)] };
    assert_eq!(heard(world.frames(shares)), [expected]);
    assert_eq!(heard(world.frames(keeps)), []);
}

#[test]
fn a_deleted_conversation_is_gone_even_if_nobody_said_so() {
    let mut world = World::new(false);
    let member = world.member_online();
    world.frames(member);
    let asked = world.book.watched();
    assert!(!asked.is_empty());
    world.book.heads_read(&asked, &[]);
    assert_eq!(world.frames(member), [ServerFrame::Gone { conversation_id: World::conversation(0) }]);
    assert!(world.book.watched().is_empty());
}

#[test]
fn p18_who_leaves_leaves_nothing_behind() {
    let mut world = World::new(false);
    for _ in 0..5 {
        let member = world.member_online();
        world.says_and_delivers();
        world.cut(member);
    }
    assert!(world.book.watched().is_empty());
    assert!(world.book.is_empty());
    assert_eq!(world.book.sockets.iter().count(), 0);
    let _: User = world::user(1);
}
