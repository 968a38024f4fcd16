//! A server in small: rooms with their logs, positions, and everything that it would answer.

use std::collections::{BTreeMap, BTreeSet};

use shared_types::{
    ConversationId, Nonce, Seq, SessionId, Timestamp, UserId,
    conversation::{Conversation, ConversationList},
    limits,
    message::{Change, Content, Message, MessagePage, ReadPosition},
    text::{DisplayName, RoomName},
    user::User,
    ws::{Event, EventPage, Head, Ready, Resume, Resumed, ServerFrame},
};
use uuid::Uuid;

use super::WindowPlace;
use crate::{
    testing::{conversation_id, me, message, page_of, person, room, system, user},
    unread::{Mark, Position},
};

/// The reader.
pub const ANN: u64 = 1;
/// Missed events that a resumed client is told one by one.
const RESUME_EVENTS: u64 = 8;
/// Events in one page of the log.
const LOG_PAGE: usize = 7;

#[derive(Clone, Copy)]
enum Deed {
    Said,
    Edited,
    Deleted,
}

/// One room as the server has it.
pub struct Hall {
    number: u64,
    name: String,
    members: BTreeSet<UserId>,
    /// As they are now, by place.
    pub messages: BTreeMap<Seq, Message>,
    log: Vec<(Deed, Seq)>,
    pub read: Position,
}

impl Hall {
    pub fn new(number: u64) -> Self {
        let members = [ANN, 2, 3].map(user).into();
        Self { number, name: "Hall".to_owned(), members, messages: BTreeMap::new(), log: Vec::new(), read: Position::default() }
    }

    pub fn id(&self) -> ConversationId {
        conversation_id(self.number)
    }

    pub fn head(&self) -> Seq {
        Seq(self.log.len() as u64)
    }

    pub fn is_in(&self, id: UserId) -> bool {
        self.members.contains(&id)
    }

    fn append(&mut self, deed: Deed, target: Option<Seq>) -> Seq {
        let seq = self.head().next();
        self.log.push((deed, target.unwrap_or(seq)));
        seq
    }

    fn store(&mut self, make: impl FnOnce(u64, u64) -> Message) -> Event {
        let seq = self.append(Deed::Said, None);
        self.messages.insert(seq, make(self.number, seq.0));
        self.event(seq)
    }

    pub fn say(&mut self, author: UserId, names_ann: bool) -> Event {
        let mentions = if names_ann && author != user(ANN) { vec![user(ANN)] } else { Vec::new() };
        self.store(|c, seq| Message { mentions, ..message(c, seq, author, &format!("{seq}")) })
    }

    /// Idempotent by nonce.
    pub fn send(&mut self, nonce: Nonce) -> Message {
        if let Some(known) = self.messages.values().find(|message| message.nonce == Some(nonce)) {
            return known.clone();
        }
        self.store(|c, seq| Message { nonce: Some(nonce), ..message(c, seq, user(ANN), "mine") });
        self.messages[&self.head()].clone()
    }

    /// Whoever is in goes, whoever is out comes.
    pub fn come_or_go(&mut self, id: UserId) -> Event {
        let change = if self.members.remove(&id) {
            Change::Left {}
        } else {
            self.members.insert(id);
            Change::Joined {}
        };
        self.store(|c, seq| system(c, seq, id, change))
    }

    pub fn remove(&mut self, id: UserId) -> Event {
        self.members.remove(&id);
        self.store(|c, seq| system(c, seq, user(2), Change::Removed { user_id: id }))
    }

    pub fn rename(&mut self) -> Event {
        self.name = format!("Hall {}", self.head().0);
        let name = RoomName::try_from(self.name.as_str()).unwrap();
        self.store(|c, seq| system(c, seq, user(2), Change::Renamed { name }))
    }

    /// One of the texts, counted from the newest.
    pub fn some_text(&self, which: usize) -> Option<Seq> {
        let texts: Vec<Seq> = self
            .messages
            .values()
            .rev()
            .filter(|message| matches!(message.content, Content::Text { .. }))
            .map(|message| message.seq)
            .collect();
        (!texts.is_empty()).then(|| texts[which % texts.len()])
    }

    pub fn edit(&mut self, target: Seq, names_ann: bool) -> Event {
        let seq = self.append(Deed::Edited, Some(target));
        let message = self.messages.get_mut(&target).unwrap();
        message.version += 1;
        message.edited_at = Some(Timestamp(i64::try_from(seq.0).unwrap()));
        message.content = Content::Text { body: format!("now {}", message.version).try_into().unwrap() };
        message.mentions = if names_ann && message.author_id != user(ANN) { vec![user(ANN)] } else { Vec::new() };
        self.event(seq)
    }

    pub fn delete(&mut self, target: Seq) -> Event {
        let seq = self.append(Deed::Deleted, Some(target));
        let message = self.messages.get_mut(&target).unwrap();
        message.content = Content::Deleted {};
        message.mentions.clear();
        self.event(seq)
    }

    /// As it is told now: with what became of its message later.
    pub fn event(&self, seq: Seq) -> Event {
        let (deed, target) = self.log[usize::try_from(seq.0).unwrap() - 1];
        let message = self.messages[&target].clone();
        let (at, by) = (Timestamp(i64::try_from(seq.0).unwrap()), message.author_id);
        match deed {
            Deed::Said => Event::Message { message },
            Deed::Edited => Event::Edited { seq, at, by, message },
            Deed::Deleted => Event::Deleted { seq, at, by, message },
        }
    }

    pub fn events_after(&self, after: Seq) -> impl Iterator<Item = Event> {
        (after.0 + 1..=self.head().0).map(|seq| self.event(Seq(seq)))
    }

    pub fn event_page(&self, after: Seq) -> EventPage {
        EventPage { events: self.events_after(after).take(LOG_PAGE).collect(), users: Vec::new(), head_seq: self.head() }
    }

    /// Every message in `(after, through]`.
    pub fn page(&self, after: u64, through: u64) -> MessagePage {
        let through = through.min(self.head().0);
        let inside = self.messages.range(Seq(after).next()..).take_while(|(seq, _)| seq.0 <= through);
        page_of(inside.map(|(_, message)| message.clone()).collect(), after, through, self.head().0)
    }

    pub fn window(&self, place: WindowPlace) -> MessagePage {
        let head = self.head().0;
        match place {
            WindowPlace::Newest => self.page(head.saturating_sub(10), head),
            WindowPlace::Around(seq) => self.page(seq.0.saturating_sub(6), seq.0 + 4),
            WindowPlace::At(_) => self.page(0, 10),
        }
    }

    /// What the log says is unread after a place, and how much of it names Ann: the definition.
    pub fn count_after(&self, seq: Seq) -> (u32, u32) {
        let unread = self.messages.range(seq.next()..).map(|(_, message)| message);
        let unread = unread.filter(|message| message.author_id != user(ANN) && message.content.is_countable());
        let (mut all, mut named) = (0, 0);
        for message in unread {
            all += 1;
            named += u32::from(message.mentions.contains(&user(ANN)));
        }
        (u32::min(all, limits::UNREAD_MAX), u32::min(named, limits::UNREAD_MAX))
    }

    pub fn position(&self) -> ReadPosition {
        let (unread, mentions) = self.count_after(self.read.seq);
        let Position { rev: read_rev, seq: read_seq } = self.read;
        ReadPosition { conversation_id: self.id(), read_seq, read_rev, unread, mentions, head_seq: self.head() }
    }

    /// Answers whether it moved.
    pub fn mark(&mut self, mark: Mark) -> bool {
        let seq = mark.seq.min(self.head());
        let before = self.read;
        if mark.back && seq < self.read.seq {
            self.read = Position { rev: self.read.rev + 1, seq };
        } else if mark.rev.is_none_or(|rev| rev >= self.read.rev) {
            self.read.seq = self.read.seq.max(seq);
        }
        self.read != before
    }

    pub fn conversation(&self) -> Conversation {
        let last = self.messages.values().rev().find(|message| !matches!(message.content, Content::System { .. }));
        let position = self.position();
        Conversation {
            name: Some(RoomName::try_from(self.name.as_str()).unwrap()),
            member_count: u32::try_from(self.members.len()).unwrap(),
            read_seq: position.read_seq,
            read_rev: position.read_rev,
            unread: position.unread,
            mentions: position.mentions,
            last_message: last.cloned(),
            active_at: self.messages.values().next_back().map_or(Timestamp(0), |message| message.created_at),
            ..room(self.number, "x", self.head().0)
        }
    }
}

pub struct Server {
    pub halls: BTreeMap<ConversationId, Hall>,
    pub users: BTreeMap<UserId, User>,
    renamed_at: BTreeMap<UserId, Timestamp>,
    pub now: Timestamp,
}

impl Server {
    /// Rooms of which each has so many messages already.
    pub fn new(rooms: &[u64]) -> Self {
        let users = (1..5).map(|n| (user(n), person(n, "N"))).collect();
        let mut server = Self { halls: BTreeMap::new(), users, renamed_at: BTreeMap::new(), now: Timestamp(1) };
        for (number, before) in (1..).zip(rooms) {
            let mut hall = Hall::new(number);
            for n in 0..*before {
                hall.say(user(2), n % 3 == 0);
            }
            server.halls.insert(hall.id(), hall);
        }
        server
    }

    pub fn hall(&mut self, id: ConversationId) -> &mut Hall {
        self.halls.get_mut(&id).unwrap()
    }

    fn mine(&self) -> impl Iterator<Item = &Hall> {
        self.halls.values().filter(|hall| hall.is_in(user(ANN)))
    }

    pub fn rename(&mut self, id: UserId) -> ServerFrame {
        self.now = self.now.plus_ms(1);
        self.renamed_at.insert(id, self.now);
        let renamed = self.users.get_mut(&id).unwrap();
        renamed.display_name = DisplayName::trusted(format!("N{}", self.now.0));
        ServerFrame::User { user: renamed.clone() }
    }

    pub fn list(&self) -> ConversationList {
        ConversationList { conversations: self.mine().map(Hall::conversation).collect(), users: self.users.values().cloned().collect() }
    }

    pub fn ready(&self) -> ServerFrame {
        ServerFrame::Ready(Box::new(Ready {
            me: me(ANN, "N"),
            session_id: SessionId(Uuid::nil()),
            list: self.list(),
            now: self.now,
            build: "b".to_owned(),
        }))
    }

    pub fn heads(&self) -> ServerFrame {
        let heads = self.mine().map(|hall| Head { conversation_id: hall.id(), seq: hall.head() }).collect();
        ServerFrame::Heads { heads, now: self.now }
    }

    /// What a resumed client is sent: exactly what it missed, or the whole of what it missed too much of.
    pub fn resumed(&self, resume: &Resume) -> Vec<ServerFrame> {
        let (mut conversations, mut gone, mut positions, mut events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for named in &resume.positions {
            let Some(hall) = self.halls.get(&named.conversation_id).filter(|hall| hall.is_in(user(ANN))) else {
                gone.push(named.conversation_id);
                continue;
            };
            if hall.head().0 - named.seq.0 > RESUME_EVENTS {
                conversations.push(hall.conversation());
                continue;
            }
            events.extend(hall.events_after(named.seq).map(|event| ServerFrame::Event { event }));
            if (named.read_rev, named.read_seq) != (hall.read.rev, hall.read.seq) {
                positions.push(hall.position());
            }
        }
        let is_named = |id| resume.positions.iter().any(|named| named.conversation_id == id);
        conversations.extend(self.mine().filter(|hall| !is_named(hall.id())).map(Hall::conversation));
        let users = self.users.values().filter(|user| self.renamed_at.get(&user.id).is_some_and(|at| *at > resume.since));
        let resumed = Resumed {
            me: me(ANN, "N"),
            session_id: SessionId(Uuid::nil()),
            conversations,
            gone,
            positions,
            users: users.cloned().collect(),
            now: self.now,
            build: "b".to_owned(),
        };
        std::iter::once(ServerFrame::Resumed(Box::new(resumed))).chain(events).collect()
    }
}
