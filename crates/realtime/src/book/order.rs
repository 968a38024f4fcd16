//! How the events of a conversation go out: in order, collected over a round, to whoever belongs to it at that place.

use serde::Serialize;
use shared_types::{ConversationId, Seq, ws::Event};

use super::Book;
use crate::{
    chunk::Round,
    relay::{Arrival, Relay},
};

/// A round of one conversation is handed on once it is so long, so that no chunk is much longer.
const ROUND_BYTES: usize = 64 * 1024;

/// An `event` frame around an event of somebody else's.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Shared<'a> {
    Event { event: &'a Event },
}

impl Book {
    /// Hands on what is next in order.
    pub(super) fn arrive(&mut self, conversation: ConversationId, seq: Seq, arrival: Arrival) {
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        if seq <= relay.delivered {
            let (gained, _) = arrival.memberships();
            return self.begin_too_late(conversation, seq, gained);
        }
        let mut next = relay.accept(seq, arrival);
        while let Some(arrival) = next {
            self.hand_on(conversation, &arrival);
            next = self.relays.get_mut(&conversation).and_then(Relay::unpark);
        }
        if self.relays.get(&conversation).is_some_and(Relay::has_hole) {
            self.holes.insert(conversation);
        } else if !self.holes.is_empty() {
            self.holes.remove(&conversation);
        }
    }

    /// The event that the relay has just counted as delivered.
    pub(super) fn hand_on(&mut self, conversation: ConversationId, arrival: &Arrival) {
        let (gained, lost) = arrival.memberships();
        if !gained.is_empty() || !lost.is_empty() {
            // What came before this event goes to those who were members then, and to nobody else.
            self.flush_one(conversation);
            let Some(seq) = self.relays.get(&conversation).map(|relay| relay.delivered) else { return };
            for user in lost {
                self.end_watching(*user, conversation, seq);
            }
            for user in gained {
                self.begin_watching(*user, conversation, seq);
            }
        }
        let beat = self.beat;
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        relay.moved = beat.max(1);
        if relay.sockets.is_empty() {
            return;
        }
        if !arrival.hidden_from().is_empty() {
            return self.hand_on_in_part(conversation, arrival);
        }
        if relay.round.is_empty() {
            self.round.push(conversation);
        }
        relay.round.add(relay.delivered, &Shared::Event { event: arrival.event() });
        if relay.round.len() >= ROUND_BYTES {
            self.flush_one(conversation);
        }
    }

    /// An event that speaks of something from before some of the members came. They are told its place alone, so that no
    /// hole is left.
    pub(super) fn hand_on_in_part(&mut self, conversation: ConversationId, arrival: &Arrival) {
        self.flush_one(conversation);
        let Some(relay) = self.relays.get(&conversation) else { return };
        let seq = relay.delivered;
        let chunk = |event: &Event| {
            let mut alone = Round::default();
            alone.add(seq, &Shared::Event { event });
            alone.take(conversation)
        };
        let (Some(whole), Some(hidden)) = (chunk(arrival.event()), chunk(&Event::Hidden { seq })) else { return };
        self.deliveries += relay.sockets.len() as u64;
        for socket in relay.sockets.iter().filter_map(|slot| self.sockets.get(*slot as usize)) {
            socket.line.push(if arrival.hidden_from().contains(&socket.me.user_id) { &hidden } else { &whole });
        }
    }

    pub(super) fn flush_one(&mut self, conversation: ConversationId) {
        let Some(relay) = self.relays.get_mut(&conversation) else { return };
        let Some(chunk) = relay.round.take(conversation) else { return };
        self.deliveries += (chunk.events() * relay.sockets.len()) as u64;
        for slot in &relay.sockets {
            if let Some(socket) = self.sockets.get(*slot as usize) {
                socket.line.push(&chunk);
            }
        }
    }

    pub(super) fn want_log(&mut self, conversation: ConversationId) {
        if let Some(relay) = self.relays.get_mut(&conversation).filter(|relay| !relay.is_reading) {
            relay.is_reading = true;
            self.wanted.push((conversation, relay.delivered));
        }
    }
}
