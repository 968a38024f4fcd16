//! Who hears a conversation, from which event on and up to which.

use std::collections::{HashMap, HashSet};

use shared_types::{ConversationId, Seq, UserId, ws};

use super::{Book, Socket, Stage, as_slot};
use crate::{chunk::Chunk, line::Close};

impl Book {
    /// On every socket of the person that has asked for their conversations; those that will, find it then.
    pub(super) fn begin_watching(&mut self, user: UserId, conversation: ConversationId, seq: Seq) {
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        let Some(person) = self.people.get_mut(&user) else { return };
        if person.left.get(&conversation).is_some_and(|left| *left >= seq) {
            return;
        }
        person.left.remove(&conversation);
        relay.people += usize::from(person.watching.insert(conversation, seq.previous()).is_none());
        for slot in &person.sockets {
            let is_watching = self.sockets.get(*slot as usize).is_some_and(Socket::is_watching);
            // One that connected just now knew of it before the event came.
            if is_watching && !relay.sockets.contains(slot) {
                relay.sockets.push(*slot);
            }
        }
    }

    /// The news that somebody joined came after later events of the conversation had been handed on: two use cases published in
    /// the wrong order, and nobody here followed it yet. Sockets that were not told of these begin anew.
    pub(super) fn begin_too_late(&mut self, conversation: ConversationId, seq: Seq, gained: &[UserId]) {
        for user in gained {
            let Some(person) = self.people.get(user) else { continue };
            let Some(relay) = self.relays.get(&conversation) else { return };
            if person.left.get(&conversation).is_some_and(|left| *left >= seq) {
                continue;
            }
            for slot in person.sockets.iter().copied().filter(|slot| !relay.sockets.contains(slot)).collect::<Vec<_>>() {
                self.close(slot as usize, Close { code: ws::close::RESTART, come_back_ms: Some(0) }, false);
            }
        }
    }

    /// Takes a conversation away from a person, on every socket, before anything later can reach them.
    pub(super) fn end_watching(&mut self, user: UserId, conversation: ConversationId, seq: Seq) {
        self.flush_one(conversation);
        let Some(person) = self.people.get_mut(&user) else { return };
        person.left.insert(conversation, seq);
        if person.watching.remove(&conversation).is_some()
            && let Some(relay) = self.relays.get_mut(&conversation)
        {
            relay.people -= 1;
            relay.sockets.retain(|slot| !person.sockets.contains(slot));
        }
        let chunk = Chunk::gone(conversation, seq);
        for slot in &person.sockets {
            if let Some(socket) = self.sockets.get(*slot as usize) {
                socket.line.push(&chunk);
            }
        }
        if seq == Seq(u64::MAX) {
            self.drop_if_idle(conversation);
        }
    }

    /// The conversation is not in the database any more, and nobody said so.
    pub(super) fn end_for_all(&mut self, conversation: ConversationId) {
        let Some(relay) = self.relays.get(&conversation) else { return };
        let users = relay.sockets.iter().filter_map(|slot| self.sockets.get(*slot as usize)).map(|socket| socket.me.user_id);
        let users: HashSet<UserId> = users.collect();
        for user in users {
            self.end_watching(user, conversation, Seq(u64::MAX));
        }
    }

    /// A conversation that nobody here belongs to is not followed, once nothing is parked that may yet let somebody in.
    pub(super) fn drop_if_idle(&mut self, conversation: ConversationId) {
        if self.relays.get(&conversation).is_some_and(|relay| relay.people == 0 && !relay.has_hole()) {
            self.relays.remove(&conversation);
            self.holes.remove(&conversation);
            self.received.remove(&conversation);
        }
    }

    /// Takes a socket out of every list.
    pub(super) fn leave(&mut self, slot: usize) {
        let Some(socket) = self.sockets.get_mut(slot).filter(|socket| socket.stage != Stage::Closed) else { return };
        let (user, is_watching, number) = (socket.me.user_id, socket.is_watching(), as_slot(slot));
        socket.stage = Stage::Closed;
        let Some(person) = self.people.get_mut(&user) else { return };
        person.sockets.retain(|other| *other != number);
        let is_last = person.sockets.is_empty();
        let watching = if is_last { std::mem::take(&mut person.watching) } else { HashMap::new() };
        let watched = if is_last { &watching } else { &person.watching };
        let mut idle = Vec::new();
        for conversation in watched.keys() {
            let Some(relay) = self.relays.get_mut(conversation) else { continue };
            if is_watching && let Some(at) = relay.sockets.iter().position(|other| *other == number) {
                relay.sockets.swap_remove(at);
            }
            if is_last {
                relay.people -= 1;
                idle.push(*conversation);
            }
        }
        if is_last {
            self.people.remove(&user);
        }
        for conversation in idle {
            self.drop_if_idle(conversation);
        }
    }
}
