//! Who is here, who hears what, and how far each conversation has been handed on. Decides; waits for nothing.

mod members;
mod order;
mod places;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{
    ports::{Signal, store::Logged},
    sessions::Identity,
};
use places::Places;
use shared_types::{
    ConversationId, Seq, SessionId, Timestamp, UserId, limits,
    message::Receipt,
    ws::{self, Head, ServerFrame},
};

use crate::{
    chunk::{self, Chunk},
    line::{Close, Cut, Line},
    relay::{Arrival, Relay},
};

/// Sockets get their heartbeats in turn, this many parts of a heartbeat's time apart.
pub(crate) const BEAT_PARTS: u32 = 60;
/// Events that one look into the log brings.
pub(crate) const LOG_PAGE: u32 = 500;

#[derive(Debug)]
pub(crate) struct Socket {
    line: Arc<Line>,
    me: Identity,
    stage: Stage,
    shares_receipts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connected,
    /// It has asked for the person's conversations.
    Watching,
    /// It has its snapshot.
    Live,
    /// It is in nobody's list any more, and keeps its slot until its task has noticed.
    Closed,
}

impl Socket {
    /// Whether it hears conversations.
    fn is_watching(&self) -> bool {
        matches!(self.stage, Stage::Watching | Stage::Live)
    }
}

#[derive(Debug, Default)]
struct Person {
    sockets: Vec<u32>,
    /// What the person belongs to, and the last event before they were known to.
    watching: HashMap<ConversationId, Seq>,
    /// What the person stopped being a member of while a socket of theirs was open, and where: a `Watch` with an older
    /// head must not bring it back.
    left: HashMap<ConversationId, Seq>,
}

#[derive(Debug, Default)]
pub(crate) struct Book {
    sockets: Places<Socket>,
    people: HashMap<UserId, Person>,
    relays: HashMap<ConversationId, Relay>,
    /// Conversations that have something to hand on in this round.
    round: Vec<ConversationId>,
    /// Conversations with receipts to hand on.
    received: HashSet<ConversationId>,
    /// Conversations with a hole in the order of arrival.
    holes: HashSet<ConversationId>,
    /// Conversations whose log has to be read now: from there on.
    wanted: Vec<(ConversationId, Seq)>,
    /// Events times sockets, since this was asked last.
    deliveries: u64,
    /// Counts parts of heartbeats, from 1.
    beat: u32,
    /// The server stops: nobody new is kept.
    closing: Option<Close>,
}

impl Book {
    /// A socket that has said who it is. It hears what concerns the person at once, and conversations after `watch`.
    pub fn connect(&mut self, line: &Arc<Line>, me: Identity) {
        if let Some(close) = self.closing {
            line.close(close, false);
        }
        let socket = Socket { line: line.clone(), me, stage: Stage::Connected, shares_receipts: false };
        let slot = self.sockets.add(socket);
        line.settle(slot);
        self.people.entry(me.user_id).or_default().sockets.push(as_slot(slot));
    }

    /// Begins the conversations of a person who stood here. Answers what they must not hear of others, since it may be from
    /// before they belonged to them; or `None`: read where they stand again, and come back.
    pub fn watch(&mut self, line: &Line, heads: &[Head]) -> Option<Cut> {
        // What is collected now is for those who are here already.
        self.flush();
        let mut cut = Cut::new();
        let Some(slot) = line.slot() else { return Some(cut) };
        // A conversation is followed from a later place than the person was seen to be a member at: they may have been removed
        // in between, and no event that is still to come would tell.
        let is_stale = |head: &Head| self.relays.get(&head.conversation_id).is_some_and(|relay| relay.since > head.seq);
        if heads.iter().any(is_stale) {
            return None;
        }
        let Some(socket) = self.sockets.get_mut(slot).filter(|socket| socket.stage == Stage::Connected) else { return Some(cut) };
        socket.stage = Stage::Watching;
        let user = socket.me.user_id;
        let Some(person) = self.people.get_mut(&user) else { return Some(cut) };
        // What was begun for the person's other sockets, or by an event since this one connected.
        for (conversation, before) in &person.watching {
            if let Some(relay) = self.relays.get_mut(conversation) {
                relay.sockets.push(as_slot(slot));
                if relay.delivered < *before {
                    cut.insert(*conversation, *before);
                }
            }
        }
        for head in heads {
            let id = head.conversation_id;
            if person.left.get(&id).is_none_or(|left| *left <= head.seq) && person.watching.insert(id, head.seq).is_none() {
                let relay = self.relays.entry(id).or_insert_with(|| Relay::new(head.seq));
                relay.people += 1;
                relay.sockets.push(as_slot(slot));
            }
        }
        Some(cut)
    }

    /// The socket has read its snapshot. Of the places in it, only those that the stream has not reached have to be kept.
    pub fn begin(&mut self, line: &Line, mut cut: Cut, shares_receipts: bool) {
        // What is collected now belongs before the mark.
        self.flush();
        let Some(socket) = line.slot().and_then(|slot| self.sockets.get_mut(slot)).filter(|socket| socket.is_watching()) else { return };
        socket.stage = Stage::Live;
        socket.shares_receipts = shares_receipts;
        // A conversation that is not followed for the person is one whose news of their joining is still on its way.
        let watching = self.people.get(&socket.me.user_id).map(|person| &person.watching);
        cut.retain(|conversation, seq| {
            let is_watching = watching.is_some_and(|watching| watching.contains_key(conversation));
            !is_watching || self.relays.get(conversation).is_none_or(|relay| relay.delivered < *seq)
        });
        line.mark(cut);
    }

    pub fn forget(&mut self, line: &Line) {
        let Some(slot) = line.slot() else { return };
        self.leave(slot);
        self.sockets.remove(slot);
    }

    pub fn hear(&mut self, signal: &Arc<Signal>) {
        match &**signal {
            Signal::Event { conversation_id, seq, gained, .. } => {
                // News of a joining that comes after the leaving is no news.
                let is_news = |person: &Person| person.left.get(conversation_id).is_none_or(|left| left < seq);
                let is_for_someone = gained.iter().any(|user| self.people.get(user).is_some_and(is_news));
                if is_for_someone && !self.relays.contains_key(conversation_id) {
                    self.relays.insert(*conversation_id, Relay::new(seq.previous()));
                }
                self.arrive(*conversation_id, *seq, Arrival::Bus(signal.clone()));
                self.drop_if_idle(*conversation_id);
            }
            Signal::ConversationDeleted { conversation_id, members } => {
                for user in members {
                    self.end_watching(*user, *conversation_id, Seq(u64::MAX));
                }
            }
            Signal::UserChanged(user) => {
                let chunk = Chunk::own(&ServerFrame::User { user: user.clone() });
                self.sockets.iter().for_each(|socket| socket.line.push(&chunk));
            }
            Signal::Read { user_id, position } => self.tell(*user_id, || ServerFrame::Read { position: *position }),
            Signal::Receipts { conversation_id, receipts } => self.receive(*conversation_id, receipts),
            Signal::ReceiptsSwitched { user_id, on } => {
                for slot in self.people.get(user_id).map(|person| &person.sockets).into_iter().flatten() {
                    if let Some(socket) = self.sockets.get_mut(*slot as usize) {
                        socket.shares_receipts = *on;
                    }
                }
            }
            Signal::JoinRequested { conversation_id, caretakers, user } => {
                for caretaker in caretakers {
                    let frame = || ServerFrame::JoinRequested { conversation_id: *conversation_id, user: user.clone() };
                    self.tell(*caretaker, frame);
                }
            }
            Signal::SessionStarted { user_id, session } => self.tell(*user_id, || ServerFrame::NewSession { session: session.clone() }),
            Signal::SessionsEnded(ended) => self.end_sessions(|session| ended.contains(&session)),
        }
    }

    /// What the log held after a place.
    pub fn log_read(&mut self, conversation: ConversationId, events: Vec<Logged>) {
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        relay.is_reading = false;
        let is_full = events.len() == LOG_PAGE as usize;
        for logged in events {
            if let Some(seq) = logged.event.seq() {
                self.arrive(conversation, seq, Arrival::Log(Box::new(logged)));
            }
        }
        if is_full {
            self.want_log(conversation);
        }
        self.drop_if_idle(conversation);
    }

    /// Where conversations stand in the database. One that was asked for and is not there has been deleted.
    pub fn heads_read(&mut self, asked: &[ConversationId], heads: &[Head]) {
        let heads: HashMap<ConversationId, Seq> = heads.iter().map(|head| (head.conversation_id, head.seq)).collect();
        for conversation in asked {
            match heads.get(conversation) {
                Some(head) if self.relays.get(conversation).is_some_and(|relay| relay.delivered < *head) => self.want_log(*conversation),
                Some(_) => {}
                None => self.end_for_all(*conversation),
            }
        }
    }

    /// Which of the sessions that were asked for are still there.
    pub fn sessions_read(&mut self, asked: &[SessionId], live: &[SessionId]) {
        let live: HashSet<&SessionId> = live.iter().collect();
        let ended: HashSet<&SessionId> = asked.iter().filter(|session| !live.contains(session)).collect();
        if !ended.is_empty() {
            self.end_sessions(|session| ended.contains(&session));
        }
    }

    /// Holes that did not close by themselves are read from the log.
    pub fn mend_holes(&mut self) {
        for conversation in std::mem::take(&mut self.holes) {
            self.want_log(conversation);
        }
    }

    pub fn has_holes(&self) -> bool {
        !self.holes.is_empty()
    }

    /// The logs that have to be read, each once.
    pub fn take_wanted(&mut self) -> Vec<(ConversationId, Seq)> {
        std::mem::take(&mut self.wanted)
    }

    pub fn take_deliveries(&mut self) -> u64 {
        std::mem::take(&mut self.deliveries)
    }

    pub fn watched(&self) -> Vec<ConversationId> {
        self.relays.keys().copied().collect()
    }

    /// The sessions of open sockets, each once.
    pub fn sessions(&self) -> Vec<SessionId> {
        let sessions: HashSet<SessionId> =
            self.sockets.iter().filter(|socket| socket.stage != Stage::Closed).map(|socket| socket.me.session_id).collect();
        sessions.into_iter().collect()
    }

    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Ends every socket after what is queued for it, and every one that comes later. `spread` says when each comes back.
    pub fn close_all(&mut self, code: u16, mut spread: impl FnMut() -> u16) {
        self.flush();
        self.closing = Some(Close { code, come_back_ms: Some(spread()) });
        for slot in 0..self.sockets.slots() {
            self.close(slot, Close { code, come_back_ms: Some(spread()) }, false);
        }
    }

    /// Hands on what this round has collected.
    pub fn flush(&mut self) {
        for conversation in std::mem::take(&mut self.round) {
            self.flush_one(conversation);
        }
    }

    /// A part of a heartbeat's time has passed: receipts go out, and the sockets whose turn it is get their heartbeat.
    pub fn tick(&mut self, now: impl FnOnce() -> Timestamp) {
        self.flush();
        self.beat += 1;
        for conversation in std::mem::take(&mut self.received) {
            let Some(relay) = self.relays.get_mut(&conversation) else { continue };
            let receipts = std::mem::take(&mut relay.receipts).into_values().collect();
            let chunk = Chunk::passing(conversation, &ServerFrame::Receipts { conversation_id: conversation, receipts });
            for slot in &relay.sockets {
                if let Some(socket) = self.sockets.get(*slot as usize).filter(|socket| socket.shares_receipts) {
                    socket.line.push(&chunk);
                }
            }
        }
        let first = self.beat % BEAT_PARTS;
        let turn = (first as usize..self.sockets.slots()).step_by(BEAT_PARTS as usize);
        let turn = turn.filter_map(|slot| self.sockets.get(slot)).filter(|socket| socket.stage == Stage::Live);
        let turn: Vec<&Socket> = turn.collect();
        if turn.is_empty() {
            return;
        }
        let now = now();
        let still = heartbeat(Vec::new(), now);
        // The heartbeat before was `BEAT_PARTS` ago, and what moved in that very part may have moved after it.
        let since = self.beat.saturating_sub(BEAT_PARTS);
        for socket in turn {
            let watching = self.people.get(&socket.me.user_id).map(|person| person.watching.keys()).into_iter().flatten();
            let moved: Vec<Head> = watching
                .filter_map(|conversation| {
                    let relay = self.relays.get(conversation).filter(|relay| relay.moved >= since && relay.moved > 0)?;
                    Some(Head { conversation_id: *conversation, seq: relay.delivered })
                })
                .collect();
            if moved.is_empty() {
                socket.line.beat(&still);
            } else {
                socket.line.beat(&heartbeat(moved, now));
            }
        }
    }

    fn receive(&mut self, conversation: ConversationId, receipts: &[Receipt]) {
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        for receipt in receipts {
            // The bus may swap two of them. Reading may also go back, which the later one tells; receiving never does.
            let known = relay.receipts.entry(receipt.user_id).or_insert(*receipt);
            let delivered_seq = known.delivered_seq.max(receipt.delivered_seq);
            *known = Receipt { delivered_seq, ..*receipt };
        }
        self.received.insert(conversation);
    }

    fn tell(&self, user: UserId, frame: impl FnOnce() -> ServerFrame) {
        let Some(person) = self.people.get(&user) else { return };
        let chunk = Chunk::own(&frame());
        for slot in &person.sockets {
            if let Some(socket) = self.sockets.get(*slot as usize) {
                socket.line.push(&chunk);
            }
        }
    }

    fn end_sessions(&mut self, has_ended: impl Fn(SessionId) -> bool) {
        for slot in 0..self.sockets.slots() {
            if self.sockets.get(slot).is_some_and(|socket| has_ended(socket.me.session_id)) {
                self.close(slot, Close { code: ws::close::SESSION_ENDED, come_back_ms: None }, true);
            }
        }
    }

    fn close(&mut self, slot: usize, close: Close, at_once: bool) {
        if let Some(socket) = self.sockets.get(slot) {
            socket.line.close(close, at_once);
        }
        self.leave(slot);
    }
}

fn as_slot(slot: usize) -> u32 {
    u32::try_from(slot).unwrap_or(u32::MAX)
}

/// The frame, and the ping whose answer tells that the client is there.
fn heartbeat(heads: Vec<Head>, now: Timestamp) -> Arc<Chunk> {
    let mut bytes = Vec::with_capacity(64);
    chunk::append(&mut bytes, &ServerFrame::Heads { heads, now });
    bytes.extend_from_slice(&chunk::PING);
    Chunk::of(bytes, None, Vec::new(), false)
}

/// The time between two parts of a heartbeat.
pub(crate) const fn tick_ms() -> u64 {
    limits::HEARTBEAT_MS as u64 / BEAT_PARTS as u64
}
