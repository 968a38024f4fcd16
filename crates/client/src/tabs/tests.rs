//! Tabs that come, lead, hang and go.

use shared_types::{
    Seq, SessionId,
    conversation::ConversationList,
    ws::{Ready, Resumed},
};
use uuid::Uuid;

use super::*;
use crate::testing::me;

fn at(ms: i64) -> Timestamp {
    Timestamp(1_000_000 + ms)
}

fn greeting() -> Greeting {
    Greeting { session_id: SessionId(Uuid::nil()), build: "b".to_owned() }
}

fn ready() -> ServerFrame {
    let list = ConversationList { conversations: Vec::new(), users: Vec::new() };
    let Greeting { session_id, build } = greeting();
    ServerFrame::Ready(Box::new(Ready { me: me(1, "Ann"), session_id, list, now: at(0), build }))
}

fn heard(frame: &ServerFrame) -> Word {
    Word::Heard { frame: serde_json::to_string(frame).unwrap() }
}

fn pong(id: u32) -> ServerFrame {
    ServerFrame::Pong { id }
}

fn takes(tabs: &mut Tabs, frame: &ServerFrame) -> bool {
    tabs.hear(heard(frame)) == Act::Take(Box::new(frame.clone()))
}

fn follower() -> Tabs {
    let mut tabs = Tabs::default();
    tabs.follow();
    tabs
}

fn leader() -> Tabs {
    let mut tabs = follower();
    tabs.lead();
    tabs
}

#[test]
fn a_tab_without_locks_has_its_own_socket_and_obeys_nobody() {
    let mut tabs = Tabs::default();
    assert_eq!(tabs.way(at(0)), Way::Socket);
    for word in [Word::Leading, Word::Hello, Word::Live { greeting: greeting() }, Word::Down { code: 4403 }, heard(&ready())] {
        assert_eq!(tabs.hear(word), Act::Nothing);
    }
}

#[test]
fn a_follower_keeps_what_comes_while_it_reads_the_list() {
    let mut tabs = follower();
    assert_eq!(tabs.way(at(0)), Way::Ask);
    assert!(!takes(&mut tabs, &pong(1)), "nothing means anything without a snapshot");
    assert_eq!(tabs.hear(Word::Live { greeting: greeting() }), Act::ReadList(greeting()));
    assert!(!takes(&mut tabs, &pong(2)));
    assert_eq!(tabs.hear(Word::Live { greeting: greeting() }), Act::Nothing, "another tab had asked");
    assert!(!takes(&mut tabs, &pong(3)));
    assert_eq!(tabs.joined(), Some(vec![pong(2), pong(3)]));
    assert!(takes(&mut tabs, &pong(4)));
    assert_eq!(tabs.joined(), None, "once");
}

#[test]
fn a_snapshot_that_is_passed_on_is_better_than_a_list() {
    let mut tabs = follower();
    assert!(takes(&mut tabs, &ready()));
    assert!(takes(&mut tabs, &pong(1)));

    let mut tabs = follower();
    tabs.hear(Word::Live { greeting: greeting() });
    tabs.hear(heard(&pong(1)));
    assert!(takes(&mut tabs, &ready()));
    assert_eq!(tabs.joined(), None, "the list is older than the snapshot");
}

#[test]
fn without_the_leader_frames_mean_nothing_until_the_next_snapshot() {
    for (word, code) in [(Word::Leading, ABNORMAL), (Word::Down { code: 1012 }, 1012)] {
        let mut tabs = follower();
        tabs.hear(heard(&ready()));
        assert_eq!(tabs.hear(word), Act::Closed(code));
        assert!(!takes(&mut tabs, &pong(1)));
        assert!(takes(&mut tabs, &ready()));
    }
}

#[test]
fn too_much_to_keep_begins_anew() {
    let mut tabs = follower();
    tabs.hear(Word::Live { greeting: greeting() });
    for id in 0..=u32::try_from(MOST_KEPT).unwrap() {
        tabs.hear(heard(&pong(id)));
    }
    assert_eq!(tabs.joined(), None);
    assert!(!takes(&mut tabs, &pong(0)), "part of a stream is no stream");
    assert_eq!(tabs.hear(Word::Live { greeting: greeting() }), Act::ReadList(greeting()));
}

#[test]
fn a_leader_writes_answers_and_hears_no_frames_of_others() {
    let mut tabs = leader();
    assert_eq!(tabs.way(at(0)), Way::Socket);
    assert_eq!(tabs.standing(), Some(Word::Down { code: ABNORMAL }));
    tabs.greeted(greeting());
    assert_eq!(tabs.hear(Word::Hello), Act::Answer);
    assert_eq!(tabs.standing(), Some(Word::Live { greeting: greeting() }));
    let frame = r#"{"type":"ping","id":7}"#.to_owned();
    assert_eq!(tabs.hear(Word::Say { frame: frame.clone() }), Act::Write(frame));
    assert_eq!(tabs.hear(heard(&pong(7))), Act::Nothing);
    tabs.lost();
    assert_eq!(tabs.standing(), Some(Word::Down { code: ABNORMAL }));
}

#[test]
fn a_leader_that_resumed_has_the_others_read_for_themselves() {
    let mut tabs = follower();
    let Greeting { session_id, build } = greeting();
    let (conversations, gone, positions, users) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let resumed = Resumed { me: me(1, "Ann"), session_id, conversations, gone, positions, users, now: at(0), build };
    assert_eq!(tabs.hear(heard(&ServerFrame::Resumed(Box::new(resumed)))), Act::ReadList(greeting()));
    assert!(!takes(&mut tabs, &pong(0)), "it is kept");
    assert_eq!(tabs.joined(), Some(vec![pong(0)]));
}

#[test]
fn there_is_one_leader() {
    assert_eq!(leader().hear(Word::Leading), Act::StepDown);
}

#[test]
fn a_leader_that_answers_nothing_loses_the_lock() {
    let mut tabs = follower();
    assert_eq!(tabs.way(at(0)), Way::Ask);
    assert_eq!(tabs.way(at(SEIZE_AFTER_MS - 1)), Way::Ask);
    assert_eq!(tabs.hear(Word::Hello), Act::Nothing, "another follower's question is no answer");
    assert_eq!(tabs.way(at(SEIZE_AFTER_MS)), Way::Seize);

    let mut tabs = follower();
    tabs.way(at(0));
    tabs.hear(Word::Down { code: ABNORMAL });
    assert_eq!(tabs.way(at(60_000)), Way::Ask, "a leader without a connection leads all the same");
}

#[test]
fn words_survive_the_way_and_strangers_are_survivable() {
    let mark = |rev, back| Word::Seen { conversation_id: crate::testing::conversation_id(1), mark: Mark { seq: Seq(9), rev, back } };
    let draft = Word::Draft { key: "parlance.draft.1".to_owned(), text: "two\n\nlines\n".to_owned() };
    let said = Word::Say { frame: "{\"body\":\"hi\"}".to_owned() };
    let words = [Word::Leading, Word::Live { greeting: greeting() }, Word::Down { code: 1012 }, Word::Hello, Word::Hurry];
    for word in words.into_iter().chain([heard(&ready()), said, mark(None, false), mark(Some(3), true), draft]) {
        assert_eq!(Word::from_text(&word.to_text()), Some(word));
    }
    for stranger in ["", "\n", "hologram\nann", "down\nsoon", "seen\n1\n2", "live\n"] {
        assert_eq!(Word::from_text(stranger), None, "{stranger:?}");
    }
}
