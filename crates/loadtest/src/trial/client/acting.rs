//! What a person does next, drawn by chance.

use std::time::Duration;

use reqwest::Method;
use shared_types::{
    Nonce, Seq,
    message::{MessagePage, SendMessage},
    page::{EventsQuery, HistoryQuery},
    route,
    text::MessageBody,
    ws::{ClientFrame, EventPage},
};
use uuid::Uuid;

use super::{
    super::{call::Answer, device, scribe},
    Client, Done, Job, Mine, Standing,
};
use crate::{
    check::{Deed, Entry, Mark, Micros, Page, PageKind},
    clock,
    socket::Lost,
};

/// Forgotten sockets that one person leaves behind.
const FORGOTTEN: usize = 2;
const LOG_PAGE: u32 = 200;

/// A stretch of a room as an answer told it.
#[derive(Debug)]
pub enum Stretch {
    Log(EventPage),
    History(MessagePage),
}

impl Client {
    /// One act in one room.
    pub(super) async fn act(&mut self) {
        let room = self.chance.index(self.places.len());
        match self.places.get(room).map(|place| place.standing) {
            Some(Standing::In) => self.act_as_member(room).await,
            Some(Standing::Out) => self.act_as_stranger(room),
            Some(Standing::Moving) | None => {}
        }
    }

    async fn act_as_member(&mut self, room: usize) {
        if self.chance.below(10_000) < 55 * self.manners.churn {
            return self.come_or_go(room);
        }
        match self.chance.below(10_000) {
            0..400 => self.edit(room),
            400..600 => self.delete(room),
            600..750 => self.read_somewhere(room),
            750..850 => self.look(room),
            850..1_100 => self.mark_read(room).await,
            1_100..1_200 => self.send_twice(room),
            1_200..1_230 => self.clash(room),
            1_230..1_290 => self.send_again(room),
            1_290..1_292 => self.use_another_device(),
            _ => {
                let (job, _, _) = self.new_message(room);
                self.try_again(job).await;
            }
        }
    }

    fn come_or_go(&mut self, room: usize) {
        match self.chance.below(11) {
            0..4 => self.go(room),
            4..9 => self.hang_up(),
            9 => self.nap_if_awake(),
            _ => self.forget_line(),
        }
    }

    fn act_as_stranger(&mut self, room: usize) {
        match self.chance.below(1_000) {
            0..40 => {
                self.places[room].standing = Standing::Moving;
                let job = self.begin(room, Deed::Gain { whom: self.who });
                self.call(job);
            }
            // Asks for what is none of their business.
            40..60 => self.read_somewhere(room),
            60..70 => self.look(room),
            _ => {}
        }
    }

    fn new_message(&mut self, room: usize) -> (Job, Mark, u128) {
        let mark = Mark { author: self.who, number: self.next_number, version: 0 };
        self.next_number += 1;
        let nonce = clock::nonce().0.as_u128();
        (self.begin(room, Deed::Send { mark, nonce }), mark, nonce)
    }

    /// The same message twice at the same time.
    fn send_twice(&mut self, room: usize) {
        let (job, mark, nonce) = self.new_message(room);
        self.post(job, mark, nonce);
        self.post(job, mark, nonce);
    }

    /// A message that was acknowledged before, and may have been edited or deleted since.
    fn send_again(&mut self, room: usize) {
        let Some(mine) = self.some_message(room) else { return };
        let deed = Deed::Send { mark: Mark { version: 0, ..mine.mark }, nonce: mine.nonce };
        let act = self.notes.rooms[room].acts.iter().position(|act| act.deed == deed);
        if let Some(act) = act {
            self.post(Job { room, act }, Mark { version: 0, ..mine.mark }, mine.nonce);
        }
    }

    /// Another message under a nonce that was used.
    fn clash(&mut self, room: usize) {
        let Some(mine) = self.some_message(room) else { return };
        let Ok(body) = MessageBody::try_from(format!("not what {:032x} was", mine.nonce)) else { return };
        let job = self.begin(room, Deed::Clash { nonce: mine.nonce });
        let message = SendMessage { nonce: Nonce(Uuid::from_u128(mine.nonce)), body };
        let path = route::path(route::MESSAGES, &[&self.places[room].venue.id]);
        let caller = self.caller.clone();
        self.calls.spawn(async move { Done::Clashed { job, answer: caller.write(Method::POST, &path, &message).await } });
    }

    fn edit(&mut self, room: usize) {
        if let Some(mine) = self.some_message_to_change(room) {
            let job = self.begin(room, Deed::Edit { mark: mine.mark.edited() });
            self.call(job);
        }
    }

    fn delete(&mut self, room: usize) {
        if let Some(mine) = self.some_message_to_change(room) {
            let job = self.begin(room, Deed::Delete { mark: mine.mark });
            self.call(job);
        }
    }

    fn some_message(&mut self, room: usize) -> Option<Mine> {
        let mine = &self.places[room].mine;
        mine.get(self.chance.index(mine.len())).copied()
    }

    /// Nobody else touches it from here on.
    fn some_message_to_change(&mut self, room: usize) -> Option<Mine> {
        let mine = &mut self.places[room].mine;
        let index = self.chance.index(mine.len());
        let found = mine.get_mut(index).filter(|mine| !mine.is_busy)?;
        found.is_busy = true;
        Some(*found)
    }

    pub(super) fn go(&mut self, room: usize) {
        self.places[room].standing = Standing::Moving;
        let job = self.begin(room, Deed::Lose { whom: self.who });
        self.call(job);
    }

    fn hang_up(&mut self) {
        if self.line.is_some() {
            self.lost_line(&Lost::Cut("hung up".to_owned()));
        }
    }

    fn nap_if_awake(&mut self) {
        if self.line.is_some() && self.naps_until.is_none() {
            let length = Duration::from_millis(200 + self.chance.below(2_500));
            self.nap(length);
        }
    }

    /// Leaves the socket open and never looks at it again.
    fn forget_line(&mut self) {
        if let Some(line) = self.line.take() {
            self.forgotten.push(line.socket);
            if self.forgotten.len() > FORGOTTEN {
                self.forgotten.remove(0);
            }
            self.lost_line(&Lost::Cut("forgotten".to_owned()));
        }
    }

    fn use_another_device(&mut self) {
        let (cast, person, caller) = (self.cast.clone(), self.person.clone(), self.caller.clone());
        self.calls.spawn(async move { Done::Device(device::open_and_end(&cast, person, caller).await) });
    }

    async fn mark_read(&mut self, room: usize) {
        let back = self.chance.below(20);
        let Some(line) = &mut self.line else { return };
        let place = &self.places[room];
        let seq = Seq(place.applied.saturating_sub(back));
        let frame = ClientFrame::Read { conversation_id: place.venue.id, seq, rev: None };
        if line.socket.say(&frame).await.is_err() {
            self.lost_line(&Lost::Cut("a write failed".to_owned()));
        }
    }

    fn read_somewhere(&mut self, room: usize) {
        let through = self.places[room].applied;
        if self.chance.happens(500) {
            let after = self.chance.below(through + 2);
            return self.read_log(room, after);
        }
        let limit = Some(1 + u32::try_from(self.chance.below(100)).unwrap_or(0));
        let place = Some(Seq(self.chance.below(through + 2)));
        let query = match self.chance.below(4) {
            0 => HistoryQuery { limit, ..HistoryQuery::default() },
            1 => HistoryQuery { before: place, limit, ..HistoryQuery::default() },
            2 => HistoryQuery { after: place, limit, ..HistoryQuery::default() },
            _ => HistoryQuery { around: place, limit, ..HistoryQuery::default() },
        };
        let path = route::path(route::MESSAGES, &[&self.places[room].venue.id]);
        let (caller, began) = (self.caller.clone(), self.cast.now());
        let kind = PageKind::History { after: 0, through: 0 };
        self.calls.spawn(async move {
            let page = match caller.get(&path, &query).await {
                Answer::Ok(page) => Some(Stretch::History(page)),
                _ => None,
            };
            Done::Page { room, began, kind, page }
        });
    }

    pub(super) fn read_log(&mut self, room: usize, after: u64) {
        let path = route::path(route::EVENTS, &[&self.places[room].venue.id]);
        let (caller, began) = (self.caller.clone(), self.cast.now());
        let kind = PageKind::Log { after, limit: u64::from(LOG_PAGE) };
        self.calls.spawn(async move {
            let page = match caller.get(&path, &EventsQuery { after: Seq(after), limit: Some(LOG_PAGE) }).await {
                Answer::Ok(page) => Some(Stretch::Log(page)),
                _ => None,
            };
            Done::Page { room, began, kind, page }
        });
    }

    pub(super) fn look(&mut self, room: usize) {
        let path = route::path(route::CONVERSATION, &[&self.places[room].venue.id]);
        let (caller, began) = (self.caller.clone(), self.cast.now());
        self.calls.spawn(async move {
            let conversation = match caller.get(&path, &()).await {
                Answer::Ok(conversation) => Some(conversation),
                _ => None,
            };
            Done::Looked { room, began, conversation }
        });
    }

    fn page(&mut self, room: usize, began: Micros, kind: PageKind, stretch: &Stretch) {
        let ended = self.cast.now();
        let (kind, head, entries): (_, _, Vec<Entry>) = match stretch {
            Stretch::Log(page) => (kind, page.head_seq.0, page.events.iter().map(|event| scribe::entry(&self.cast, event)).collect()),
            Stretch::History(page) => (
                PageKind::History { after: page.after.0, through: page.through.0 },
                page.head_seq.0,
                page.messages.iter().map(|message| scribe::said(&self.cast, message)).collect(),
            ),
        };
        self.notes.tally.pages += 1;
        self.notes.rooms[room].pages.push(Page { who: self.who, began, ended, kind, head, entries });
    }

    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Line { number, opened, outcome } => self.connected(number, opened, *outcome),
            Done::Sent { job, began, answer } => self.sent(job, began, answer),
            Done::Amended { job, answer } => self.amended(job, &answer),
            Done::Moved { job, answer } => self.moved(job, &answer),
            Done::Clashed { job, answer } => self.clashed(job, &answer),
            Done::Page { room, began, kind, page } => {
                if let Some(page) = page {
                    self.page(room, began, kind, &page);
                }
            }
            Done::Looked { room, began, conversation } => {
                if let Some(conversation) = conversation {
                    self.note_conversation(room, &conversation, began);
                }
            }
            Done::Device(ended) => self.notes.sessions.extend(ended),
            Done::Renewed(token) => {
                self.is_renewing = false;
                if let Some(token) = token {
                    self.caller.token = token;
                    self.token_since = tokio::time::Instant::now();
                }
            }
        }
    }
}
