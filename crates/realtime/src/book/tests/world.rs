//! A small world with a log that is always right, a bus that is not, and clients that check whatever they are told.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    task::{Context, Poll, Waker},
};

use domain::resume::{Standing, plan};
use shared_types::{
    MessageId,
    message::{Change, Content, Message},
    user::User,
    ws::{Event, ResumePosition},
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::*;
use crate::{connection::Connection, hub::Hub};

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

/// How far a client's way to its stream has come.
#[derive(Debug)]
enum Phase {
    Connected,
    HeadsRead(Vec<Head>),
    Watching,
    Live,
}

struct Client {
    me: u128,
    connection: Option<Connection>,
    phase: Phase,
    /// Its conversations, and the last event of each that it applied.
    places: BTreeMap<usize, u64>,
    /// Conversations of which it read more than it was told: what it knows already may be told again.
    ahead: HashSet<usize>,
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

    /// A new client, or one that was here before and names its positions.
    fn connect(&mut self, me: u128) {
        let away = self.clients.iter().position(|client| client.connection.is_none() && client.me == me);
        if away.is_none() && self.clients.len() >= SOCKETS {
            return;
        }
        let line = Arc::<Line>::default();
        self.book.connect(&line, identity(me, me));
        let connection = Some(Connection { line, hub: Hub { commands: mpsc::channel(1).0, counters: Arc::default() }, cut: None });
        match away {
            Some(away) => {
                let client = &mut self.clients[away];
                (client.connection, client.phase) = (connection, Phase::Connected);
            }
            None => self.clients.push(Client { me, connection, phase: Phase::Connected, places: BTreeMap::new(), ahead: HashSet::new() }),
        }
    }

    pub fn cut(&mut self, client: usize) {
        if let Some(connection) = self.clients[client].connection.take() {
            self.book.forget(&connection.line);
        }
    }

    /// The next step of a client's way to its stream.
    fn go_on(&mut self, number: usize) {
        let me = self.clients[number].me;
        let mine: Vec<usize> = (0..CONVERSATIONS).filter(|conversation| self.is_member(me, *conversation)).collect();
        let Some(line) = self.clients[number].connection.as_ref().map(|connection| connection.line.clone()) else { return };
        self.clients[number].phase = match &self.clients[number].phase {
            Phase::Connected => {
                let head =
                    |conversation: &usize| Head { conversation_id: Self::conversation(*conversation), seq: Seq(self.head(*conversation)) };
                Phase::HeadsRead(mine.iter().map(head).collect())
            }
            Phase::HeadsRead(heads) => match self.book.watch(&line, heads) {
                Some(mut cut) => {
                    cut.extend(heads.iter().map(|head| (head.conversation_id, head.seq)));
                    self.clients[number].connection.as_mut().unwrap().cut = Some(Box::new(cut));
                    Phase::Watching
                }
                None => Phase::Connected,
            },
            Phase::Watching => {
                self.come_back(number, &mine);
                let places: Cut = mine.iter().map(|one| (Self::conversation(*one), Seq(self.head(*one)))).collect();
                let mut cut = self.clients[number].connection.as_mut().unwrap().cut.take().unwrap();
                cut.extend(places);
                self.clients[number].connection.as_mut().unwrap().cut = Some(cut.clone());
                self.book.begin(&line, *cut, true);
                Phase::Live
            }
            Phase::Live => Phase::Live,
        };
    }

    /// As the real server does it: by the plan that follows from the places that the client names.
    fn come_back(&mut self, number: usize, mine: &[usize]) {
        let position = |(conversation, seq): (&usize, &u64)| ResumePosition {
            conversation_id: Self::conversation(*conversation),
            seq: Seq(*seq),
            read_seq: Seq(0),
            read_rev: 0,
        };
        let client = &self.clients[number];
        let named: Vec<ResumePosition> = client.places.iter().map(position).collect();
        let standing = |conversation: &usize| Standing {
            conversation_id: Self::conversation(*conversation),
            head: Seq(self.head(*conversation)),
            history_from: self.history_from(client.me, *conversation),
            read_seq: Seq(0),
            read_rev: 0,
        };
        let standing: Vec<Standing> = mine.iter().map(standing).collect();
        let plan = plan(&named, &standing).unwrap();
        for id in plan.gone {
            self.clients[number].places.remove(&Self::number(id)).unwrap();
        }
        for id in plan.anew {
            let conversation = Self::number(id);
            let head = self.head(conversation);
            self.clients[number].places.insert(conversation, head);
        }
        for (id, after) in plan.replay {
            let conversation = Self::number(id);
            let history_from = self.history_from(self.clients[number].me, conversation);
            for event in &self.logs[conversation][usize::try_from(after.0).unwrap()..] {
                let place = self.clients[number].places.get_mut(&conversation).unwrap();
                *place += 1;
                assert_eq!(event.seq(), Some(Seq(*place)), "a resume without holes");
                assert!(event.seq() >= Some(history_from), "what was said before they came");
            }
        }
        self.clients[number].ahead.clear();
    }

    /// Everything that waits for a client, checked and applied.
    pub fn frames(&mut self, number: usize) -> Vec<ServerFrame> {
        let mut frames = Vec::new();
        while matches!(self.clients[number].phase, Phase::Live) {
            let Some(connection) = &mut self.clients[number].connection else { break };
            let mut out = VecDeque::new();
            let Poll::Ready(turn) = connection.poll_take(&mut Context::from_waker(Waker::noop()), Some(&mut out)) else { break };
            for bytes in out {
                frames.extend(read(&bytes));
            }
            if turn.close.is_some() {
                self.cut(number);
            }
        }
        for frame in &frames {
            self.apply(number, frame);
        }
        frames
    }

    fn apply(&mut self, number: usize, frame: &ServerFrame) {
        let me = self.clients[number].me;
        match frame {
            ServerFrame::Event { event } => {
                let message = event.message().unwrap();
                let (conversation, seq) = (Self::number(message.conversation_id), message.seq.0);
                assert!(self.hears(me, conversation, seq), "P9: {me} is no member of {conversation} at {seq}");
                let has_joined = Arrival::Log(Box::new(event.clone().into())).memberships().0.contains(&UserId(Uuid::from_u128(me)));
                let head = self.head(conversation);
                let client = &mut self.clients[number];
                match client.places.get_mut(&conversation) {
                    Some(place) if seq == *place + 1 => *place = seq,
                    Some(place) if seq <= *place => {
                        assert!(client.ahead.contains(&conversation), "P8: {conversation}/{seq} came twice to {me}");
                    }
                    Some(place) => panic!("P8: {me} is at {place} of {conversation}, and {seq} came"),
                    None if has_joined => drop(client.places.insert(conversation, seq)),
                    // The news of having joined has not arrived: the client reads the conversation.
                    None => {
                        client.places.insert(conversation, head);
                        client.ahead.insert(conversation);
                    }
                }
            }
            ServerFrame::Gone { conversation_id } => {
                self.clients[number].places.remove(&Self::number(*conversation_id));
            }
            ServerFrame::Heads { heads, .. } => {
                for head in heads {
                    let place = self.clients[number].places.get(&Self::number(head.conversation_id));
                    assert!(self.are_slow || place.is_none_or(|place| *place >= head.seq.0), "a head comes after its events");
                }
            }
            ServerFrame::Resync {} => {
                assert!(self.are_slow);
                for conversation in 0..CONVERSATIONS {
                    let (is_member, head) = (self.is_member(me, conversation), self.head(conversation));
                    let client = &mut self.clients[number];
                    if is_member {
                        client.places.insert(conversation, head);
                        client.ahead.insert(conversation);
                    } else {
                        client.places.remove(&conversation);
                    }
                }
            }
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

/// The text frames in some bytes.
fn read(mut bytes: &[u8]) -> Vec<ServerFrame> {
    let mut frames = Vec::new();
    while let [first, length, rest @ ..] = bytes {
        let (length, rest) = match length {
            126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
            127 => panic!("no frame here is so long"),
            length => (usize::from(*length), rest),
        };
        if *first == 0x81 {
            frames.push(serde_json::from_slice(&rest[..length]).unwrap());
        } else {
            assert_eq!([*first], chunk::PING[..1]);
        }
        bytes = &rest[length..];
    }
    frames
}
