//! A server in small, a line that delays, doubles and loses frames, and a client that must come out right.

mod counting;
mod disk;
mod resume;
mod server;

use proptest::prelude::*;
use shared_types::{
    ConversationId, Seq, Timestamp,
    conversation::ConversationList,
    text::DisplayName,
    ws::{Event, Head, ServerFrame},
};

use self::server::{ANN, Hall, Server};
use super::{Model, Opened, Stand, WindowPlace};
use crate::{
    outbox::Carrier,
    preferences::OpensAt,
    sync::{Effect, LONGEST_GAP},
    testing::{conversation_id, direct, me, message, nonce, person, room, said, user},
    timeline::{Row, Timeline, View, WINDOW_CAP},
};

const NOW: Timestamp = Timestamp(0);

fn hall() -> ConversationId {
    conversation_id(1)
}

/// What is under way from the server to the client.
struct World {
    server: Server,
    model: Model,
    line: Vec<ServerFrame>,
    asked: Vec<Effect>,
    nonces: u64,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    OtherSays(u64),
    Edit(usize),
    Delete(usize),
    Notice,
    Send,
    /// One of the frames under way arrives; which one, and whether it also comes again.
    Deliver(usize, bool),
    Lose(usize),
    Beat,
    Reconnect,
    Resync,
    /// One of the reads is answered, or fails.
    Answer(usize, bool),
    Older,
    Newer,
    ToLatest,
    Jump(u64),
    ReaderAtEnd(bool),
    Seen,
    Reopen,
    Burst,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (2..5_u64).prop_map(Step::OtherSays),
        1 => any::<usize>().prop_map(Step::Edit),
        1 => any::<usize>().prop_map(Step::Delete),
        1 => Just(Step::Notice),
        2 => Just(Step::Send),
        8 => (any::<usize>(), prop::bool::weighted(0.1)).prop_map(|(which, again)| Step::Deliver(which, again)),
        1 => any::<usize>().prop_map(Step::Lose),
        1 => Just(Step::Beat),
        1 => Just(Step::Reconnect),
        1 => Just(Step::Resync),
        8 => (any::<usize>(), prop::bool::weighted(0.85)).prop_map(|(which, works)| Step::Answer(which, works)),
        1 => Just(Step::Older),
        1 => Just(Step::Newer),
        1 => Just(Step::ToLatest),
        1 => (1..60_u64).prop_map(Step::Jump),
        1 => any::<bool>().prop_map(Step::ReaderAtEnd),
        1 => Just(Step::Seen),
        1 => Just(Step::Reopen),
        1 => Just(Step::Burst),
    ]
}

impl World {
    fn new(before: u64) -> Self {
        let server = Server::new(&[before]);
        let mut model = Model::default();
        model.apply(server.ready(), NOW);
        model.open(hall(), None, OpensAt::FirstUnread);
        let mut world = Self { server, model, line: Vec::new(), asked: Vec::new(), nonces: 0 };
        world.collect();
        world
    }

    fn hall(&mut self) -> &mut Hall {
        self.server.hall(hall())
    }

    fn collect(&mut self) {
        let asked = self.model.take_effects().into_iter();
        self.asked.extend(asked.filter(|effect| !matches!(effect, Effect::ReadReceipts(_))));
        for dispatch in self.model.take_due(Carrier::Socket, NOW) {
            let stored = self.hall().send(dispatch.nonce);
            self.line.push(ServerFrame::Ack { nonce: dispatch.nonce, message: stored.clone() });
            self.live(said(stored));
        }
    }

    fn live(&mut self, event: Event) {
        self.line.push(ServerFrame::Event { event });
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::OtherSays(who) => {
                let said = self.hall().say(user(who), false);
                self.live(said);
            }
            Step::Edit(which) => {
                if let Some(target) = self.hall().some_text(which) {
                    let edited = self.hall().edit(target, which.is_multiple_of(2));
                    self.live(edited);
                }
            }
            Step::Delete(which) => {
                if let Some(target) = self.hall().some_text(which) {
                    let deleted = self.hall().delete(target);
                    self.live(deleted);
                }
            }
            Step::Notice => {
                let notice = self.hall().come_or_go(user(4));
                self.live(notice);
            }
            Step::Burst => (0..=LONGEST_GAP).for_each(|_| {
                self.hall().say(user(2), false);
            }),
            Step::Send => {
                self.nonces += 1;
                self.model.send(hall(), nonce(self.nonces), "mine".try_into().unwrap(), NOW).ok();
            }
            Step::Deliver(which, again) if !self.line.is_empty() => {
                let which = which % self.line.len();
                let frame = if again { self.line[which].clone() } else { self.line.remove(which) };
                self.model.apply(frame, NOW);
            }
            Step::Lose(which) if !self.line.is_empty() => {
                // An ack is lost only together with its socket.
                let which = which % self.line.len();
                if !matches!(self.line[which], ServerFrame::Ack { .. }) {
                    self.line.remove(which);
                }
            }
            Step::Deliver(..) | Step::Lose(_) => {}
            Step::Beat => {
                self.model.apply(self.server.heads(), NOW);
            }
            Step::Reconnect => {
                self.line.clear();
                self.model.socket_lost();
                self.model.socket_live();
                self.model.apply(self.server.ready(), NOW);
            }
            Step::Resync => self.model.apply(ServerFrame::Resync {}, NOW),
            Step::Answer(which, works) => self.answer(which, works),
            Step::Older => {
                if let Some((id, before)) = self.model.wants_older() {
                    let page = self.hall().page(before.0.saturating_sub(11), before.0 - 1);
                    self.model.older_read(id, Some(page));
                }
            }
            Step::Newer => self.answer_newer(true),
            Step::ToLatest => self.model.jump_to_latest(),
            Step::Jump(to) => {
                let to = to.min(self.hall().head().0).max(1);
                self.model.jump_to(Seq(to));
            }
            Step::ReaderAtEnd(at_end) => self.model.reader_is_at_end(at_end),
            Step::Seen => {
                let last = self.model.timeline(hall()).and_then(Timeline::last);
                if let Some(last) = last {
                    self.model.mark_seen(last);
                    self.report_marks();
                }
            }
            Step::Reopen => {
                self.model.close();
                self.model.open(hall(), None, OpensAt::FirstUnread);
            }
        }
        self.collect();
    }

    fn report_marks(&mut self) {
        if let Some(mark) = self.model.marks().get(&hall()).copied() {
            self.hall().mark(mark);
            let position = self.hall().position();
            self.model.apply(ServerFrame::Read { position }, NOW);
        }
    }

    fn answer_newer(&mut self, works: bool) {
        if let Some((id, after)) = self.model.wants_newer() {
            let page = works.then(|| self.hall().page(after.0, after.0 + 10));
            self.model.newer_read(id, page);
        }
    }

    fn answer(&mut self, which: usize, works: bool) {
        if self.asked.is_empty() {
            return;
        }
        let effect = self.asked.remove(which % self.asked.len());
        match effect {
            Effect::ReadLog { conversation_id, after } => {
                if works && self.model.wants_log(conversation_id, after) {
                    let page = self.hall().event_page(after);
                    self.model.log_read(conversation_id, after, page);
                } else if !works {
                    self.model.log_failed(conversation_id);
                }
            }
            Effect::ReadConversation(id) => {
                if works {
                    let read = self.hall().conversation();
                    self.model.conversation_read(read);
                } else {
                    self.model.conversation_failed(id, false);
                }
            }
            Effect::ReadList => self.model.list_read(self.server.list()),
            Effect::ReadWindow { conversation_id, place } => {
                if self.model.awaited() == Some((conversation_id, place)) {
                    if works {
                        let page = self.hall().window(place);
                        self.model.window_read(conversation_id, place, page);
                    } else {
                        self.model.window_failed();
                    }
                }
            }
            Effect::ReadNewer(_) => self.answer_newer(works),
            Effect::ReadReceipts(_) => {}
            Effect::ReadUsers(ids) => self.model.meet(ids.iter().map(|_| person(2, "N"))),
        }
        self.collect();
    }

    /// The network is kind from now on; the reader goes to the newest message.
    fn settle(&mut self) {
        for _ in 0..20 {
            while !self.line.is_empty() {
                self.take(Step::Deliver(0, false));
            }
            for _ in 0..2_000 {
                if self.asked.is_empty() {
                    break;
                }
                self.answer(0, true);
            }
            self.take(Step::Beat);
            self.take(Step::ToLatest);
            self.report_marks();
        }
        assert!(self.asked.is_empty() || self.asked.len() < 3, "the client never stops asking: {:?}", self.asked);
        while !self.asked.is_empty() {
            self.answer(0, true);
        }
    }
}

fn view() -> View<'static> {
    View { now: NOW, connected: true, day_of: &|_| 0 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_line_does_the_reader_ends_up_with_the_servers_log(before in 0..40_u64, steps in prop::collection::vec(step(), 0..80)) {
        let mut world = World::new(before);
        for step in steps {
            world.take(step);
            // At every moment: no holes, no doubles, in order, within the cap.
            if let Some(timeline) = world.model.timeline(hall()) {
                prop_assert!(timeline.messages().len() <= WINDOW_CAP);
                let all: Vec<Seq> = world.server.halls[&hall()].messages.keys().copied().collect();
                let covered = all.into_iter().filter(|seq| *seq > timeline.after() && *seq <= timeline.through());
                prop_assert!(timeline.messages().iter().map(|message| message.seq).eq(covered), "a hole or a double");
            }
            if let Some(rows) = world.model.rows(view()) {
                let mut keys: Vec<_> = rows.iter().map(Row::key).collect();
                keys.sort();
                let all = keys.len();
                keys.dedup();
                prop_assert_eq!(keys.len(), all, "two rows with one key");
                if world.model.timeline(hall()).is_some_and(Timeline::at_end) {
                    let first = world.model.timeline(hall()).and_then(Timeline::first).unwrap_or_default();
                    for sent in 1..=world.nonces {
                        let stored = world.server.halls[&hall()].messages.values().find(|message| message.nonce == Some(nonce(sent)));
                        let is_above = stored.is_some_and(|message| message.seq < first);
                        let shown = rows.iter().any(|row| matches!(row, Row::Bubble(bubble) if bubble.key == nonce(sent).0));
                        prop_assert!(shown || is_above, "what somebody has sent is always on their screen");
                    }
                }
            }
        }
        world.settle();
        let timeline = world.model.timeline(hall()).unwrap();
        let there = &world.server.halls[&hall()];
        prop_assert!(timeline.at_end(), "{:?} of {:?}", timeline.through(), there.head());
        prop_assert_eq!(timeline.through(), there.head());
        for message in timeline.messages() {
            prop_assert_eq!(message, &there.messages[&message.seq]);
        }
        prop_assert_eq!(world.model.outbox().letters().len(), 0);
        prop_assert_eq!((world.model.unread(hall()), world.model.mentions(hall())), there.count_after(there.read.seq));
        let shown = world.model.conversation(hall()).unwrap();
        let truth = there.conversation();
        prop_assert_eq!(&shown.last_message, &truth.last_message);
        prop_assert_eq!(shown.head_seq, truth.head_seq);
    }
}

/// A client that has the hall open at its end, with three messages by Bob.
fn open_hall() -> World {
    let mut world = World::new(3);
    world.settle();
    world.model.mark_seen(Seq(3));
    world.report_marks();
    world.model.take_touched();
    world
}

#[test]
fn one_new_message_touches_one_row_of_the_list() {
    let mut world = open_hall();
    let said = world.hall().say(user(2), false);
    world.live(said);
    world.take(Step::Deliver(0, false));
    let touched = world.model.take_touched();
    assert_eq!(touched.conversations.into_iter().collect::<Vec<_>>(), [hall()]);
    assert!(touched.open && touched.users.is_empty() && touched.gone.is_empty());
    assert_eq!(touched.announced.len(), 1);
}

#[test]
fn a_new_name_shows_in_every_title_that_holds_it() {
    let mut model = Model::default();
    model.signed_in(me(ANN, "Ann"));
    let conversations = vec![direct(1, vec![person(1, "Ann"), person(2, "Bob")]), direct(2, vec![person(1, "Ann"), person(3, "Eve")])];
    model.list_read(ConversationList { conversations, users: Vec::new() });
    model.take_touched();
    let renamed = shared_types::user::User { display_name: DisplayName::trusted("Robert".to_owned()), ..person(2, "") };
    model.apply(ServerFrame::User { user: renamed }, NOW);
    assert_eq!(model.row(conversation_id(1)).unwrap().title, "Robert");
    assert_eq!(model.take_touched().conversations.into_iter().collect::<Vec<_>>(), [conversation_id(1)]);
}

#[test]
fn who_is_removed_loses_the_conversation_at_once() {
    let mut world = open_hall();
    let notice = world.hall().remove(user(ANN));
    world.live(notice);
    world.take(Step::Deliver(0, false));
    assert!(world.model.conversation(hall()).is_none() && world.model.rows(view()).is_none());
    assert_eq!(world.model.take_touched().gone, [(hall(), "Hall".to_owned())]);
}

#[test]
fn a_conversation_that_nobody_told_of_is_asked_for_once() {
    let mut world = open_hall();
    for seq in 1..3 {
        world.model.hear(said(message(9, seq, user(2), "hi")));
    }
    assert_eq!(world.model.take_effects(), [Effect::ReadConversation(conversation_id(9))]);
}

#[test]
fn it_opens_at_the_unread_line_which_stays_while_it_is_read() {
    let mut world = World::new(8);
    world.settle();
    world.model.close();
    world.model.take_touched();
    assert_eq!(world.model.open(hall(), None, OpensAt::FirstUnread), Opened::Ready, "the window was kept");
    assert_eq!(world.model.take_touched().landing, Some(Stand::Unread));
    world.model.mark_seen(Seq(8));
    let rows = world.model.rows(view()).unwrap();
    assert!(rows.iter().any(|row| matches!(row, Row::Unread { count: 8, .. })));
    world.model.close();
    world.model.open(hall(), None, OpensAt::FirstUnread);
    assert!(!world.model.rows(view()).unwrap().iter().any(|row| matches!(row, Row::Unread { .. })));
}

#[test]
fn who_lands_at_the_first_unread_of_many_stays_there() {
    let mut world = World::new(400);
    world.answer(0, true);
    assert_eq!(world.model.take_touched().landing, Some(Stand::Unread));
    assert_eq!(world.asked, [], "the newest page is not asked for behind the reader's back");
    assert!(world.model.rows(view()).unwrap().iter().any(|row| matches!(row, Row::Unread { count: 400, .. })));
}

#[test]
fn nothing_is_read_by_looking_while_the_window_with_the_first_unread_is_on_its_way() {
    let mut world = World::new(400);
    world.settle();
    world.model.close();
    assert_eq!(world.model.open(hall(), None, OpensAt::FirstUnread), Opened::Loading, "what is here is the end");
    world.collect();
    world.model.mark_seen(Seq(400));
    assert_eq!(world.model.unread(hall()), 400);
    world.answer(0, true);
    world.model.mark_seen(Seq(2));
    assert_eq!(world.model.unread(hall()), 398);
}

#[test]
fn what_was_kept_is_neither_shown_nor_read_before_the_server_had_its_say() {
    let mut world = World::new(30);
    world.settle();
    let mut disk = disk::Disk::default();
    disk.note(&world.model.take_touched());
    disk.write(&world.model);
    let mut model = disk.begin();
    model.open(hall(), None, OpensAt::FirstUnread);
    assert!(model.rows(view()).is_none());
    model.mark_seen(Seq(30));
    assert_eq!(model.unread(hall()), 30);
    model.make_do();
    model.open(hall(), None, OpensAt::Newest);
    assert!(model.rows(view()).is_some(), "the server does not answer");
    model.mark_seen(Seq(30));
    assert_eq!(model.unread(hall()), 0);
}

#[test]
fn what_is_opened_before_the_list_is_there_lands_at_its_first_unread_too() {
    let mut server = Server::new(&[30]);
    let mut model = Model::default();
    assert_eq!(model.open(hall(), None, OpensAt::FirstUnread), Opened::Loading);
    assert_eq!(model.take_effects(), [], "where to stand is not known yet");
    model.apply(server.ready(), NOW);
    let place = WindowPlace::Around(Seq(1));
    assert!(model.take_effects().contains(&Effect::ReadWindow { conversation_id: hall(), place }));
    model.window_read(hall(), place, server.hall(hall()).window(place));
    assert_eq!(model.take_touched().landing, Some(Stand::Unread));
    model.apply(server.ready(), NOW);
    assert!(!model.take_effects().iter().any(|effect| matches!(effect, Effect::ReadWindow { .. })), "only once");
}

#[test]
fn who_stands_at_the_end_of_a_short_window_reads_on_without_scrolling() {
    let mut world = World::new(30);
    world.answer(0, true);
    assert!(!world.model.timeline(hall()).unwrap().at_end());
    world.model.reader_is_at_end(true);
    assert_eq!(world.model.take_effects(), [Effect::ReadNewer(hall())]);
}

#[test]
fn the_pill_counts_what_others_say_while_the_reader_is_away_from_the_end() {
    let mut world = open_hall();
    world.model.reader_is_at_end(false);
    for who in [2, 3, ANN] {
        let said = world.hall().say(user(who), false);
        world.live(said);
        world.take(Step::Deliver(0, false));
    }
    assert_eq!(world.model.fresh().0, 2);
    world.model.reader_is_at_end(true);
    assert_eq!(world.model.fresh(), (0, 0));
}

#[test]
fn a_full_window_ends_at_the_reader_who_stands_higher_up() {
    let mut world = open_hall();
    world.model.reader_is_at_end(false);
    for _ in 0..400 {
        let said = world.hall().say(user(2), false);
        world.live(said);
        world.take(Step::Deliver(0, false));
    }
    let timeline = world.model.timeline(hall()).unwrap();
    assert_eq!((timeline.first(), timeline.messages().len(), timeline.at_end()), (Some(Seq(1)), WINDOW_CAP, false));
    assert_eq!(world.model.fresh().0, 400);
}

#[test]
fn a_hole_is_asked_for_at_once_and_only_once() {
    let mut world = open_hall();
    for seq in [5, 6] {
        world.model.hear(said(message(1, seq, user(2), "later")));
    }
    assert_eq!(world.model.take_effects(), [Effect::ReadLog { conversation_id: hall(), after: Seq(3) }]);
}

#[test]
fn a_conversation_that_is_not_shown_is_read_when_its_head_moved_unheard() {
    let mut model = Model::default();
    model.signed_in(me(ANN, "Ann"));
    model.list_read(ConversationList { conversations: vec![room(1, "Hall", 3)], users: Vec::new() });
    let heads = |seq| ServerFrame::Heads { heads: vec![Head { conversation_id: hall(), seq: Seq(seq) }], now: NOW };
    model.apply(heads(3), NOW);
    assert_eq!(model.take_effects(), []);
    model.apply(heads(4), NOW);
    assert_eq!(model.take_effects(), [Effect::ReadConversation(hall())]);
}

#[test]
fn what_a_snapshot_told_is_not_done_again_by_the_log() {
    let mut world = open_hall();
    world.hall().come_or_go(user(4));
    let (next, read) = (world.hall().head().0, world.hall().conversation());
    world.model.conversation_read(read);
    world.collect();
    world.answer(0, true);
    assert_eq!(world.model.timeline(hall()).and_then(Timeline::last), Some(Seq(next)), "the log was read");
    assert_eq!(world.model.conversation(hall()).unwrap().member_count, 4);
}

#[test]
fn after_a_long_absence_the_newest_page_is_read_instead_of_the_log() {
    let mut world = open_hall();
    world.take(Step::Burst);
    world.take(Step::Beat);
    let window = Effect::ReadWindow { conversation_id: hall(), place: WindowPlace::Newest };
    assert!(world.asked.contains(&window), "{:?}", world.asked);
    assert!(!world.asked.iter().any(|effect| matches!(effect, Effect::ReadLog { .. })), "{:?}", world.asked);
}

#[test]
fn a_page_that_was_overtaken_is_followed_by_the_next() {
    let mut world = World::new(40);
    world.settle();
    world.model.jump_to(Seq(20));
    world.collect();
    world.answer(0, true);
    world.model.reader_is_at_end(true);
    let (id, after) = world.model.wants_newer().unwrap();
    let page = world.hall().page(after.0, 40);
    let said = world.hall().say(user(2), false);
    world.model.hear(said);
    world.model.newer_read(id, Some(page));
    assert_eq!(world.model.take_effects(), [Effect::ReadNewer(hall())]);
}

#[test]
fn after_a_window_was_read_its_neighbours_can_be_read() {
    let mut world = World::new(40);
    world.settle();
    assert!(world.model.wants_older().is_some());
    assert!(world.model.wants_older().is_none(), "one page at a time");
    world.model.older_read(hall(), None);
    assert!(world.model.wants_older().is_some(), "a page that failed can be asked for again");
}
