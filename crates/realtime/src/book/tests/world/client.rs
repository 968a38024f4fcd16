//! The clients of the small world: how each comes to its stream, and how it checks and applies what it hears.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    task::{Context, Poll, Waker},
};

use domain::resume::{Standing, plan};
use shared_types::ws::ResumePosition;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{CONVERSATIONS, SOCKETS, World, identity};
use crate::{book::*, connection::Connection, hub::Hub};

/// How far a client's way to its stream has come.
#[derive(Debug)]
pub enum Phase {
    Connected,
    HeadsRead(Vec<Head>),
    Watching,
    Live,
}

pub struct Client {
    pub me: u128,
    pub connection: Option<Connection>,
    pub phase: Phase,
    /// Its conversations, and the last event of each that it applied.
    pub places: BTreeMap<usize, u64>,
    /// Conversations of which it read more than it was told: what it knows already may be told again.
    pub ahead: HashSet<usize>,
}

impl World {
    /// A new client, or one that was here before and names its positions.
    pub fn connect(&mut self, me: u128) {
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
    pub fn go_on(&mut self, number: usize) {
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
