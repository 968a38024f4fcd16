//! Acts and their tries: an act is tried again until somebody says what became of it.

use std::time::Duration;

use reqwest::Method;
use shared_types::{
    ConversationId, MessageId, Nonce,
    member::AddMembers,
    message::{EditMessage, Message, SendMessage},
    route,
    text::MessageBody,
    ws::ClientFrame,
};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{
    super::{call::Answer, scribe},
    Client, Done, Job, Mine, Said, Standing,
};
use crate::{
    check::{Ack, Act, Deed, Glimpse, Mark, Micros, Outcome},
    socket::Lost,
};

/// Own messages that are remembered, to be edited, deleted or sent again.
const REMEMBERED: usize = 64;
/// How long a write to a socket may take.
const WRITING: Duration = Duration::from_secs(5);

impl Client {
    pub(super) fn begin(&mut self, room: usize, deed: Deed) -> Job {
        let act = Act { who: self.who, deed, invoked: self.cast.now(), returned: Micros::MAX, outcome: Outcome::Unknown, acks: Vec::new() };
        let acts = &mut self.notes.rooms[room].acts;
        acts.push(act);
        self.open_jobs += 1;
        Job { room, act: acts.len() - 1 }
    }

    pub(super) fn retry(&mut self, job: Job, pause: Duration) {
        if self.is_open(job) {
            self.retries.push((Instant::now() + pause, job));
        }
    }

    /// Whether this try is the first.
    fn count_try(&mut self, job: Job) -> bool {
        let tries = self.tries.entry(job).or_default();
        *tries += 1;
        self.notes.tally.retried += u64::from(*tries > 1);
        *tries == 1
    }

    pub(super) async fn try_again(&mut self, job: Job) {
        if !self.is_open(job) {
            return;
        }
        match self.deed(job) {
            Deed::Send { mark, nonce } => {
                if self.line.is_some() && self.naps_until.is_none() && self.chance.happens(750) {
                    self.say(job, mark, nonce).await;
                } else {
                    self.post(job, mark, nonce);
                }
            }
            _ => self.call(job),
        }
    }

    async fn say(&mut self, job: Job, mark: Mark, nonce: u128) {
        let is_first = self.count_try(job);
        let Some(line) = &mut self.line else { return };
        let frame = ClientFrame::Send {
            conversation_id: self.places[job.room].venue.id,
            nonce: Nonce(Uuid::from_u128(nonce)),
            body: body(&self.cast.text(mark)),
        };
        self.said.insert(nonce, Said { job, began: self.cast.now(), line: line.number, is_first });
        let written = timeout(WRITING, line.socket.say(&frame)).await;
        if !matches!(written, Ok(Ok(()))) {
            self.lost_line(&Lost::Cut("a write failed".to_owned()));
        }
    }

    pub(super) fn post(&mut self, job: Job, mark: Mark, nonce: u128) {
        self.count_try(job);
        let message = SendMessage { nonce: Nonce(Uuid::from_u128(nonce)), body: body(&self.cast.text(mark)) };
        let path = route::path(route::MESSAGES, &[&self.places[job.room].venue.id]);
        let (caller, began) = (self.caller.clone(), self.cast.now());
        self.calls.spawn(async move { Done::Sent { job, began, answer: caller.write(Method::POST, &path, &message).await } });
    }

    /// Everything that is no message.
    pub(super) fn call(&mut self, job: Job) {
        self.count_try(job);
        let id = self.places[job.room].venue.id;
        let mut caller = self.caller.clone();
        match self.deed(job) {
            Deed::Send { .. } | Deed::Clash { .. } => {}
            Deed::Edit { mark } => {
                let edit = EditMessage { body: body(&self.cast.text(mark)), version: None };
                let path = self.message_path(id, job.room, mark);
                self.calls.spawn(async move { Done::Amended { job, answer: caller.write(Method::PATCH, &path, &edit).await } });
            }
            Deed::Delete { mark } => {
                let path = self.message_path(id, job.room, mark);
                self.calls.spawn(async move { Done::Amended { job, answer: caller.write(Method::DELETE, &path, &()).await } });
            }
            Deed::Gain { whom } => {
                let user = self.cast.id(whom);
                if self.places[job.room].venue.is_public {
                    let path = route::path(route::JOIN_CONVERSATION, &[&id]);
                    self.calls.spawn(async move { Done::Moved { job, answer: caller.write(Method::POST, &path, &()).await } });
                } else {
                    caller.token = self.keeper_token();
                    let path = route::path(route::MEMBERS, &[&id]);
                    let add = AddMembers { user_ids: vec![user], with_history: true };
                    self.calls.spawn(async move { Done::Moved { job, answer: caller.write(Method::POST, &path, &add).await } });
                }
            }
            Deed::Lose { whom } => {
                let is_removed = job.act.is_multiple_of(2);
                let (method, path) = if is_removed {
                    caller.token = self.keeper_token();
                    (Method::DELETE, route::path(route::MEMBER, &[&id, &self.cast.id(whom)]))
                } else {
                    (Method::POST, route::path(route::LEAVE, &[&id]))
                };
                self.calls.spawn(async move { Done::Moved { job, answer: caller.write(method, &path, &()).await } });
            }
        }
    }

    fn message_path(&self, id: ConversationId, room: usize, mark: Mark) -> String {
        let message = self.places[room].mine.iter().find(|mine| mine.mark.is_of(mark)).map_or(0, |mine| mine.message);
        route::path(route::MESSAGE, &[&id, &MessageId(Uuid::from_u128(message))])
    }

    pub(super) fn acknowledged(&mut self, job: Job, began: Micros, line: Option<u32>, is_first: bool, message: &Message) {
        let at = self.cast.now();
        let is_open = self.is_open(job);
        let notes = &mut self.notes.rooms[job.room];
        let ack = Ack { began, at, line, is_first: is_first && is_open, seq: message.seq.0, message: message.id.0.as_u128() };
        notes.acts[job.act].acks.push(ack);
        if let Some(text) = scribe::text(&self.cast, message) {
            notes.glimpses.push(Glimpse { who: self.who, began, at, mark: text.mark });
        }
        if !is_open {
            return;
        }
        self.notes.tally.acked += 1;
        self.resolve(job, Outcome::Ok);
        let Deed::Send { mark, nonce } = self.deed(job) else { return };
        let mine = &mut self.places[job.room].mine;
        if mine.len() == REMEMBERED
            && let Some(oldest) = mine.iter().position(|mine| !mine.is_busy)
        {
            mine.remove(oldest);
        }
        if mine.len() < REMEMBERED {
            mine.push(Mine { mark, nonce, message: message.id.0.as_u128(), is_busy: false });
        }
    }

    fn resolve(&mut self, job: Job, outcome: Outcome) {
        let now = self.cast.now();
        let act = &mut self.notes.rooms[job.room].acts[job.act];
        act.outcome = outcome;
        if outcome != Outcome::Unknown {
            act.returned = now;
        }
        self.open_jobs = self.open_jobs.saturating_sub(1);
    }

    pub(super) fn refused_for_good(&mut self, job: Job) {
        if self.is_open(job) {
            self.resolve(job, Outcome::Refused);
        }
    }

    pub(super) fn sent(&mut self, job: Job, began: Micros, answer: Answer<Message>) {
        match answer {
            Answer::Ok(message) => self.acknowledged(job, began, None, false, &message),
            Answer::Refused(..) => self.refused_for_good(job),
            unclear => self.not_yet(job, &unclear),
        }
    }

    /// Tried again after a pause.
    fn not_yet<T>(&mut self, job: Job, answer: &Answer<T>) {
        if matches!(answer, Answer::Expired) {
            self.renew();
        }
        let pause = match answer {
            Answer::Later(pause) => *pause,
            _ => Duration::ZERO,
        };
        let jitter = Duration::from_millis(30 + self.chance.below(150));
        self.retry(job, pause + jitter);
    }

    pub(super) fn clashed(&mut self, job: Job, answer: &Answer<Message>) {
        self.resolve(
            job,
            match answer {
                Answer::Ok(_) => Outcome::Ok,
                Answer::Refused(..) => Outcome::Refused,
                _ => Outcome::Unknown,
            },
        );
    }

    pub(super) fn amended<T>(&mut self, job: Job, answer: &Answer<T>) {
        let deed = self.deed(job);
        let (Deed::Edit { mark } | Deed::Delete { mark }) = deed else { return };
        let is_edit = matches!(deed, Deed::Edit { .. });
        let mine = self.places[job.room].mine.iter_mut().find(|mine| mine.mark.is_of(mark));
        match answer {
            Answer::Ok(_) => {
                if let Some(mine) = mine.filter(|_| is_edit) {
                    (mine.mark, mine.is_busy) = (mark, false);
                }
                let tally = &mut self.notes.tally;
                *(if is_edit { &mut tally.edited } else { &mut tally.deleted }) += 1;
                self.resolve(job, Outcome::Ok);
            }
            // An earlier try may have done it, before the message went out of reach: nobody knows, and it is left alone.
            Answer::Refused(..) if self.tries.get(&job).is_some_and(|tries| *tries > 1) => self.resolve(job, Outcome::Unknown),
            Answer::Refused(..) => {
                if let Some(mine) = mine {
                    mine.is_busy = false;
                }
                self.resolve(job, Outcome::Refused);
            }
            unclear => self.not_yet(job, unclear),
        }
    }

    pub(super) fn moved<T>(&mut self, job: Job, answer: &Answer<T>) {
        let is_gain = matches!(self.deed(job), Deed::Gain { .. });
        let is_in = match answer {
            Answer::Ok(_) => {
                self.notes.tally.moved += 1;
                self.resolve(job, Outcome::Ok);
                is_gain
            }
            // An earlier try may have done it, and whoever is not there cannot be removed: either way they are out.
            Answer::Refused(..) => {
                self.resolve(job, Outcome::Unknown);
                false
            }
            unclear => return self.not_yet(job, unclear),
        };
        self.places[job.room].standing = if is_in { Standing::In } else { Standing::Out };
        if is_in {
            self.admitted(job.room);
        }
    }
}

fn body(text: &str) -> MessageBody {
    MessageBody::try_from(text).expect("the texts of marks keep the rules for messages; a test of theirs shows it")
}
