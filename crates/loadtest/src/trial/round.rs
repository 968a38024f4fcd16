//! One round: fresh rooms, a while of talk, and then everything that is needed to judge it.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Result, bail};
use reqwest::Method;
use shared_types::{
    ConversationId, Seq,
    conversation::{Conversation, CreateConversation, Visibility},
    page::EventsQuery,
    route,
    text::RoomName,
    ws::EventPage,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};

use super::{
    call::{Answer, Caller},
    cast::Cast,
    chance::Chance,
    client::{Client, Phase, Venue},
    notes::Tally,
    scribe,
};
use crate::{
    check::{Act, Deed, Entry, Outcome, Page, PageKind, Room, Round, Who},
    person::Person,
};

/// How long the keeper tries to be heard.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(100);
/// How long a round waits for people to finish what they are at.
const SETTLING: Duration = Duration::from_secs(90);
const PAGE: u32 = 200;

/// Owns the rooms, says nothing, and reads everything in the end.
pub struct Keeper {
    cast: Arc<Cast>,
    person: Person,
    caller: Caller,
    pub token: Arc<Mutex<String>>,
}

/// A room of an earlier round, and what it held.
#[derive(Clone, Copy)]
pub struct Kept {
    pub id: ConversationId,
    head: u64,
    digest: u64,
}

impl Keeper {
    pub fn new(cast: Arc<Cast>, person: Person, caller: Caller) -> Self {
        let token = Arc::new(Mutex::new(person.token().to_owned()));
        Self { cast, person, caller, token }
    }

    /// A fresh token, for a round of its own.
    pub async fn renew(&mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while let Err(error) = self.person.renew().await {
            if Instant::now() > until {
                return Err(error.into());
            }
            sleep(PAUSE).await;
        }
        self.person.token().clone_into(&mut self.caller.token);
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&self.caller.token);
        Ok(())
    }

    fn caller(&self) -> Caller {
        self.caller.with_token(&self.token.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// In the middle of a round: a clock that jumps makes tokens old at once.
    async fn sign_in_again(&self) {
        let mut person = self.person.clone();
        if person.renew().await.is_ok() {
            person.token().clone_into(&mut self.token.lock().unwrap_or_else(PoisonError::into_inner));
        } else {
            sleep(PAUSE).await;
        }
    }

    /// Lets people talk, and keeps the token good with which they are let in and removed.
    async fn watch_over(&self, talk: Duration) {
        const GLANCE: Duration = Duration::from_secs(1);
        let until = Instant::now() + talk;
        while let Some(rest) = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
            sleep(rest.min(GLANCE)).await;
            if let Answer::Expired = self.caller().get::<serde_json::Value>(route::ME, &()).await {
                self.sign_in_again().await;
            }
        }
    }

    /// Rooms in which about half of the people are from the start; every other one is public.
    async fn open_rooms(&self, chance: &mut Chance, round: u64, count: usize) -> Result<(Vec<Venue>, Vec<Vec<Act>>)> {
        let (mut venues, mut acts) = (Vec::new(), Vec::new());
        for number in 0..count {
            let talkers = (0..self.cast.keeper().0).map(Who);
            let members: Vec<Who> = talkers.filter(|who| (who.0 as usize + number).is_multiple_of(2) || chance.happens(250)).collect();
            let is_public = number % 2 == 0;
            let invoked = self.cast.now();
            let id = self.open_room(&format!("Trial {:x} {round}.{number}", self.cast.run), is_public, &members).await?;
            let returned = self.cast.now();
            let gain = |whom: Who| Act {
                who: self.cast.keeper(),
                deed: Deed::Gain { whom },
                invoked,
                returned,
                outcome: Outcome::Ok,
                acks: Vec::new(),
            };
            acts.push(members.iter().copied().chain([self.cast.keeper()]).map(gain).collect());
            venues.push(Venue { id, is_public, members });
        }
        Ok((venues, acts))
    }

    async fn open_room(&self, name: &str, is_public: bool, members: &[Who]) -> Result<ConversationId> {
        let until = Instant::now() + PATIENCE;
        // A try without an answer may have made a room all the same; the next one is called otherwise.
        for attempt in 0.. {
            let create = CreateConversation::Room {
                name: RoomName::try_from(format!("{name} {attempt}"))?,
                alias: None,
                topic: None,
                visibility: if is_public { Visibility::Public } else { Visibility::Private },
                user_ids: members.iter().map(|who| self.cast.id(*who)).collect(),
            };
            match self.caller.write::<Conversation>(Method::POST, route::CONVERSATIONS, &create).await {
                Answer::Ok(room) => return Ok(room.id),
                Answer::Refused(code, text) => bail!("the room {name} cannot be made: {} {text}", code.as_str()),
                _ if Instant::now() > until => break,
                _ => sleep(PAUSE).await,
            }
        }
        bail!("the room {name} could not be made in {} s", PATIENCE.as_secs())
    }

    async fn head(&self, id: ConversationId) -> Result<u64> {
        Ok(self.events(id, u64::from(u32::MAX)).await?.head_seq.0)
    }

    async fn events(&self, id: ConversationId, after: u64) -> Result<EventPage> {
        let until = Instant::now() + PATIENCE;
        let path = route::path(route::EVENTS, &[&id]);
        let query = EventsQuery { after: Seq(after), limit: Some(PAGE) };
        loop {
            match self.caller().get(&path, &query).await {
                Answer::Ok(page) => return Ok(page),
                Answer::Refused(code, text) => bail!("the keeper cannot read: {} {text}", code.as_str()),
                Answer::Expired => self.sign_in_again().await,
                _ if Instant::now() > until => bail!("the log could not be read in {} s", PATIENCE.as_secs()),
                _ => sleep(PAUSE).await,
            }
        }
    }

    /// The whole log. Pages are judged like everybody's.
    async fn read(&self, id: ConversationId) -> Result<(Vec<Entry>, u64, Vec<Page>)> {
        let (mut log, mut pages) = (Vec::new(), Vec::new());
        loop {
            let after = log.last().map_or(0, |last: &Entry| last.seq);
            let began = self.cast.now();
            let page = self.events(id, after).await?;
            let entries: Vec<Entry> = page.events.iter().map(|event| scribe::entry(&self.cast, event)).collect();
            let kind = PageKind::Log { after, limit: u64::from(PAGE) };
            let (who, ended, head) = (self.cast.keeper(), self.cast.now(), page.head_seq.0);
            pages.push(Page { who, began, ended, kind, head, entries: Vec::new() });
            let is_end = entries.is_empty() || entries.last().is_some_and(|last| last.seq >= head);
            log.extend(entries.iter().cloned());
            if let Some(page) = pages.last_mut() {
                page.entries = entries;
            }
            if is_end {
                return Ok((log, head, pages));
            }
        }
    }

    pub async fn keep(&self, id: ConversationId) -> Result<Kept> {
        let (log, head, _) = self.read(id).await?;
        Ok(Kept { id, head, digest: digest(&log) })
    }

    /// Whether a room of an earlier round is what it was.
    pub async fn is_as_kept(&self, kept: Kept) -> Result<bool> {
        let now = self.keep(kept.id).await?;
        Ok((now.head, now.digest) == (kept.head, kept.digest))
    }
}

fn digest(log: &[Entry]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in log {
        (entry.seq, entry.message, entry.author.0, entry.nonce).hash(&mut hasher);
        entry.text.as_ref().map(|text| (text.mark, text.is_intact)).hash(&mut hasher);
    }
    hasher.finish()
}

/// How a round is set up.
#[derive(Clone, Copy)]
pub struct Setting {
    pub number: u64,
    pub rooms: usize,
    pub talk: Duration,
}

/// Plays a round with everybody, and answers with everything that was noted of it.
pub async fn play(
    keeper: &Keeper,
    clients: Vec<Client>,
    mut chance: Chance,
    setting: Setting,
) -> Result<(Vec<Client>, Round, Tally, Vec<Kept>)> {
    let (venues, gains) = keeper.open_rooms(&mut chance, setting.number, setting.rooms).await?;
    let (phase, seen) = watch::channel(Phase::Talk);
    let (idle, mut idlers) = mpsc::channel(clients.len().max(1));
    let count = clients.len();
    let playing: Vec<_> = clients.into_iter().map(|client| tokio::spawn(client.play(venues.clone(), seen.clone(), idle.clone()))).collect();
    keeper.watch_over(setting.talk).await;
    phase.send_replace(Phase::Settle);
    let settling = async {
        for _ in 0..count {
            idlers.recv().await;
        }
    };
    // Who is not done by then has open acts, which say so in the log.
    let _ = timeout(SETTLING, settling).await;
    let mut heads = Vec::new();
    for venue in &venues {
        heads.push(keeper.head(venue.id).await?);
    }
    phase.send_replace(Phase::Tail(Arc::new(heads)));

    let mut rooms: Vec<Room> = (0..).zip(gains).map(|(number, acts)| Room { number, acts, ..Room::default() }).collect();
    let (mut clients, mut sessions, mut tally) = (Vec::new(), Vec::new(), Tally::default());
    for playing in playing {
        let (client, notes) = playing.await?;
        clients.push(client);
        tally.add(&notes.tally);
        sessions.extend(notes.sessions);
        for (notes, room) in notes.rooms.into_iter().zip(&mut rooms) {
            notes.into_room(room);
        }
    }
    let mut kept = Vec::new();
    for (room, venue) in rooms.iter_mut().zip(&venues) {
        let (log, head, pages) = keeper.read(venue.id).await?;
        kept.push(Kept { id: venue.id, head, digest: digest(&log) });
        (room.log, room.head) = (log, head);
        room.pages.extend(pages);
    }
    let people = keeper.cast.keeper().0 + 1;
    Ok((clients, Round { rooms, sessions, people }, tally, kept))
}
