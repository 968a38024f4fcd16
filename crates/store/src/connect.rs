//! Opening a database: the pools, their settings, and the schema brought up to date.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use domain::ports::{
    Store, StoreError, Tx,
    store::{Answer, AppendMessage, Appended, MovePosition, Moved, WriterMeter},
};
use migrations::Migrator;
use sea_orm::sqlx::{self, Connection, SqliteConnection};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};
use sea_orm_migration::MigratorTrait;

use crate::{appender::Appender, checkpointer::Checkpointer, dialect, error::translate, tx::SqlTx};

/// Connections that read beside the one that writes (SQLite), or connections in all (PostgreSQL).
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    SqliteFile(PathBuf),
    /// `postgres://…`, as the driver reads it; holds a password.
    Postgres(String),
}

/// Why a database cannot be used, each in one line for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot open the database: {0}")]
    Open(DbErr),
    #[error(
        "the database was written by a newer Parlance (it knows the migration `{0}`, this program does not): please start that version"
    )]
    Newer(String),
    #[error("cannot bring the database up to date: {0}")]
    Migrate(DbErr),
}

/// A database with its schema up to date.
pub struct SqlStore {
    readers: DatabaseConnection,
    writer: DatabaseConnection,
    appender: Appender,
    checkpointer: Option<Checkpointer>,
}

impl SqlStore {
    /// Opens the database and migrates it under a lock.
    pub async fn open(url: &DatabaseUrl) -> Result<Arc<Self>, ConnectError> {
        let (readers, writer) = match url {
            DatabaseUrl::SqliteFile(path) => {
                let address = sqlite_address(path);
                // The writer first: it creates the file and switches it to WAL.
                let writer = Database::connect(sqlite(&address, 1)).await.map_err(ConnectError::Open)?;
                let readers = Database::connect(sqlite(&address, SQLITE_READERS)).await.map_err(ConnectError::Open)?;
                (readers, writer)
            }
            DatabaseUrl::Postgres(address) => {
                let mut options = ConnectOptions::new(address);
                options.max_connections(POSTGRES_CONNECTIONS).sqlx_logging(false);
                timeouts(&mut options);
                let pool = Database::connect(options).await.map_err(ConnectError::Open)?;
                (pool.clone(), pool)
            }
        };
        migrate(&writer).await?;
        let appender = Appender::start(writer.clone());
        let checkpointer = match url {
            DatabaseUrl::SqliteFile(path) => Some(Checkpointer::start(path, &sqlite_address(path)).await.map_err(ConnectError::Open)?),
            DatabaseUrl::Postgres(_) => None,
        };
        Ok(Arc::new(Self { readers, writer, appender, checkpointer }))
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Closes the pools, so that SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.stop().await;
        }
        for pool in [self.readers.clone(), self.writer.clone()] {
            if let Err(error) = pool.close().await {
                tracing::warn!(%error, "a database pool did not close");
            }
        }
    }
}

fn timeouts(options: &mut ConnectOptions) {
    options.acquire_timeout(Duration::from_secs(5)).connect_timeout(Duration::from_secs(5));
}

fn sqlite_address(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}

pub(crate) fn sqlite(address: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(address);
    timeouts(&mut options);
    options
        .max_connections(connections)
        .min_connections(connections)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|connection, _| Box::pin(is_clean(connection))))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            // FULL: a commit that was answered survives a power cut. Group commit pays its price once per batch.
            options
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("busy_timeout", "5000")
                .pragma("cache_size", "-8000")
                .pragma("temp_store", "MEMORY")
                .pragma("wal_autocheckpoint", "0")
                .pragma("journal_size_limit", "67108864")
        });
    options
}

/// Whether a connection may be used again. When a disk is full or fails, SQLite ends the transaction by itself; the driver's own
/// `ROLLBACK` is then refused, and the driver goes on counting a transaction that is not there. Whatever came after would be
/// savepoints inside of nothing: answered, and never committed. Such a connection is closed, and a new one takes its place.
/// (The ping lets a rollback that is still queued go first.)
async fn is_clean(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// All pending steps in one transaction under a lock: killed in the middle, it leaves the schema as it was.
async fn migrate(writer: &DatabaseConnection) -> Result<(), ConnectError> {
    let backend = writer.get_database_backend();
    let tx = writer.begin_with_options(dialect::write_options(backend)).await.map_err(ConnectError::Migrate)?;
    if let Some(lock) = dialect::migration_lock(backend) {
        tx.execute_unprepared(lock).await.map_err(ConnectError::Migrate)?;
    }
    Migrator::install(&tx).await.map_err(ConnectError::Migrate)?;
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let applied =
        tx.query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations")).await.map_err(ConnectError::Migrate)?;
    for row in applied {
        let version: String = row.try_get("", "version").map_err(ConnectError::Migrate)?;
        if !known.contains(&version) {
            return Err(ConnectError::Newer(version));
        }
    }
    Migrator::up(&tx, None).await.map_err(ConnectError::Migrate)?;
    tx.commit().await.map_err(ConnectError::Migrate)
}

#[async_trait]
impl Store for SqlStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        let options = dialect::read_options(self.backend());
        Ok(Box::new(SqlTx::new(self.readers.begin_with_options(options).await.map_err(translate)?)))
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        let options = dialect::write_options(self.backend());
        Ok(Box::new(SqlTx::new(self.writer.begin_with_options(options).await.map_err(translate)?)))
    }

    fn append(&self, message: AppendMessage) -> Answer<Appended> {
        self.appender.append(message)
    }

    fn move_position(&self, job: MovePosition) -> Answer<Option<Moved>> {
        self.appender.move_position(job)
    }

    fn writer_meter(&self) -> WriterMeter {
        self.appender.meter()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.readers.execute_unprepared("SELECT 1").await.map(|_| ()).map_err(translate)
    }
}

impl SqlStore {
    fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }
}

#[cfg(test)]
mod tests {
    use domain::ports::store::Stretch;
    use shared_types::{ConversationId, MessageId, Nonce, Timestamp, UserId};
    use uuid::Uuid;

    use super::*;

    fn message(n: u128) -> AppendMessage {
        AppendMessage {
            id: MessageId(Uuid::from_u128(1_000 + n)),
            conversation_id: ConversationId(Uuid::from_u128(2)),
            author_id: UserId(Uuid::from_u128(1)),
            nonce: Nonce(Uuid::from_u128(n)),
            body: "x".repeat(10_000).as_str().try_into().unwrap(),
            names: Vec::new(),
            at: Timestamp(1),
        }
    }

    #[tokio::test]
    async fn p16_after_a_full_disk_whatever_is_acknowledged_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::SqliteFile(folder.path().join("parlance.db"));
        let store = SqlStore::open(&url).await.unwrap();
        let one = "x'00000000000000000000000000000001'";
        let two = "x'00000000000000000000000000000002'";
        for sql in [
            format!("INSERT INTO account VALUES ({one}, 'ann', 'ann', 'a@b.c', 'a@b.c', 'Ann', 'ann', '', 0, 0, 'hash', 1, 1, 1)"),
            format!("INSERT INTO conversation VALUES ({two}, 3, 2, 'tides', NULL, NULL, '', NULL, 0, 0, 0, 1, 1, 1)"),
            format!("INSERT INTO member VALUES ({two}, {one}, 0, 1, 0)"),
        ] {
            store.writer.execute_unprepared(&sql).await.unwrap();
        }
        let mut acknowledged = 0;
        for round in 0..3 {
            // As many pages as there are: the disk is full, for the connection that is there now.
            store.writer.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
            let refused = store.append(message(round * 10)).await;
            assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
            for n in 1..5 {
                store.append(message(round * 10 + n)).await.unwrap();
                acknowledged += 1;
            }
            // A transaction that is given up must not take anything with it either.
            drop(store.write().await.unwrap());
        }
        store.close().await;
        let store = SqlStore::open(&url).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let member = tx.membership(UserId(Uuid::from_u128(1)), ConversationId(Uuid::from_u128(2))).await.unwrap().unwrap();
        assert_eq!(tx.history(&member, Stretch::Newest, 50).await.unwrap().messages.len(), acknowledged);
    }
}
