//! A small world with a log that is always right, a bus that is not, and clients that check whatever they are told.

mod client;

use std::collections::BTreeMap;

use client::Client;
use shared_types::{
    MessageId,
    message::{Change, Content, Message},
    user::User,
    ws::Event,
};
use uuid::Uuid;

use super::*;

const PEOPLE: u128 = 3;
const CONVERSATIONS: usize = 2;
const SOCKETS: usize = 5;

pub fn identity(user: u128, session: u128) -> Identity {
    Identity { user_id: UserId(Uuid::from_u128(user)), session_id: SessionId(Uuid::from_u128(session)) }
}

pub fn user(number: u128) -> User {
    let name = format!("user{number}");
    serde_json::from_value(serde_json::json!({"id": Uuid::from_u128(number), "username": name, "display_name": name, "bio": "", "lookalike": false, "role": "member", "created_at": 0})).unwrap()
}

pub struct World {
    pub book: Book,
    logs: Vec<Vec<Event>>,
    /// Published and not heard yet.
    bus: Vec<(Arc<Signal>, bool)>,
    /// Looks into the log that are under way.
    reads: Vec<(usize, Seq)>,
    clients: Vec<Client>,
    are_slow: bool,
}

impl World {
    pub fn new(are_slow: bool) -> Self {
        let logs = vec![Vec::new(); CONVERSATIONS];
        Self { book: Book::default(), logs, bus: Vec::new(), reads: Vec::new(), clients: Vec::new(), are_slow }
    }

    pub fn conversation(number: usize) -> ConversationId {
        ConversationId(Uuid::from_u128(100 + number as u128))
    }

    fn number(id: ConversationId) -> usize {
        usize::try_from(id.0.as_u128() - 100).unwrap()
    }

    /// Whether the log says that the person was a member when this event reached the members.
    fn hears(&self, me: u128, conversation: usize, seq: u64) -> bool {
        let me = UserId(Uuid::from_u128(me));
        let mut is_member = false;
        for event in self.logs[conversation].iter().take(usize::try_from(seq).unwrap()) {
            let arrival = Arrival::Log(Box::new(event.clone().into()));
            let (gained, lost) = arrival.memberships();
            is_member = (is_member || gained.contains(&me)) && !lost.contains(&me);
        }
        is_member
    }

    fn head(&self, conversation: usize) -> u64 {
        self.logs[conversation].len() as u64
    }

    fn is_member(&self, me: u128, conversation: usize) -> bool {
        self.hears(me, conversation, self.head(conversation))
    }

    /// The second conversation shows newcomers nothing of the past.
    fn history_from(&self, me: u128, conversation: usize) -> Seq {
        let joined =
            |event: &&Event| Arrival::Log(Box::new((*event).clone().into())).memberships().0.contains(&UserId(Uuid::from_u128(me)));
        match self.logs[conversation].iter().rev().find(joined).filter(|_| conversation == 1) {
            Some(event) => event.seq().unwrap(),
            None => Seq(1),
        }
    }

    fn append(&mut self, conversation: usize, author: u128, content: Content) {
        let seq = Seq(self.head(conversation) + 1);
        let author_id = UserId(Uuid::from_u128(author));
        let id = MessageId(Uuid::from_u128(u128::from(seq.0)));
        let conversation_id = Self::conversation(conversation);
        let message = Message {
            id,
            conversation_id,
            seq,
            author_id,
            created_at: Timestamp(0),
            nonce: None,
            version: 0,
            edited_at: None,
            mentions: Vec::new(),
            content,
        };
        let event = Event::Message { message };
        let arrival = Arrival::Log(Box::new(event.clone().into()));
        let (gained, lost) = arrival.memberships();
        // Who is let in on another node of whose conversation nothing is known here is beyond the reach of the log.
        let may_be_lost = gained.is_empty();
        let signal = Signal::Event {
            conversation_id,
            seq,
            event: event.clone(),
            gained: gained.to_vec(),
            lost: lost.to_vec(),
            hidden_from: Vec::new(),
        };
        self.logs[conversation].push(event);
        self.bus.push((Arc::new(signal), may_be_lost));
    }

    fn say(&mut self, conversation: usize) {
        let length = if self.are_slow { 900 } else { 2 };
        self.append(conversation, 1, Content::Text { body: "x".repeat(length).try_into().unwrap() });
    }

    fn toggle_membership(&mut self, me: u128, conversation: usize) {
        let change = if self.is_member(me, conversation) { Change::Left {} } else { Change::Joined {} };
        self.append(conversation, me, Content::System { change });
    }

    pub fn take_step(&mut self, (what, a, b): (u8, u8, u8)) {
        let (a, b) = (usize::from(a), usize::from(b));
        let conversation = b % CONVERSATIONS;
        match what % 20 {
            0..4 => self.say(conversation),
            4 | 5 => self.toggle_membership(1 + a as u128 % PEOPLE, conversation),
            6..10 if !self.bus.is_empty() => {
                let at = a % self.bus.len();
                if b % 5 == 0 && self.bus[at].1 {
                    self.bus.remove(at);
                } else if b % 5 == 1 {
                    self.book.hear(&self.bus[at].0.clone());
                } else {
                    let (signal, _) = self.bus.remove(at);
                    self.book.hear(&signal);
                }
            }
            10 => self.book.flush(),
            11 => self.recheck(),
            12 => self.book.mend_holes(),
            13 => self.read_logs(),
            14 => self.book.tick(|| Timestamp(0)),
            15 => self.connect(1 + a as u128 % PEOPLE),
            16..18 if !self.clients.is_empty() => self.go_on(a % self.clients.len()),
            18 if !self.clients.is_empty() => drop(self.frames(a % self.clients.len())),
            19 if !self.clients.is_empty() => self.cut(a % self.clients.len()),
            _ => {}
        }
    }

    fn recheck(&mut self) {
        let asked = self.book.watched();
        let heads: Vec<Head> = asked.iter().map(|id| Head { conversation_id: *id, seq: Seq(self.head(Self::number(*id))) }).collect();
        self.book.heads_read(&asked, &heads);
    }

    /// Answers one look into the log, and begins those that are wanted.
    fn read_logs(&mut self) {
        if let Some((conversation, after)) = self.reads.pop() {
            let events = self.logs[conversation][usize::try_from(after.0).unwrap()..].iter().cloned().map(Into::into).collect();
            self.book.log_read(Self::conversation(conversation), events);
        }
        self.reads.extend(self.book.take_wanted().into_iter().map(|(id, after)| (Self::number(id), after)));
    }

    /// Peace: what is under way arrives, everybody reads, and everybody has to be where the log is.
    pub fn settle(&mut self) {
        for (signal, _) in std::mem::take(&mut self.bus) {
            self.book.hear(&signal);
        }
        for _ in 0..5 {
            (0..self.clients.len()).for_each(|client| self.go_on(client));
        }
        for _ in 0..4 {
            self.book.mend_holes();
            self.recheck();
            for _ in 0..10 {
                self.read_logs();
            }
            self.book.flush();
            self.book.tick(|| Timestamp(0));
            for client in 0..self.clients.len() {
                self.frames(client);
            }
        }
        for client in self.clients.iter().filter(|client| client.connection.is_some()) {
            let present: BTreeMap<usize, u64> = (0..CONVERSATIONS)
                .filter(|conversation| self.is_member(client.me, *conversation))
                .map(|one| (one, self.head(one)))
                .collect();
            assert_eq!(client.places, present, "{} is not in the present", client.me);
        }
    }

    /// Somebody new in the first conversation, with a live socket; their number.
    pub fn member_online(&mut self) -> usize {
        let me = 1 + self.clients.len() as u128;
        if !self.is_member(me, 0) {
            self.toggle_membership(me, 0);
            let (signal, _) = self.bus.pop().unwrap();
            self.book.hear(&signal);
        }
        self.connect(me);
        let number = self.clients.iter().position(|client| client.me == me && client.connection.is_some()).unwrap();
        (0..3).for_each(|_| self.go_on(number));
        number
    }

    /// What the people of this world did up to here, and their socket's part in it, step by step.
    pub fn script(steps: &[(u8, u8, u8)]) {
        let mut world = Self::new(false);
        for step in steps {
            world.take_step(*step);
        }
        world.settle();
    }

    pub fn user_of(&self, client: usize) -> UserId {
        UserId(Uuid::from_u128(self.clients[client].me))
    }

    pub fn says_and_delivers(&mut self) {
        self.says_and_waits();
        self.book.flush();
    }

    /// Said and heard, in a round that goes on.
    pub fn says_and_waits(&mut self) {
        self.say(0);
        let (signal, _) = self.bus.pop().unwrap();
        self.book.hear(&signal);
    }

    pub fn queued(&self, client: usize) -> usize {
        self.clients[client].connection.as_ref().unwrap().line.bytes()
    }
}
