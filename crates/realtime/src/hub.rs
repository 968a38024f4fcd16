//! The owner of everything that is shared between sockets: one task, one closed list of commands.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    Ctx, log,
    ports::{Delivery, Subscription, store::Logged},
    sessions::{self, Identity},
};
use shared_types::{
    ConversationId, SessionId,
    ws::{self, Head},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{self, MissedTickBehavior},
};

use crate::{
    book::{Book, LOG_PAGE, tick_ms},
    connection::Connection,
    line::{Cut, Line, QUEUE_BYTES},
};

/// Commands that wait for the hub; whoever sends one waits when it is full.
const COMMANDS: usize = 4_096;
/// The heads of what is watched are read this often, for the last event whose signal was lost; so are the sessions of open
/// sockets.
const RECHECK: Duration = Duration::from_secs(5);
/// A hole in the order of arrival is read from the log if it has not closed by itself by then.
const PATIENCE: Duration = Duration::from_millis(50);
/// What one round takes of the bus, and of the commands.
const ROUND_DELIVERIES: usize = 1_024;
const ROUND_COMMANDS: usize = 256;
/// Milliseconds over which clients come back to a server that restarts.
const SPREAD_MS: u16 = 5_000;

pub(crate) enum Command {
    Connect {
        line: Arc<Line>,
        me: Identity,
        done: oneshot::Sender<()>,
    },
    Watch {
        line: Arc<Line>,
        heads: Vec<Head>,
        done: oneshot::Sender<Option<Cut>>,
    },
    Begin {
        line: Arc<Line>,
        cut: Cut,
        shares_receipts: bool,
    },
    Forget {
        line: Arc<Line>,
    },
    /// What the log held after the last event that was handed on.
    Log {
        conversation: ConversationId,
        events: Vec<Logged>,
    },
    /// Where watched conversations stand in the database, if it answered.
    Heads {
        asked: Vec<ConversationId>,
        heads: Option<Vec<Head>>,
    },
    /// Which sessions of open sockets are still there.
    Sessions {
        asked: Vec<SessionId>,
        live: Option<Vec<SessionId>>,
    },
    CloseAll {
        code: u16,
    },
}

/// What has happened since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub deliveries: AtomicU64,
    pub resyncs: AtomicU64,
    pub dropped: AtomicU64,
}

/// How the hub is doing: every queue with its bound.
#[derive(Clone, Copy, Debug)]
pub struct HubMeter {
    pub commands_waiting: usize,
    pub commands_capacity: usize,
    /// What may wait for one socket.
    pub line_bytes_capacity: usize,
    /// Events handed to sockets.
    pub deliveries: u64,
    /// Sockets that were told that events were dropped for them.
    pub resyncs: u64,
    /// Sockets that were given up because they took nothing any more.
    pub dropped: u64,
}

/// A handle to the hub's task.
#[derive(Clone)]
pub struct Hub {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) counters: Arc<Counters>,
}

impl Hub {
    /// Starts the task. It ends when the bus does.
    pub fn start(ctx: Ctx) -> Self {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let hub = Self { commands, counters: Arc::default() };
        let subscription = ctx.bus.subscribe();
        let task = Task { ctx, hub: hub.clone(), book: Book::default(), is_reading_heads: false, is_reading_sessions: false };
        tokio::spawn(task.run(subscription, inbox));
        hub
    }

    /// A socket that has said who it is. It hears what concerns the person at once, and conversations after `watch`.
    pub async fn connect(&self, me: Identity) -> Connection {
        let line = Arc::<Line>::default();
        let (done, obeyed) = oneshot::channel();
        self.tell(Command::Connect { line: line.clone(), me, done }).await;
        // Who reads where they stand before the hub knows them would miss the news of having been removed since.
        let _ = obeyed.await;
        Connection { line, hub: self.clone(), cut: None }
    }

    pub fn meter(&self) -> HubMeter {
        HubMeter {
            commands_waiting: self.commands.max_capacity() - self.commands.capacity(),
            commands_capacity: self.commands.max_capacity(),
            line_bytes_capacity: QUEUE_BYTES,
            deliveries: self.counters.deliveries.load(Ordering::Relaxed),
            resyncs: self.counters.resyncs.load(Ordering::Relaxed),
            dropped: self.counters.dropped.load(Ordering::Relaxed),
        }
    }

    /// Closes every socket after what is queued for it; for a server that stops.
    pub async fn close_all(&self, code: u16) {
        self.tell(Command::CloseAll { code }).await;
    }

    pub(crate) async fn tell(&self, command: Command) {
        let _ = self.commands.send(command).await;
    }

    pub(crate) fn forget(&self, line: &Arc<Line>) {
        if let Err(mpsc::error::TrySendError::Full(command)) = self.commands.try_send(Command::Forget { line: line.clone() }) {
            let commands = self.commands.clone();
            tokio::spawn(async move { commands.send(command).await });
        }
    }
}

struct Task {
    ctx: Ctx,
    hub: Hub,
    book: Book,
    /// A look into the database is under way; a slow one is not overtaken by the next.
    is_reading_heads: bool,
    is_reading_sessions: bool,
}

impl Task {
    async fn run(mut self, mut bus: Box<dyn Subscription>, mut inbox: mpsc::Receiver<Command>) {
        let mut recheck = interval(RECHECK);
        let mut patience = interval(PATIENCE);
        let mut beat = interval(Duration::from_millis(tick_ms()));
        loop {
            tokio::select! {
                delivery = bus.next() => match delivery {
                    Some(delivery) => self.hear(&delivery),
                    None => return self.close_all(ws::close::RESTART),
                },
                Some(command) = inbox.recv() => self.obey(command),
                _ = recheck.tick() => self.recheck(),
                _ = patience.tick(), if self.book.has_holes() => self.book.mend_holes(),
                _ = beat.tick(), if !self.book.is_empty() => {
                    let ctx = &self.ctx;
                    self.book.tick(|| ctx.now());
                }
            }
            // Whatever came while the last round was handed on goes out together: the busier, the cheaper.
            for _ in 0..ROUND_COMMANDS {
                let Ok(command) = inbox.try_recv() else { break };
                self.obey(command);
            }
            for _ in 0..ROUND_DELIVERIES {
                let Some(delivery) = bus.try_next() else { break };
                self.hear(&delivery);
            }
            self.book.flush();
            self.hub.counters.deliveries.fetch_add(self.book.take_deliveries(), Ordering::Relaxed);
            for (conversation, after) in self.book.take_wanted() {
                self.read_log(conversation, after);
            }
            // The sockets write before the next round begins.
            tokio::task::yield_now().await;
        }
    }

    fn hear(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Signal(signal) => self.book.hear(signal),
            Delivery::Gap => self.recheck(),
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Connect { line, me, done } => {
                self.book.connect(&line, me);
                let _ = done.send(());
            }
            Command::Watch { line, heads, done } => {
                let _ = done.send(self.book.watch(&line, &heads));
            }
            Command::Begin { line, cut, shares_receipts } => self.book.begin(&line, cut, shares_receipts),
            Command::Forget { line } => self.book.forget(&line),
            Command::Log { conversation, events } => self.book.log_read(conversation, events),
            Command::Heads { asked, heads } => {
                self.is_reading_heads = false;
                if let Some(heads) = heads {
                    self.book.heads_read(&asked, &heads);
                }
            }
            Command::Sessions { asked, live } => {
                self.is_reading_sessions = false;
                if let Some(live) = live {
                    self.book.sessions_read(&asked, &live);
                }
            }
            Command::CloseAll { code } => self.close_all(code),
        }
    }

    fn close_all(&mut self, code: u16) {
        let secrets = &self.ctx.secrets;
        self.book.close_all(code, || {
            let mut chance = [0; 2];
            secrets.fill_random(&mut chance);
            u16::from_be_bytes(chance) % SPREAD_MS
        });
    }

    /// Asks the database what the bus may have lost: events, and ended sessions.
    fn recheck(&mut self) {
        let asked = self.book.watched();
        if !asked.is_empty() && !std::mem::replace(&mut self.is_reading_heads, true) {
            let (ctx, hub) = (self.ctx.clone(), self.hub.clone());
            tokio::spawn(async move {
                let heads = log::heads(&ctx, &asked).await;
                let heads = heads.inspect_err(|error| tracing::warn!(%error, "the heads of watched conversations could not be read")).ok();
                hub.tell(Command::Heads { asked, heads }).await;
            });
        }
        let asked = self.book.sessions();
        if !asked.is_empty() && !std::mem::replace(&mut self.is_reading_sessions, true) {
            let (ctx, hub) = (self.ctx.clone(), self.hub.clone());
            tokio::spawn(async move {
                let live = sessions::live(&ctx, &asked).await;
                let live = live.inspect_err(|error| tracing::warn!(%error, "the sessions of open sockets could not be read")).ok();
                hub.tell(Command::Sessions { asked, live }).await;
            });
        }
    }

    fn read_log(&self, conversation: ConversationId, after: shared_types::Seq) {
        let (ctx, hub) = (self.ctx.clone(), self.hub.clone());
        tokio::spawn(async move {
            let events = log::relay_after(&ctx, conversation, after, LOG_PAGE).await.unwrap_or_else(|error| {
                tracing::warn!(%error, %conversation, "the log could not be read");
                Vec::new()
            });
            hub.tell(Command::Log { conversation, events }).await;
        });
    }
}

fn interval(period: Duration) -> time::Interval {
    let mut interval = time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
