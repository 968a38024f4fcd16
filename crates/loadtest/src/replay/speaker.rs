//! One speaker: says the lines handed to it, watches the room, and comes back with the same nonce when it is cut off.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use shared_types::{
    ConversationId, ErrorBody, ErrorCode, Nonce, Seq,
    limits::PAGE_MAX,
    message::Message,
    page::EventsQuery,
    text::MessageBody,
    ws::{ClientFrame, Event, Ready, ServerFrame},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};

use super::watch::{Reason, Watch};
use crate::{
    person::Person,
    socket::{BEAT, Lost, Socket, is_passing},
};

/// A line that is not acknowledged by then is sent again over a new socket.
const ACK_PATIENCE: Duration = Duration::from_secs(15);
/// How often a line is sent before the replay gives up.
const ATTEMPTS: u32 = 20;
/// How long a speaker without a socket tries to get one.
const RECONNECT_PATIENCE: Duration = Duration::from_mins(2);
const RECONNECT_PAUSE: Duration = Duration::from_millis(300);
/// Pause before a line that the server refused for the moment is sent again.
const REFUSED_PAUSE: Duration = Duration::from_millis(500);
/// A socket that is cut so often without a word in between will not get better.
const CUTS_IN_A_ROW: u32 = 20;

pub enum Order {
    Say {
        nonce: Nonce,
        body: MessageBody,
        done: oneshot::Sender<Message>,
    },
    /// Watch until this event is known, but not longer than the time, and come home.
    Finish {
        head: Seq,
        within: Duration,
    },
}

/// What a speaker brings home.
pub struct Report {
    pub name: String,
    pub watch: Watch,
    pub reconnects: u32,
    /// How often the server said that it dropped frames.
    pub resyncs: u32,
    /// How often lines were sent once more.
    pub repeats: u32,
}

pub struct Speaker {
    person: Person,
    room: ConversationId,
    socket: Socket,
    report: Report,
    pending: Option<Pending>,
    /// Frames that ended the socket, since the last that did not.
    cuts: u32,
}

struct Pending {
    nonce: Nonce,
    body: MessageBody,
    done: oneshot::Sender<Message>,
    attempts: u32,
    due: Instant,
}

impl Speaker {
    /// Opens the socket of somebody who is a member already.
    pub async fn enter(mut person: Person, room: ConversationId) -> Result<Self> {
        let (socket, ready) = connect(&mut person).await?;
        let head = head_of(&ready, room)?;
        let report = Report { name: person.name().to_owned(), watch: Watch::from(head), reconnects: 0, resyncs: 0, repeats: 0 };
        Ok(Self { person, room, socket, report, pending: None, cuts: 0 })
    }

    pub async fn live(mut self, mut orders: mpsc::Receiver<Order>) -> Result<Report> {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut finish: Option<(Seq, Instant)> = None;
        loop {
            if finish.is_some_and(|(head, until)| self.report.watch.known() >= head || Instant::now() >= until) {
                return Ok(self.report);
            }
            let alarm = finish.map(|(_, until)| until).or(self.pending.as_ref().map(|pending| pending.due));
            let step = tokio::select! {
                order = orders.recv(), if self.pending.is_none() && finish.is_none() => match order {
                    None => return Ok(self.report),
                    Some(Order::Finish { head, within }) => {
                        finish = Some((head, Instant::now() + within));
                        Ok(())
                    }
                    Some(Order::Say { nonce, body, done }) => {
                        self.pending = Some(Pending { nonce, body, done, attempts: 0, due: Instant::now() });
                        self.say_pending().await
                    }
                },
                frame = self.socket.hear() => match frame {
                    Ok(frame) => self.take(frame).await,
                    Err(lost) => Err(lost),
                },
                _ = beat.tick() => self.socket.say(&ClientFrame::Ping { id: 0 }).await,
                () = sleep_until(alarm.unwrap_or_else(Instant::now)), if alarm.is_some() => match self.pending {
                    Some(_) => Err(Lost::Cut("no acknowledgement".to_owned())),
                    None => Ok(()),
                },
            };
            match step {
                Ok(()) => {}
                Err(Lost::Broken(error)) => return Err(error.context(format!("what {} was told", self.report.name))),
                Err(lost) => self.come_back(&lost).await?,
            }
        }
    }

    async fn take(&mut self, frame: ServerFrame) -> Result<(), Lost> {
        self.cuts = 0;
        match frame {
            ServerFrame::Ack { nonce, message } => {
                if let Some(pending) = self.pending.take_if(|pending| pending.nonce == nonce) {
                    // Nobody waits any more only if the replay was given up.
                    let _ = pending.done.send(message);
                }
                Ok(())
            }
            ServerFrame::Event { event: Event::Message { message } } if message.conversation_id == self.room => {
                if self.report.watch.live(&message) {
                    self.read_log(Reason::Hole, message.seq).await?;
                }
                Ok(())
            }
            ServerFrame::Heads { heads, .. } => {
                let head = heads.iter().find(|head| head.conversation_id == self.room).map(|head| head.seq);
                match head {
                    Some(head) if head > self.report.watch.known() => self.read_log(Reason::Hole, head).await,
                    _ => Ok(()),
                }
            }
            ServerFrame::Resync {} => {
                self.report.resyncs += 1;
                self.read_log(Reason::Told, Seq::START).await
            }
            ServerFrame::Error { error, nonce } => self.refused(error, nonce).await,
            _ => Ok(()),
        }
    }

    async fn refused(&mut self, error: ErrorBody, nonce: Option<Nonce>) -> Result<(), Lost> {
        if nonce.is_none() && is_passing(error.code) {
            return Ok(());
        }
        if nonce.is_none() || self.pending.as_ref().map(|pending| pending.nonce) != nonce {
            return Err(Lost::Broken(anyhow::anyhow!("refused a frame with {}: {}", error.code.as_str(), error.message)));
        }
        match error.code {
            ErrorCode::RateLimited => sleep(error.limit.map_or(REFUSED_PAUSE, |seconds| Duration::from_secs(seconds.min(60)))).await,
            code if is_passing(code) => sleep(REFUSED_PAUSE).await,
            code => return Err(Lost::Broken(anyhow::anyhow!("a line was refused with {}: {}", code.as_str(), error.message))),
        }
        self.say_pending().await
    }

    async fn say_pending(&mut self) -> Result<(), Lost> {
        let Some(pending) = &mut self.pending else { return Ok(()) };
        pending.attempts += 1;
        pending.due = Instant::now() + ACK_PATIENCE;
        if pending.attempts > ATTEMPTS {
            return Err(Lost::Broken(anyhow::anyhow!("a line was sent {ATTEMPTS} times without an acknowledgement")));
        }
        self.report.repeats += u32::from(pending.attempts > 1);
        let frame = ClientFrame::Send { conversation_id: self.room, nonce: pending.nonce, body: pending.body.clone() };
        self.socket.say(&frame).await
    }

    /// A new socket, what was missed, and the line that has no acknowledgement yet, under its old nonce.
    async fn come_back(&mut self, lost: &Lost) -> Result<()> {
        let mut why = lost.to_string();
        loop {
            self.cuts += 1;
            ensure!(self.cuts < CUTS_IN_A_ROW, "{} loses every socket: {why}", self.report.name);
            eprintln!("{}: {why}; coming back.", self.report.name);
            let (socket, ready) = connect(&mut self.person).await?;
            let head = head_of(&ready, self.room)?;
            self.socket = socket;
            self.report.reconnects += 1;
            self.report.watch.reconnected(head);
            let step = match self.read_log(Reason::Told, head).await {
                Ok(()) => self.say_pending().await,
                Err(lost) => Err(lost),
            };
            match step {
                Ok(()) => return Ok(()),
                Err(Lost::Broken(error)) => return Err(error),
                Err(lost) => why = lost.to_string(),
            }
        }
    }

    /// Reads on from what is known until the log's end, at least up to `least`.
    async fn read_log(&mut self, reason: Reason, least: Seq) -> Result<(), Lost> {
        let name = self.report.name.clone();
        let broken = |error: anyhow::Error| Lost::Broken(error.context(format!("the log, as {name} reads it")));
        let mut after = self.report.watch.known();
        loop {
            let query = EventsQuery { after, limit: Some(PAGE_MAX) };
            let page = self.person.events(self.room, query).await.map_err(|failure| broken(failure.into()))?;
            for event in &page.events {
                let Event::Message { message } = event else {
                    return Err(broken(anyhow::anyhow!("it holds an event of an unknown kind after {after}")));
                };
                if message.seq != after.next() {
                    return Err(broken(anyhow::anyhow!("{} follows on {after}", message.seq)));
                }
                after = message.seq;
                self.report.watch.read(message, reason);
            }
            if after >= page.head_seq.max(least) {
                return Ok(());
            }
            if page.events.is_empty() {
                return Err(broken(anyhow::anyhow!("it ends at {after}, and {} was announced", page.head_seq.max(least))));
            }
        }
    }
}

/// Opens a socket, patiently, signing in again if the token does not hold.
async fn connect(person: &mut Person) -> Result<(Socket, Box<Ready>)> {
    let attempts = async {
        loop {
            match Socket::open(&person.server().clone(), person.token()).await {
                Ok(opened) => return Ok(opened),
                Err(Lost::Broken(error)) => return Err(error.context(format!("the socket of {}", person.name()))),
                Err(Lost::Unauthenticated) => person.renew().await?,
                Err(Lost::Cut(_)) => {}
            }
            sleep(RECONNECT_PAUSE).await;
        }
    };
    match timeout(RECONNECT_PATIENCE, attempts).await {
        Ok(opened) => opened,
        Err(_) => bail!("{} gets no socket", person.name()),
    }
}

fn head_of(ready: &Ready, room: ConversationId) -> Result<Seq> {
    let conversation = ready.list.conversations.iter().find(|conversation| conversation.id == room);
    Ok(conversation.with_context(|| format!("the snapshot of {} does not hold the room", ready.me.user.username))?.head_seq)
}
