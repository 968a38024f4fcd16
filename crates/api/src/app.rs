//! Where ports meet adapters, and how the whole is started and stopped. No other module names a concrete adapter.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use bus::LocalBus;
use domain::{
    Ctx, conversations,
    ports::{Bus, Clock, Secrets, Store},
    sessions,
    throttle::Throttle,
};
use realtime::Hub;
use shared_types::{Timestamp, ws::close};
use store::{DatabaseUrl, SqlStore};
use tokio_util::task::TaskTracker;

use crate::{config::Config, listener::Listener, router::router, secrets::ServerSecrets, serve, ws::Sockets};

/// Sessions that have run out are removed this often.
const SWEEP: Duration = Duration::from_hours(1);
/// Requests and sockets that are under way get so long to finish when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// A database that is down at the start is waited for so long.
const DATABASE_PATIENCE: Duration = Duration::from_secs(30);

/// What handlers share.
#[derive(Clone)]
pub struct App {
    pub ctx: Ctx,
    pub config: Arc<Config>,
    /// Set when the server begins to stop, so that balancers look elsewhere.
    pub stopping: Arc<AtomicBool>,
    pub sockets: Arc<Sockets>,
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everyone else is given")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What stands between the use cases and their ports: nothing, but in tests.
pub trait Wrap: Sync {
    fn store(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        store
    }

    fn bus(&self, bus: Arc<dyn Bus>) -> Arc<dyn Bus> {
        bus
    }
}

struct AsTheyAre;

impl Wrap for AsTheyAre {}

/// A server that is ready to accept, and what has to be closed behind it.
pub struct Server {
    app: App,
    store: Arc<SqlStore>,
    listener: Listener,
}

impl Server {
    /// Opens everything. Each failure is one line for the person who starts the server.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        Self::open_at(config, Arc::new(SystemClock)).await
    }

    /// With a clock of the caller's; for tests.
    pub async fn open_at(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Self::open_with(config, clock, &AsTheyAre).await
    }

    /// With something between the use cases and the world; for tests that plant faults there.
    pub async fn open_with(config: Config, clock: Arc<dyn Clock>, wrap: &dyn Wrap) -> anyhow::Result<Self> {
        if let DatabaseUrl::SqliteFile(path) = &config.database {
            prepare(path.parent().unwrap_or(&config.data_dir))?;
        }
        // The port first: of two servers started by mistake, the second must not touch the database of the first.
        let listener = Listener::open(&config.listen).await.with_context(|| match &config.listen {
            crate::config::Listen::Tcp(address) => {
                format!("cannot listen on {address} (another program may; --listen chooses another port)")
            }
            crate::config::Listen::Unix(path) => format!("cannot listen on {}", path.display()),
        })?;
        let store = open_database(&config.database).await?;
        let mut fresh = vec![0; 32];
        getrandom::fill(&mut fresh).map_err(|error| anyhow::anyhow!("the operating system gives no random bytes: {error}"))?;
        let signing_key = store.secret("access_token_key", fresh).await.context("cannot read the server's secrets")?;
        let secrets: Arc<dyn Secrets> = Arc::new(ServerSecrets::new(&signing_key));
        let ctx = Ctx {
            store: wrap.store(store.clone()),
            bus: wrap.bus(Arc::new(LocalBus::default())),
            clock,
            secrets,
            login_throttle: Arc::<Throttle>::default(),
        };
        conversations::ensure_general(&ctx).await.context("cannot prepare the first room")?;
        let build = crate::static_files::build().into();
        let sockets = Sockets { ctx: ctx.clone(), hub: Hub::start(ctx.clone()), build, tasks: TaskTracker::new() };
        let app = App { ctx, config: Arc::new(config), stopping: Arc::default(), sockets: Arc::new(sockets) };
        Ok(Self { app, store, listener })
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        self.listener.describe()
    }

    /// Serves until `stop` resolves, then lets what is under way finish: readiness goes first, sockets are told when to come
    /// back, requests are answered.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let Self { app, store, listener } = self;
        let sweeping = tokio::spawn(sweep(app.ctx.clone()));
        let draining = {
            let app = app.clone();
            async move {
                stop.await;
                app.stopping.store(true, Ordering::Release);
                app.sockets.hub.close_all(close::RESTART).await;
                app.sockets.tasks.close();
            }
        };
        let drained = {
            let app = app.clone();
            async move { app.sockets.tasks.wait().await }
        };
        serve::serve(listener, router(app), draining, drained, GRACE).await;
        sweeping.abort();
        store.close().await;
        Ok(())
    }
}

async fn sweep(ctx: Ctx) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        if let Err(error) = sessions::sweep(&ctx).await {
            tracing::warn!(%error, "expired sessions could not be removed");
        }
    }
}

/// Makes the folder if need be, and tries whether it can be written: SQLite's own words for it help nobody.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    let failed = |error: io::Error| anyhow::anyhow!("cannot write to the data folder {}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    let probe = folder.join(".parlance-write-test");
    fs::write(&probe, b"").map_err(failed)?;
    fs::remove_file(&probe).map_err(failed)
}

/// A database server that is not up yet is waited for; whatever else is wrong is told at once.
async fn open_database(url: &DatabaseUrl) -> anyhow::Result<Arc<SqlStore>> {
    let began = tokio::time::Instant::now();
    loop {
        match SqlStore::open(url).await {
            Ok(store) => return Ok(store),
            Err(error @ store::ConnectError::Open(_)) if matches!(url, DatabaseUrl::Postgres(_)) && began.elapsed() < DATABASE_PATIENCE => {
                tracing::warn!("{error}; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
