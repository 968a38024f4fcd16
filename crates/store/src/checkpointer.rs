//! Folds SQLite's write-ahead log into the database file, on a connection of its own: the writer hardly ever stops for it.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, SystemTime},
};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr};
use tokio::{sync::watch, task::JoinHandle, time::MissedTickBehavior};

use crate::connect::sqlite;

/// How often the log is folded, if anything was written. A page that was written often in between is folded once.
const LOOK: Duration = Duration::from_secs(2);
/// A fold beside a busy writer never meets the end of the log, so the log grows. Beyond this many bytes the writer waits
/// once, for the short rest, so that the log begins anew.
const TOO_LONG: u64 = 64 << 20;

pub struct Checkpointer {
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Checkpointer {
    pub async fn start(database: &Path, address: &str) -> Result<Self, DbErr> {
        let connection = Database::connect(sqlite(address, 1)).await?;
        let (stop, stopped) = watch::channel(false);
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let task = tokio::spawn(run(connection, log.into(), stopped));
        Ok(Self { stop, task: Mutex::new(Some(task)) })
    }

    /// Waits for a fold that is under way, and closes the connection.
    pub async fn stop(&self) {
        let _ = self.stop.send(true);
        let task = self.task.lock().ok().and_then(|mut task| task.take());
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

async fn run(connection: DatabaseConnection, log: PathBuf, mut stopped: watch::Receiver<bool>) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut folded: Option<(u64, Option<SystemTime>)> = None;
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            _ = stopped.changed() => break,
        }
        let Ok(file) = tokio::fs::metadata(&log).await else { continue };
        let written = (file.len(), file.modified().ok());
        if folded == Some(written) {
            continue;
        }
        let mut outcome = connection.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await;
        if outcome.is_ok() && written.0 > TOO_LONG {
            outcome = connection.execute_unprepared("PRAGMA wal_checkpoint(RESTART)").await;
        }
        match outcome {
            Ok(_) => folded = Some(written),
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be folded; it will be tried again"),
        }
    }
    let _ = connection.close().await;
}
