//! Whatever is cut, late or swapped: once it is quiet, the client knows what a fresh one reads from a snapshot.

use proptest::prelude::*;
use shared_types::{
    ConversationId, Seq, Timestamp, UserId,
    conversation::{Conversation, ConversationList},
    message::{Message, MessagePage, ReadPosition},
    user::User,
    ws::{Event, EventPage, ServerFrame},
};

use super::{
    super::{Model, WindowPlace},
    disk::Disk,
    server::{ANN, Server},
};
use crate::{
    preferences::OpensAt,
    sorted::Set,
    sync::Effect,
    testing::{conversation_id, user},
    unread::Mark,
};

const NOW: Timestamp = Timestamp(0);
const SCHEDULES: u32 = 10_000;

/// What the server has answered and the client has not read yet.
enum Answer {
    Log(ConversationId, Seq, Option<EventPage>),
    Conversation(ConversationId, Option<Box<Conversation>>),
    List(ConversationList),
    Window(ConversationId, WindowPlace, Option<MessagePage>),
    Older(ConversationId, Option<MessagePage>),
    Newer(ConversationId, Option<MessagePage>),
    Users(Vec<User>),
    Position(ReadPosition),
    Ahead(ConversationId, Option<MessagePage>),
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Say {
        by: u64,
        names_ann: bool,
    },
    Edit {
        which: usize,
        names_ann: bool,
    },
    Delete {
        which: usize,
    },
    ComeOrGo {
        who: u64,
    },
    NameRoom,
    NamePerson {
        who: u64,
    },
    AnnGoesOrComes,
    OtherDevice {
        to: u64,
        back: bool,
    },
    /// One of the frames under way arrives; of its conversation the first.
    Deliver {
        which: usize,
    },
    DeliverAll,
    Cut,
    Connect {
        resume: bool,
    },
    /// The reader's socket was too slow: what is under way is lost, and that is told.
    Overflow,
    Beat,
    Answer {
        which: usize,
        works: bool,
    },
    Open,
    Close,
    Older,
    Newer,
    ToLatest,
    Jump {
        to: u64,
    },
    AtEnd {
        yes: bool,
    },
    See {
        which: usize,
    },
    MarkUnread {
        which: usize,
    },
    MarkRead,
    Report,
    Ahead,
    /// What changed is written to the device.
    Write,
    WriteLate {
        which: usize,
        is_window: bool,
    },
    /// The page is closed, or crashes; another one begins with what was written, and may have to do with it for a while.
    Restart {
        makes_do: bool,
    },
}

/// From two small numbers, which shrink well: the first of all is what does least.
fn step((kind, n): (u8, u16)) -> Step {
    let (which, flag, who) = (usize::from(n / 4), n % 2 == 1, 2 + u64::from(n % 3));
    match kind {
        0..6 => Step::Deliver { which },
        6..12 => Step::Answer { which, works: n % 8 != 1 },
        12..17 => Step::Say { by: 1 + u64::from(n % 4), names_ann: flag },
        17 | 18 => Step::Edit { which, names_ann: flag },
        19 | 20 => Step::Delete { which },
        21 => Step::ComeOrGo { who },
        22 => Step::NameRoom,
        23 => Step::NamePerson { who },
        24 => Step::AnnGoesOrComes,
        25 => Step::OtherDevice { to: u64::from(n / 4), back: flag },
        26 => Step::DeliverAll,
        27 => Step::Cut,
        28 | 29 => Step::Connect { resume: n % 4 != 1 },
        30 => Step::Overflow,
        31 => Step::Beat,
        32 => Step::Open,
        33 => Step::Close,
        34 => Step::Older,
        35 => Step::Newer,
        36 => Step::ToLatest,
        37 => Step::Jump { to: u64::from(n / 4) },
        38 => Step::AtEnd { yes: flag },
        39 => Step::See { which },
        40 => Step::MarkUnread { which },
        41 => Step::MarkRead,
        43..46 => Step::Write,
        47 => Step::Ahead,
        48 => Step::WriteLate { which, is_window: flag },
        46 => Step::Restart { makes_do: flag },
        _ => Step::Report,
    }
}

struct World {
    server: Server,
    model: Model,
    /// What is under way to the client, while there is a connection.
    line: Option<Vec<ServerFrame>>,
    answers: Vec<Answer>,
    disk: Disk,
}

fn room_of(frame: &ServerFrame) -> Option<ConversationId> {
    match frame {
        ServerFrame::Event { event } => event.message().map(|message| message.conversation_id),
        ServerFrame::Read { position } => Some(position.conversation_id),
        ServerFrame::Gone { conversation_id } => Some(*conversation_id),
        _ => None,
    }
}

impl World {
    fn new(rooms: &[u64]) -> Self {
        let server = Server::new(rooms);
        let mut model = Model::default();
        model.apply(server.ready(), NOW);
        model.open(conversation_id(1), None, OpensAt::FirstUnread);
        let mut world = Self { server, model, line: Some(Vec::new()), answers: Vec::new(), disk: Disk::default() };
        world.ask();
        world
    }

    fn live(&mut self, frame: ServerFrame) {
        if let Some(line) = &mut self.line {
            line.push(frame);
        }
    }

    fn event(&mut self, id: ConversationId, event: Event) {
        if self.server.halls[&id].is_in(user(ANN)) {
            self.live(ServerFrame::Event { event });
        }
    }

    fn ours(&self, id: ConversationId) -> bool {
        self.server.halls.get(&id).is_some_and(|hall| hall.is_in(user(ANN)))
    }

    /// The server answers at once; when the client reads it is another matter.
    fn ask(&mut self) {
        for effect in self.model.take_effects() {
            let answer = match effect {
                Effect::ReadLog { conversation_id: id, after } => {
                    if !self.model.wants_log(id, after) {
                        continue;
                    }
                    Answer::Log(id, after, self.ours(id).then(|| self.server.halls[&id].event_page(after)))
                }
                Effect::ReadConversation(id) => {
                    Answer::Conversation(id, self.ours(id).then(|| Box::new(self.server.halls[&id].conversation())))
                }
                Effect::ReadList => Answer::List(self.server.list()),
                Effect::ReadWindow { conversation_id: id, place } => {
                    Answer::Window(id, place, self.ours(id).then(|| self.server.halls[&id].window(place)))
                }
                Effect::ReadNewer(_) => match self.model.wants_newer() {
                    Some((id, after)) => self.newer(id, after),
                    None => continue,
                },
                Effect::ReadUsers(ids) => Answer::Users(ids.iter().map(|id| self.server.users[id].clone()).collect()),
                Effect::ReadReceipts(_) => continue,
            };
            self.answers.push(answer);
        }
    }

    fn newer(&self, id: ConversationId, after: Seq) -> Answer {
        Answer::Newer(id, self.ours(id).then(|| self.server.halls[&id].page(after.0, after.0 + 6)))
    }

    fn read_answer(&mut self, which: usize, works: bool) {
        if self.answers.is_empty() {
            return;
        }
        let model = &mut self.model;
        match self.answers.remove(which % self.answers.len()) {
            Answer::Log(id, after, Some(page)) if works => model.log_read(id, after, page),
            Answer::Log(id, _, page) if works && page.is_none() => model.lose(id),
            Answer::Log(id, ..) => model.log_failed(id),
            Answer::Conversation(_, Some(read)) if works => model.conversation_read(*read),
            Answer::Conversation(id, read) => model.conversation_failed(id, works && read.is_none()),
            Answer::List(list) if works => model.list_read(list),
            Answer::List(_) => model.list_failed(),
            Answer::Window(id, place, page) => {
                if model.awaited() == Some((id, place)) {
                    match page.filter(|_| works) {
                        Some(page) => model.window_read(id, place, page),
                        None => model.window_failed(),
                    }
                }
            }
            Answer::Older(id, page) => model.older_read(id, page.filter(|_| works)),
            Answer::Newer(id, page) => model.newer_read(id, page.filter(|_| works)),
            Answer::Users(users) if works => model.meet(users),
            Answer::Users(users) => model.users_failed(users.into_iter().map(|user| user.id).collect()),
            Answer::Ahead(id, Some(page)) if works => model.read_ahead(id, page),
            Answer::Ahead(..) => {}
            Answer::Position(position) => model.apply(ServerFrame::Read { position }, NOW),
        }
    }

    fn deliver(&mut self, which: usize) {
        let Some(line) = self.line.as_mut().filter(|line| !line.is_empty()) else { return };
        let is_greeting = matches!(line[0], ServerFrame::Ready(_) | ServerFrame::Resumed(_));
        let chosen = if is_greeting { 0 } else { which % line.len() };
        let room = room_of(&line[chosen]);
        let first = line.iter().position(|frame| room_of(frame) == room).unwrap_or(chosen);
        let frame = line.remove(first);
        self.model.apply(frame, NOW);
    }

    fn cut(&mut self) {
        self.line = None;
        self.model.socket_lost();
    }

    fn connect(&mut self, resume: bool) {
        if self.line.is_some() {
            return;
        }
        self.model.socket_live();
        self.line = Some(match self.model.resume().filter(|_| resume) {
            Some(resume) => self.server.resumed(&resume),
            None => vec![self.server.ready()],
        });
    }

    /// Some place of the open window.
    fn some_place(&self, which: usize) -> Option<Seq> {
        let messages = self.model.timeline(self.model.open_id()?)?.messages();
        (!messages.is_empty()).then(|| messages[which % messages.len()].seq)
    }

    fn report(&mut self) {
        let marks: Vec<(ConversationId, Mark)> = self.model.marks().iter().map(|(id, mark)| (*id, *mark)).collect();
        for (id, mark) in marks {
            if !self.ours(id) {
                self.model.mark_refused(id);
                continue;
            }
            self.server.hall(id).mark(mark);
            let position = self.server.halls[&id].position();
            self.answers.push(Answer::Position(position));
            self.live(ServerFrame::Read { position });
        }
    }

    fn take(&mut self, room: u64, step: Step) {
        let id = conversation_id(1 + room % self.server.halls.len() as u64);
        match step {
            Step::Say { by, names_ann } => {
                if self.server.halls[&id].is_in(user(by)) {
                    let event = self.server.hall(id).say(user(by), names_ann);
                    self.event(id, event);
                }
            }
            Step::Edit { which, names_ann } => {
                if let Some(target) = self.server.halls[&id].some_text(which) {
                    let event = self.server.hall(id).edit(target, names_ann);
                    self.event(id, event);
                }
            }
            Step::Delete { which } => {
                if let Some(target) = self.server.halls[&id].some_text(which) {
                    let event = self.server.hall(id).delete(target);
                    self.event(id, event);
                }
            }
            Step::ComeOrGo { who } => {
                let event = self.server.hall(id).come_or_go(user(who));
                self.event(id, event);
            }
            Step::NameRoom => {
                let event = self.server.hall(id).rename();
                self.event(id, event);
            }
            Step::NamePerson { who } => {
                let frame = self.server.rename(user(who));
                self.live(frame);
            }
            Step::AnnGoesOrComes => {
                let was_in = self.ours(id);
                let event = if was_in { self.server.hall(id).remove(user(ANN)) } else { self.server.hall(id).come_or_go(user(ANN)) };
                self.live(ServerFrame::Event { event });
                if was_in {
                    self.live(ServerFrame::Gone { conversation_id: id });
                }
            }
            Step::OtherDevice { to, back } => {
                let mark = Mark { seq: Seq(to), rev: None, back };
                if self.ours(id) && self.server.hall(id).mark(mark) {
                    let position = self.server.halls[&id].position();
                    self.live(ServerFrame::Read { position });
                }
            }
            Step::Deliver { which } => self.deliver(which),
            Step::DeliverAll => self.deliver_all(),
            Step::Cut => self.cut(),
            Step::Connect { resume } => self.connect(resume),
            Step::Overflow => {
                if let Some(line) = self
                    .line
                    .as_mut()
                    .filter(|line| !line.iter().any(|frame| matches!(frame, ServerFrame::Ready(_) | ServerFrame::Resumed(_))))
                {
                    line.clear();
                    line.push(ServerFrame::Resync {});
                }
            }
            Step::Beat => {
                let beat = self.server.heads();
                self.live(beat);
            }
            Step::Answer { which, works } => self.read_answer(which, works),
            Step::Open => {
                self.model.open(id, None, OpensAt::FirstUnread);
            }
            Step::Close => self.model.close(),
            Step::Older => {
                if let Some((id, before)) = self.model.wants_older() {
                    let page = self.ours(id).then(|| self.server.halls[&id].page(before.0.saturating_sub(7), before.0 - 1));
                    self.answers.push(Answer::Older(id, page));
                }
            }
            Step::Newer => {
                if let Some((id, after)) = self.model.wants_newer() {
                    self.answers.push(self.newer(id, after));
                }
            }
            Step::ToLatest => self.model.jump_to_latest(),
            Step::Jump { to } => {
                let head = self.server.halls[&id].head().0;
                self.model.jump_to(Seq(to.clamp(1, head.max(1))));
            }
            Step::AtEnd { yes } => self.model.reader_is_at_end(yes),
            Step::See { which } => {
                if let Some(seq) = self.some_place(which) {
                    self.model.reader_looks_at(seq);
                    self.model.mark_seen(seq);
                }
            }
            Step::MarkUnread { which } => {
                if let (Some(id), Some(seq)) = (self.model.open_id(), self.some_place(which)) {
                    self.model.mark_unread(id, seq);
                }
            }
            Step::MarkRead => self.model.mark_read(id),
            Step::Report => self.report(),
            Step::Ahead => {
                if let Some(id) = self.model.wants_ahead(&Set::default()) {
                    let page = self.ours(id).then(|| self.server.halls[&id].window(WindowPlace::Newest));
                    self.answers.push(Answer::Ahead(id, page));
                }
            }
            Step::Write => self.disk.write(&self.model),
            Step::WriteLate { which, is_window } => self.disk.write_late(which, is_window),
            Step::Restart { makes_do } => {
                (self.line, self.answers) = (None, Vec::new());
                self.model = self.disk.begin();
                if makes_do {
                    self.model.make_do();
                }
            }
        }
        self.ask();
        self.disk.note(&self.model.take_touched());
    }

    fn deliver_all(&mut self) {
        while self.line.as_ref().is_some_and(|line| !line.is_empty()) {
            self.deliver(0);
        }
    }

    /// The network is kind from now on.
    fn settle(&mut self) {
        for _ in 0..40 {
            self.deliver_all();
            self.ask();
            while !self.answers.is_empty() {
                self.read_answer(0, true);
                self.ask();
            }
            self.report();
            let beat = self.server.heads();
            self.live(beat);
            self.deliver_all();
            self.ask();
            if self.answers.is_empty() && self.model.marks().is_empty() {
                return;
            }
        }
        panic!("the client never stops asking: {} answers, marks {:?}", self.answers.len(), self.model.marks());
    }

    /// Everything that a person could see of one conversation.
    fn seen(&self, id: ConversationId) -> Option<Seen> {
        let conversation = self.model.conversation(id)?.clone();
        let entry = &self.model.entries[&id];
        Some(Seen {
            // What was told with a snapshot; what is derived stands beside it.
            conversation: Conversation { read_seq: Seq(0), read_rev: 0, unread: 0, mentions: 0, ..conversation },
            applied: entry.log.applied(),
            position: (entry.unread.told().rev, entry.unread.read_seq()),
            unread: self.model.unread(id),
            mentions: self.model.mentions(id),
        })
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    conversation: Conversation,
    applied: Seq,
    position: (u32, Seq),
    unread: u32,
    mentions: u32,
}

fn messages_of(model: &Model) -> Option<(bool, Vec<Message>)> {
    model.timeline(model.open_id()?).map(|timeline| (timeline.at_end(), timeline.messages().to_vec()))
}

/// Every window shows exactly what the server has there.
fn windows_are_true(world: &World, quiet: bool) -> Result<(), TestCaseError> {
    for timeline in &world.model.timelines {
        let hall = &world.server.halls[&timeline.conversation_id];
        let covered = hall.messages.values().filter(|message| message.seq > timeline.after() && message.seq <= timeline.through());
        if quiet {
            prop_assert!(timeline.messages().iter().eq(covered), "a window that shows what is not so");
            prop_assert!(!timeline.at_end() || timeline.through() == hall.head());
        } else {
            let places = timeline.messages().iter().map(|message| message.seq);
            prop_assert!(places.eq(covered.map(|message| message.seq)), "a hole or a double");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: SCHEDULES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_schedule_the_client_is_as_a_fresh_one(
        rooms in prop::collection::vec(0..20_u64, 1..4),
        steps in prop::collection::vec((0..4_u64, (0..49_u8, any::<u16>()).prop_map(step)), 0..120),
    ) {
        let mut world = World::new(&rooms);
        for (room, step) in steps {
            world.take(room, step);
            windows_are_true(&world, false)?;
        }
        // A resumed client is told exactly what it missed: nothing has to be asked for.
        world.cut();
        world.model.make_do();
        world.connect(true);
        world.deliver_all();
        for (id, entry) in &world.model.entries {
            prop_assert_eq!(entry.log.applied(), world.server.halls[id].head());
        }
        world.ask();
        world.settle();
        world.model.jump_to_latest();
        world.ask();
        world.settle();

        let mut fresh = World { server: Server::new(&[]), model: Model::default(), line: Some(Vec::new()), answers: Vec::new(), disk: Disk::default() };
        std::mem::swap(&mut fresh.server, &mut world.server);
        fresh.model.apply(fresh.server.ready(), NOW);
        if let Some(id) = world.model.open_id().filter(|id| fresh.ours(*id)) {
            fresh.model.open(id, None, OpensAt::Newest);
        }
        fresh.ask();
        fresh.settle();
        std::mem::swap(&mut fresh.server, &mut world.server);

        let ids: Vec<ConversationId> = world.server.halls.keys().copied().collect();
        for id in ids {
            prop_assert_eq!(world.seen(id), fresh.seen(id));
        }
        for who in [2, 3, 4].map(user) {
            prop_assert_eq!(name(&world.model, who).or(name(&fresh.model, who)), name(&fresh.model, who));
        }
        windows_are_true(&world, true)?;
        if let (Some(mine), Some(theirs)) = (messages_of(&world.model), messages_of(&fresh.model)) {
            prop_assert!(mine.0 && theirs.0);
            prop_assert!(mine.1.ends_with(&theirs.1) || theirs.1.ends_with(&mine.1), "two ends of one conversation");
        }
    }
}

fn name(model: &Model, id: UserId) -> Option<String> {
    model.user(id).map(|user| user.display_name.as_str().to_owned())
}
