//! One person of a trial: acts at random, reconnects, retries, and writes everything down.

mod acting;
mod hearing;
mod trying;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use shared_types::{ConversationId, Timestamp, conversation::Conversation, message::Message, ws::ServerFrame};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::{
    call::{Answer, Caller},
    cast::{Cast, LONG_AGO},
    chance::Chance,
    notes::{Notes, RoomNotes},
};
use crate::{
    check::{Deed, EndedSession, Mark, Micros, Outcome, PageKind, Who},
    person::Person,
    socket::{First, Lost, Socket},
};

/// How often a client that waits looks whether something is overdue.
const GLANCE: Duration = Duration::from_millis(10);
/// Nobody waits longer than this for the last answers of a round.
const SETTLING: Duration = Duration::from_mins(1);
/// Tokens are renewed at the start of a round when they are older than this.
const TOKEN_AGE: Duration = Duration::from_mins(5);

/// How everybody behaves.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Acts that one person has under way at once.
    pub window: usize,
    /// Between two acts of one person.
    pub period: Duration,
    /// How much coming and going there is; 1 is a little.
    pub churn: u64,
    /// How long an answer is waited for before the next try.
    pub patience: Duration,
    /// How long a client waits at the end for events that do not come.
    pub tail: Duration,
}

/// Where a round stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    Talk,
    /// Nothing new is begun; what is under way is finished.
    Settle,
    /// The heads of all rooms: whoever is connected hears everything up to them.
    Tail(Arc<Vec<u64>>),
}

/// A room of the round, as everybody knows it beforehand.
#[derive(Clone, Debug)]
pub struct Venue {
    pub id: ConversationId,
    pub is_public: bool,
    /// Who is in it from the start.
    pub members: Vec<Who>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    In,
    Out,
    /// On the way in or out.
    Moving,
}

/// A room as this person knows it.
struct Place {
    venue: Venue,
    standing: Standing,
    /// The last event that a stream told.
    applied: u64,
    read: (u64, u32),
    mine: Vec<Mine>,
}

/// A message of one's own that is in the log.
#[derive(Clone, Copy)]
struct Mine {
    mark: Mark,
    nonce: u128,
    message: u128,
    /// Being edited or deleted, or deleted.
    is_busy: bool,
}

struct Line {
    socket: Socket,
    number: u32,
    /// When it said who it is.
    opened: Micros,
}

/// An act of this person's notes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Job {
    room: usize,
    act: usize,
}

/// A message on its way over a socket.
struct Said {
    job: Job,
    began: Micros,
    line: u32,
    is_first: bool,
}

enum Done {
    Line { number: u32, opened: Micros, outcome: Box<Result<(Socket, First), Lost>> },
    Sent { job: Job, began: Micros, answer: Answer<Message> },
    Amended { job: Job, answer: Answer<Value> },
    Moved { job: Job, answer: Answer<Value> },
    Clashed { job: Job, answer: Answer<Message> },
    Page { room: usize, began: Micros, kind: PageKind, page: Option<acting::Stretch> },
    Looked { room: usize, began: Micros, conversation: Option<Box<Conversation>> },
    Device(Option<EndedSession>),
    Renewed(Option<String>),
}

pub struct Client {
    cast: Arc<Cast>,
    manners: Manners,
    pub who: Who,
    person: Person,
    caller: Caller,
    token_since: Instant,
    is_renewing: bool,
    keeper_token: Arc<Mutex<String>>,
    chance: Chance,
    line: Option<Line>,
    is_connecting: bool,
    connect_at: Instant,
    /// Sockets that were forgotten without a word, as when a laptop is shut.
    forgotten: Vec<Socket>,
    /// Until then nothing is read; and the rooms whose streams broke off for it.
    naps_until: Option<Instant>,
    napping: Vec<usize>,
    next_number: u32,
    since: Timestamp,
    places: Vec<Place>,
    by_id: HashMap<ConversationId, usize>,
    notes: Notes,
    said: HashMap<u128, Said>,
    retries: Vec<(Instant, Job)>,
    tries: HashMap<Job, u32>,
    open_jobs: usize,
    calls: JoinSet<Done>,
}

impl Client {
    pub fn new(
        cast: Arc<Cast>,
        manners: Manners,
        person: Person,
        caller: Caller,
        keeper_token: Arc<Mutex<String>>,
        chance: Chance,
    ) -> Self {
        let now = Instant::now();
        Self {
            who: cast.who(person.id()),
            cast,
            manners,
            person,
            caller,
            token_since: now,
            is_renewing: false,
            keeper_token,
            chance,
            line: None,
            is_connecting: false,
            connect_at: now,
            forgotten: Vec::new(),
            naps_until: None,
            napping: Vec::new(),
            next_number: 0,
            since: LONG_AGO,
            places: Vec::new(),
            by_id: HashMap::new(),
            notes: Notes::default(),
            said: HashMap::new(),
            retries: Vec::new(),
            tries: HashMap::new(),
            open_jobs: 0,
            calls: JoinSet::new(),
        }
    }

    /// Takes part in one round, and hands over what was noted.
    pub async fn play(
        mut self,
        venues: Vec<Venue>,
        mut phase: watch::Receiver<Phase>,
        idle: tokio::sync::mpsc::Sender<Who>,
    ) -> (Self, Notes) {
        self.take_seat(venues);
        let mut next_act = Instant::now();
        let (mut settle_by, mut tail_by) = (None, None);
        let mut is_told = false;
        loop {
            let now = Instant::now();
            let stage = phase.borrow().clone();
            match &stage {
                Phase::Talk => {
                    let mut acts = 0;
                    while now >= next_act && self.open_jobs < self.manners.window && acts < 8 {
                        self.act().await;
                        next_act += self.manners.period;
                        acts += 1;
                    }
                    // A window that was full for long is not made up for by a burst.
                    next_act = next_act.max(now.checked_sub(Duration::from_millis(100)).unwrap_or(now));
                }
                Phase::Settle => {
                    let by = *settle_by.get_or_insert(now + SETTLING);
                    if !is_told && (self.is_idle() || now > by) {
                        is_told = true;
                        let _ = idle.send(self.who).await;
                    }
                }
                Phase::Tail(heads) => {
                    let by = *tail_by.get_or_insert(now + self.manners.tail);
                    if self.has_heard(heads) || now > by {
                        break;
                    }
                }
            }
            self.keep_up(&stage).await;
            let wake = if stage == Phase::Talk && self.open_jobs < self.manners.window { next_act.min(now + GLANCE) } else { now + GLANCE };
            let is_reading = self.naps_until.is_none();
            tokio::select! {
                biased;
                frame = hear(&mut self.line), if is_reading => match frame {
                    Ok(frame) => self.heard(frame),
                    Err(lost) => self.lost_line(&lost),
                },
                Some(done) = self.calls.join_next(), if !self.calls.is_empty() => {
                    if let Ok(done) = done {
                        self.done(done);
                    }
                }
                _ = phase.changed() => {}
                () = sleep_until(wake) => {}
            }
        }
        self.leave_seat().await;
        let notes = std::mem::take(&mut self.notes);
        (self, notes)
    }

    fn take_seat(&mut self, venues: Vec<Venue>) {
        self.by_id = venues.iter().enumerate().map(|(at, venue)| (venue.id, at)).collect();
        self.notes = Notes { rooms: venues.iter().map(|_| RoomNotes::default()).collect(), ..Notes::default() };
        let who = self.who;
        let place = |venue: Venue| {
            let standing = if venue.members.contains(&who) { Standing::In } else { Standing::Out };
            Place { venue, standing, applied: 0, read: (0, 0), mine: Vec::new() }
        };
        self.places = venues.into_iter().map(place).collect();
        // Each round begins with a new socket, whose snapshot holds the new rooms.
        self.line = None;
        self.naps_until = None;
        self.connect_at = Instant::now();
        if self.token_since.elapsed() > TOKEN_AGE {
            self.renew();
        }
    }

    /// What the server counts in the end; then everybody leaves, so that old rooms do not weigh on later rounds.
    async fn leave_seat(&mut self) {
        let rooms: Vec<usize> = (0..self.places.len()).filter(|room| self.places[*room].standing == Standing::In).collect();
        for room in &rooms {
            self.look(*room);
        }
        self.finish_up(Duration::from_secs(15)).await;
        let now = self.cast.now();
        self.notes.rooms.iter_mut().for_each(|room| room.close_stream(now));
        for room in &rooms {
            self.go(*room);
        }
        self.finish_up(SETTLING).await;
        self.calls.abort_all();
        while self.calls.join_next().await.is_some() {}
        (self.is_connecting, self.is_renewing) = (false, false);
        self.line = None;
        let now = self.cast.now();
        self.notes.rooms.iter_mut().for_each(|room| room.close_stream(now));
        self.said.clear();
        self.retries.clear();
        self.tries.clear();
        self.open_jobs = 0;
    }

    /// Waits for what is under way, without a socket.
    async fn finish_up(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        while (self.open_jobs > 0 || !self.calls.is_empty()) && Instant::now() < until {
            self.keep_up(&Phase::Settle).await;
            tokio::select! {
                Some(done) = self.calls.join_next(), if !self.calls.is_empty() => {
                    if let Ok(done) = done {
                        self.done(done);
                    }
                }
                () = sleep_until(Instant::now() + GLANCE) => {}
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.open_jobs == 0 && self.calls.is_empty() && self.line.is_some() && self.naps_until.is_none()
    }

    fn has_heard(&self, heads: &[u64]) -> bool {
        let mut rooms = self.places.iter().zip(heads);
        self.line.is_some() && rooms.all(|(place, head)| place.standing != Standing::In || place.applied >= *head)
    }

    /// Whatever is due by now: retries, reconnects, answers that did not come.
    async fn keep_up(&mut self, stage: &Phase) {
        let now = Instant::now();
        if self.naps_until.is_some_and(|until| until <= now || *stage != Phase::Talk) {
            self.wake();
        }
        if self.line.is_none() && !self.is_connecting && self.connect_at <= now {
            self.connect();
        }
        let patience = u64::try_from(self.manners.patience.as_micros()).unwrap_or(u64::MAX);
        let clock = self.cast.now();
        if self.naps_until.is_none() && self.said.values().any(|said| clock > said.began.saturating_add(patience)) {
            self.lost_line(&Lost::Cut("no acknowledgement in time".to_owned()));
        }
        let (due, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.retries).into_iter().partition(|(at, _)| *at <= now);
        self.retries = rest;
        for (_, job) in due {
            self.try_again(job).await;
        }
    }

    fn renew(&mut self) {
        if std::mem::replace(&mut self.is_renewing, true) {
            return;
        }
        let mut person = self.person.clone();
        let patience = self.manners.patience * 4;
        self.calls.spawn(async move {
            let renewed = timeout(patience, person.renew()).await;
            Done::Renewed(matches!(renewed, Ok(Ok(()))).then(|| person.token().to_owned()))
        });
    }

    fn keeper_token(&self) -> String {
        self.keeper_token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn deed(&self, job: Job) -> Deed {
        self.notes.rooms[job.room].acts[job.act].deed
    }

    fn is_open(&self, job: Job) -> bool {
        let act = &self.notes.rooms[job.room].acts[job.act];
        act.returned == Micros::MAX && act.outcome == Outcome::Unknown
    }
}

/// The next frame; never, without a socket.
async fn hear(line: &mut Option<Line>) -> Result<ServerFrame, Lost> {
    match line {
        Some(line) => line.socket.hear().await,
        None => std::future::pending().await,
    }
}
