//! The owner of everything that is shared between sockets: one task, one closed list of commands.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    Ctx, log,
    ports::{Delivery, Signal, Subscription},
    sessions::Identity,
};
use shared_types::{
    ConversationId, Seq, SessionId, UserId,
    ws::{self, Event, Head, ServerFrame},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{self, MissedTickBehavior},
};

use crate::{
    connection::{Connection, QUEUE, Signs},
    frame::Frame,
    relay::{Arrival, Relay},
};

/// Commands that wait for the hub; whoever sends one waits when it is full.
const COMMANDS: usize = 4_096;
/// The heads of what is watched are read this often, for the last event whose signal was lost.
const RECHECK: Duration = Duration::from_secs(5);
/// A hole in the order of arrival is read from the log if it has not closed by itself by then.
const PATIENCE: Duration = Duration::from_millis(50);
/// Events that one look into the log brings.
const LOG_PAGE: u32 = 500;

pub(crate) enum Command {
    Connect {
        socket: u64,
        identity: Identity,
        queue: mpsc::Sender<Arc<Frame>>,
        signs: Arc<Signs>,
    },
    Watch {
        socket: u64,
        heads: Vec<Head>,
        done: oneshot::Sender<()>,
    },
    Forget {
        socket: u64,
    },
    /// What the log held after the last event that was handed on.
    Log {
        conversation: ConversationId,
        events: Vec<Event>,
    },
    /// Where watched conversations stand in the database.
    Heads(Vec<Head>),
    CloseAll {
        code: u16,
    },
}

/// A handle to the hub's task.
#[derive(Clone)]
pub struct Hub {
    commands: mpsc::Sender<Command>,
    next_socket: Arc<AtomicU64>,
}

impl Hub {
    /// Starts the task. It ends when the bus does.
    pub fn start(ctx: Ctx) -> Self {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let hub = Self { commands, next_socket: Arc::default() };
        let subscription = ctx.bus.subscribe();
        tokio::spawn(State::new(ctx, hub.clone()).run(subscription, inbox));
        hub
    }

    /// A socket that has said who it is. It hears what concerns the person at once, and conversations after `watch`.
    pub async fn connect(&self, identity: Identity) -> Connection {
        let id = self.next_socket.fetch_add(1, Ordering::Relaxed);
        let (sender, queue) = mpsc::channel(QUEUE);
        let signs = Arc::new(Signs::default());
        self.tell(Command::Connect { socket: id, identity, queue: sender, signs: signs.clone() }).await;
        Connection { id, queue, signs, hub: self.clone(), identity }
    }

    /// Closes every socket; for a server that stops.
    pub async fn close_all(&self, code: u16) {
        self.tell(Command::CloseAll { code }).await;
    }

    pub(crate) async fn tell(&self, command: Command) {
        let _ = self.commands.send(command).await;
    }

    pub(crate) fn forget(&self, socket: u64) {
        if let Err(mpsc::error::TrySendError::Full(command)) = self.commands.try_send(Command::Forget { socket }) {
            let commands = self.commands.clone();
            tokio::spawn(async move { commands.send(command).await });
        }
    }
}

struct Socket {
    identity: Identity,
    queue: mpsc::Sender<Arc<Frame>>,
    signs: Arc<Signs>,
}

#[derive(Default)]
struct Person {
    sockets: Vec<u64>,
    watching: HashSet<ConversationId>,
    /// What the person stopped being a member of while a socket of theirs was open, and where: a `Watch` with an older
    /// head must not bring it back.
    left: HashMap<ConversationId, Seq>,
}

struct State {
    ctx: Ctx,
    hub: Hub,
    sockets: HashMap<u64, Socket>,
    people: HashMap<UserId, Person>,
    relays: HashMap<ConversationId, Relay>,
    /// Conversations with a hole in the order of arrival.
    holes: HashSet<ConversationId>,
}

impl State {
    fn new(ctx: Ctx, hub: Hub) -> Self {
        Self { ctx, hub, sockets: HashMap::new(), people: HashMap::new(), relays: HashMap::new(), holes: HashSet::new() }
    }

    async fn run(mut self, mut bus: Box<dyn Subscription>, mut inbox: mpsc::Receiver<Command>) {
        let mut recheck = time::interval(RECHECK);
        recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut patience = time::interval(PATIENCE);
        patience.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                delivery = bus.next() => match delivery {
                    Some(Delivery::Signal(signal)) => self.hear(&signal),
                    Some(Delivery::Gap) => self.read_heads(),
                    None => return self.close_all(ws::close::RESTART),
                },
                Some(command) = inbox.recv() => self.obey(command),
                _ = recheck.tick() => self.read_heads(),
                _ = patience.tick(), if !self.holes.is_empty() => {
                    for conversation in std::mem::take(&mut self.holes) {
                        self.read_log(conversation);
                    }
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Connect { socket, identity, queue, signs } => {
                self.people.entry(identity.user_id).or_default().sockets.push(socket);
                self.sockets.insert(socket, Socket { identity, queue, signs });
            }
            Command::Watch { socket, heads, done } => {
                if let Some(user) = self.sockets.get(&socket).map(|socket| socket.identity.user_id) {
                    for head in heads {
                        let left = self.people.get(&user).and_then(|person| person.left.get(&head.conversation_id));
                        if left.is_none_or(|left| *left <= head.seq) {
                            self.begin(user, head.conversation_id, head.seq);
                        }
                    }
                }
                let _ = done.send(());
            }
            Command::Forget { socket } => self.forget(socket),
            Command::Log { conversation, events } => {
                if let Some(relay) = self.relays.get_mut(&conversation) {
                    relay.reading = false;
                }
                let is_full = events.len() == LOG_PAGE as usize;
                for event in events {
                    if let Event::Message { message } = &event {
                        let seq = message.seq;
                        self.arrive(conversation, seq, Arrival::from_log(event));
                    }
                }
                if is_full {
                    self.read_log(conversation);
                }
            }
            Command::Heads(heads) => {
                for head in heads {
                    if self.relays.get(&head.conversation_id).is_some_and(|relay| relay.delivered < head.seq) {
                        self.read_log(head.conversation_id);
                    }
                }
            }
            Command::CloseAll { code } => self.close_all(code),
        }
    }

    fn hear(&mut self, signal: &Signal) {
        match signal {
            Signal::Event { conversation_id, seq, event, gained, lost } => {
                let is_for_someone = gained.iter().any(|user| self.people.contains_key(user));
                if is_for_someone && !self.relays.contains_key(conversation_id) {
                    self.relays.insert(*conversation_id, Relay::new(seq.previous()));
                }
                self.arrive(*conversation_id, *seq, Arrival { event: event.clone(), gained: gained.clone(), lost: lost.clone() });
            }
            Signal::ConversationDeleted { conversation_id, members } => {
                for user in members {
                    self.end(*user, *conversation_id, Seq(u64::MAX));
                }
            }
            Signal::UserChanged(user) => {
                let frame = Frame::new(&ServerFrame::User { user: user.clone() }, None);
                self.sockets.values().for_each(|socket| send(socket, &frame));
            }
            Signal::Read { user_id, position } => self.tell_person(*user_id, &Frame::new(&ServerFrame::Read { position: *position }, None)),
            Signal::JoinRequested { conversation_id, caretakers, user } => {
                let frame = ServerFrame::JoinRequested { conversation_id: *conversation_id, user: user.clone() };
                let frame = Frame::new(&frame, None);
                for caretaker in caretakers {
                    self.tell_person(*caretaker, &frame);
                }
            }
            Signal::SessionStarted { user_id, session } => {
                self.tell_person(*user_id, &Frame::new(&ServerFrame::NewSession { session: session.clone() }, None));
            }
            Signal::SessionsEnded(ended) => self.close_sessions(ended),
            Signal::Receipts { .. } | Signal::ReceiptsSwitched { .. } => {}
        }
    }

    /// Hands on what is next in order.
    fn arrive(&mut self, conversation: ConversationId, seq: Seq, arrival: Arrival) {
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        let ready = relay.accept(seq, arrival);
        if relay.has_hole() {
            self.holes.insert(conversation);
        } else {
            self.holes.remove(&conversation);
        }
        for (seq, arrival) in ready.arrivals {
            for user in arrival.lost {
                self.end(user, conversation, seq);
            }
            for user in arrival.gained {
                if self.people.contains_key(&user) {
                    self.begin(user, conversation, seq.previous());
                }
            }
            let head = Head { conversation_id: conversation, seq };
            let frame = Frame::new(&ServerFrame::Event { event: arrival.event }, Some(head));
            if let Some(relay) = self.relays.get(&conversation) {
                relay.watchers.iter().for_each(|user| self.tell_person(*user, &frame));
            }
        }
    }

    fn begin(&mut self, user: UserId, conversation: ConversationId, seen: Seq) {
        let person = self.people.entry(user).or_default();
        person.left.remove(&conversation);
        person.watching.insert(conversation);
        self.relays.entry(conversation).or_insert_with(|| Relay::new(seen)).watchers.insert(user);
    }

    /// Takes a conversation away from a person, on every socket, before anything later can reach them.
    fn end(&mut self, user: UserId, conversation: ConversationId, seq: Seq) {
        let Some(person) = self.people.get_mut(&user) else { return };
        person.left.insert(conversation, seq);
        if person.watching.remove(&conversation) {
            self.unwatch(user, conversation);
        }
        self.tell_person(user, &Frame::new(&ServerFrame::Gone { conversation_id: conversation }, None));
    }

    fn unwatch(&mut self, user: UserId, conversation: ConversationId) {
        if let Some(relay) = self.relays.get_mut(&conversation) {
            relay.watchers.remove(&user);
            if relay.watchers.is_empty() {
                self.relays.remove(&conversation);
                self.holes.remove(&conversation);
            }
        }
    }

    fn tell_person(&self, user: UserId, frame: &Arc<Frame>) {
        let sockets = self.people.get(&user).into_iter().flat_map(|person| &person.sockets);
        sockets.filter_map(|id| self.sockets.get(id)).for_each(|socket| send(socket, frame));
    }

    fn forget(&mut self, id: u64) {
        let Some(socket) = self.sockets.remove(&id) else { return };
        let user = socket.identity.user_id;
        let Some(person) = self.people.get_mut(&user) else { return };
        person.sockets.retain(|other| *other != id);
        if person.sockets.is_empty() {
            let watching = std::mem::take(&mut person.watching);
            self.people.remove(&user);
            for conversation in watching {
                self.unwatch(user, conversation);
            }
        }
    }

    fn close_sessions(&mut self, ended: &[SessionId]) {
        let of_ended = |socket: &Socket| ended.contains(&socket.identity.session_id);
        let ids: Vec<u64> = self.sockets.iter().filter(|(_, socket)| of_ended(socket)).map(|(id, _)| *id).collect();
        for id in ids {
            self.close(id, ws::close::SESSION_ENDED);
        }
    }

    fn close_all(&mut self, code: u16) {
        for id in self.sockets.keys().copied().collect::<Vec<_>>() {
            self.close(id, code);
        }
    }

    /// The sender goes with the entry: the socket's task wakes, and finds the code.
    fn close(&mut self, id: u64, code: u16) {
        if let Some(socket) = self.sockets.get(&id) {
            socket.signs.close.store(code, Ordering::Release);
        }
        self.forget(id);
    }

    fn read_heads(&self) {
        let watched: Vec<ConversationId> = self.relays.keys().copied().collect();
        if watched.is_empty() {
            return;
        }
        let (ctx, hub) = (self.ctx.clone(), self.hub.clone());
        tokio::spawn(async move {
            match log::heads(&ctx, &watched).await {
                Ok(heads) => hub.tell(Command::Heads(heads)).await,
                Err(error) => tracing::warn!(%error, "the heads of watched conversations could not be read"),
            }
        });
    }

    fn read_log(&mut self, conversation: ConversationId) {
        let Some(relay) = self.relays.get_mut(&conversation).filter(|relay| !relay.reading) else { return };
        relay.reading = true;
        let (ctx, hub, after) = (self.ctx.clone(), self.hub.clone(), relay.delivered);
        tokio::spawn(async move {
            let events = log::relay_after(&ctx, conversation, after, LOG_PAGE).await.unwrap_or_else(|error| {
                tracing::warn!(%error, %conversation, "the log could not be read");
                Vec::new()
            });
            hub.tell(Command::Log { conversation, events }).await;
        });
    }
}

/// A full queue is not waited for: the socket is told `resync` once it has read what it has.
fn send(socket: &Socket, frame: &Arc<Frame>) {
    if socket.signs.lagging.load(Ordering::Acquire) {
        return;
    }
    if socket.queue.try_send(frame.clone()).is_err() {
        socket.signs.lagging.store(true, Ordering::Release);
    }
}
