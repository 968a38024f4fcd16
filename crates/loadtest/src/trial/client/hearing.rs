//! What a socket tells, and what its end means.

use std::time::Duration;

use shared_types::{
    ConversationId, ErrorBody, Seq,
    conversation::Conversation,
    message::ReadPosition,
    ws::{Event, Resume, ResumePosition, ServerFrame},
};
use tokio::time::Instant;

use super::{super::scribe, Client, Done, Line};
use crate::{
    check::{Base, Counts, Glimpse, Micros, Stream},
    socket::{First, Lost, Socket, is_of_identity, is_passing},
};

impl Client {
    pub(super) fn connect(&mut self) {
        self.is_connecting = true;
        let number = self.cast.next_line();
        let opened = self.cast.now();
        let known = self.places.iter().filter(|place| place.applied > 0).map(|place| ResumePosition {
            conversation_id: place.venue.id,
            seq: Seq(place.applied),
            read_seq: Seq(place.read.0),
            read_rev: place.read.1,
        });
        let positions: Vec<_> = known.collect();
        let resumes = !positions.is_empty() && self.chance.happens(700);
        let resume = resumes.then_some(Resume { positions, since: self.since });
        let caller = self.caller.clone();
        self.calls.spawn(async move {
            let outcome = Socket::open_from(caller.server(), &caller.token, resume).await;
            Done::Line { number, opened, outcome: Box::new(outcome) }
        });
    }

    pub(super) fn connected(&mut self, number: u32, opened: Micros, outcome: Result<(Socket, First), Lost>) {
        self.is_connecting = false;
        let (socket, first) = match outcome {
            Ok(opened) => opened,
            Err(lost) => {
                if matches!(lost, Lost::Unauthenticated) {
                    self.renew();
                }
                self.connect_at = Instant::now() + Duration::from_millis(30 + self.chance.below(300));
                return;
            }
        };
        self.notes.tally.connected += 1;
        self.line = Some(Line { socket, number, opened });
        match first {
            First::Ready(ready) => {
                self.since = ready.now;
                for conversation in &ready.list.conversations {
                    self.begin_anew(conversation, number, opened);
                }
            }
            First::Resumed(resumed) => {
                self.notes.tally.resumed += 1;
                self.since = resumed.now;
                let anew: Vec<ConversationId> = resumed.conversations.iter().map(|conversation| conversation.id).collect();
                for room in 0..self.places.len() {
                    let (id, applied) = (self.places[room].venue.id, self.places[room].applied);
                    if applied > 0 && !anew.contains(&id) && !resumed.gone.contains(&id) {
                        self.begin_stream(room, number, opened, Base::After(applied));
                    }
                }
                for conversation in &resumed.conversations {
                    self.begin_anew(conversation, number, opened);
                }
                for position in &resumed.positions {
                    self.count(position);
                }
            }
        }
    }

    /// A snapshot: the stream goes on after its head, and what lies before it is read.
    fn begin_anew(&mut self, conversation: &Conversation, line: u32, opened: Micros) {
        let Some(&room) = self.by_id.get(&conversation.id) else { return };
        self.note_conversation(room, conversation, opened);
        let (applied, head) = (self.places[room].applied, conversation.head_seq.0);
        self.begin_stream(room, line, opened, Base::After(head));
        self.places[room].applied = head;
        if applied > 0 && applied < head {
            self.read_log(room, applied);
        }
    }

    fn begin_stream(&mut self, room: usize, line: u32, opened: Micros, base: Base) {
        let now = self.cast.now();
        let notes = &mut self.notes.rooms[room];
        notes.close_stream(now);
        notes.streams.push(Stream { who: self.who, line, opened, ready: now, closed: Micros::MAX, base, seen: Vec::new() });
    }

    /// Let in, as an answer or an event tells: the stream begins with the event that let them in.
    pub(super) fn admitted(&mut self, room: usize) {
        let Some((line, opened)) = self.line.as_ref().map(|line| (line.number, line.opened)) else { return };
        if self.naps_until.is_none() && self.notes.rooms[room].open_stream().is_none() {
            self.begin_stream(room, line, opened, Base::Admission);
        }
    }

    pub(super) fn heard(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Event { event } => self.event(&event),
            ServerFrame::Ack { nonce, message } => {
                if let Some(said) = self.said.remove(&nonce.0.as_u128()) {
                    self.acknowledged(said.job, said.began, Some(said.line), said.is_first, &message);
                }
            }
            ServerFrame::Error { error, nonce } => self.refused(&error, nonce.map(|nonce| nonce.0.as_u128())),
            ServerFrame::Gone { conversation_id } => {
                if let Some(&room) = self.by_id.get(&conversation_id) {
                    let now = self.cast.now();
                    self.notes.rooms[room].close_stream(now);
                }
            }
            ServerFrame::Read { position } => self.count(&position),
            ServerFrame::Heads { now, .. } => self.since = now,
            ServerFrame::Resync {} => self.resync(),
            _ => {}
        }
    }

    fn event(&mut self, event: &Event) {
        let Some(&room) = event.message().and_then(|message| self.by_id.get(&message.conversation_id)) else { return };
        self.admitted(room);
        let (entry, at) = (scribe::entry(&self.cast, event), self.cast.now());
        let place = &mut self.places[room];
        place.applied = place.applied.max(entry.seq);
        self.notes.tally.delivered += 1;
        if let Some(stream) = self.notes.rooms[room].open_stream() {
            stream.seen.push((at, entry));
        }
    }

    /// Frames were dropped: the streams begin anew, wherever that is, and the log is read.
    fn resync(&mut self) {
        self.notes.tally.resyncs += 1;
        let Some((line, opened)) = self.line.as_ref().map(|line| (line.number, line.opened)) else { return };
        for room in 0..self.places.len() {
            if self.notes.rooms[room].open_stream().is_some() {
                self.begin_stream(room, line, opened, Base::Anywhere);
                self.read_log(room, self.places[room].applied);
            }
        }
    }

    fn count(&mut self, position: &ReadPosition) {
        let Some(&room) = self.by_id.get(&position.conversation_id) else { return };
        self.places[room].read = (position.read_seq.0, position.read_rev);
        self.notes.rooms[room].counts.push(Counts {
            who: self.who,
            head: position.head_seq.0,
            read: position.read_seq.0,
            unread: u64::from(position.unread),
            mentions: Some(u64::from(position.mentions)),
            members: None,
        });
    }

    pub(super) fn note_conversation(&mut self, room: usize, conversation: &Conversation, began: Micros) {
        self.places[room].read = (conversation.read_seq.0, conversation.read_rev);
        let at = self.cast.now();
        let notes = &mut self.notes.rooms[room];
        notes.counts.push(Counts {
            who: self.who,
            head: conversation.head_seq.0,
            read: conversation.read_seq.0,
            unread: u64::from(conversation.unread),
            mentions: Some(u64::from(conversation.mentions)),
            members: Some(u64::from(conversation.member_count)),
        });
        if let Some(text) = conversation.last_message.as_ref().and_then(|message| scribe::text(&self.cast, message)) {
            notes.glimpses.push(Glimpse { who: self.who, began, at, mark: text.mark });
        }
    }

    fn refused(&mut self, error: &ErrorBody, nonce: Option<u128>) {
        let Some(said) = nonce.and_then(|nonce| self.said.remove(&nonce)) else { return };
        if is_passing(error.code) {
            let pause = Duration::from_millis(50 + self.chance.below(200));
            self.retry(said.job, pause);
        } else if is_of_identity(error.code) {
            self.retry(said.job, Duration::from_millis(50));
            self.lost_line(&Lost::Unauthenticated);
        } else {
            self.refused_for_good(said.job);
        }
    }

    /// The socket is gone; what was said on it is said again on the next one, or as a request.
    pub(super) fn lost_line(&mut self, lost: &Lost) {
        if matches!(lost, Lost::Unauthenticated) {
            self.renew();
        }
        self.line = None;
        self.naps_until = None;
        self.connect_at = Instant::now() + Duration::from_millis(self.chance.below(100));
        let now = self.cast.now();
        self.notes.rooms.iter_mut().for_each(|room| room.close_stream(now));
        let jobs: Vec<_> = self.said.drain().map(|(_, said)| said.job).collect();
        for job in jobs {
            let pause = Duration::from_millis(self.chance.below(50));
            self.retry(job, pause);
        }
    }

    /// Reads nothing for a while, as a client in a tunnel does. What comes meanwhile is late by its own fault.
    pub(super) fn nap(&mut self, length: Duration) {
        self.naps_until = Some(Instant::now() + length);
        let now = self.cast.now();
        let rooms = self.notes.rooms.iter_mut().enumerate();
        self.napping = rooms.filter_map(|(at, room)| room.open_stream().map(|stream| stream.closed = now).map(|()| at)).collect();
    }

    /// The streams go on where they broke off.
    pub(super) fn wake(&mut self) {
        self.naps_until = None;
        for room in std::mem::take(&mut self.napping) {
            let Some(last) = self.notes.rooms[room].streams.last() else { continue };
            let (line, opened) = (last.line, last.opened);
            let base = last.seen.last().map_or(last.base, |(_, entry)| Base::After(entry.seq));
            self.begin_stream(room, line, opened, base);
        }
    }
}
