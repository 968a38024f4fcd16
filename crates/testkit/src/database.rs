//! A database of its own for each test: a file in a temporary folder, or a fresh database of the PostgreSQL server that
//! `PARLANCE_TEST_POSTGRES_URL` names.

use std::path::Path;

use sea_orm::ConnectionTrait;
use store::DatabaseUrl;
use tempfile::TempDir;

pub struct Database {
    pub url: DatabaseUrl,
    folder: TempDir,
}

impl Database {
    pub async fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match std::env::var("PARLANCE_TEST_POSTGRES_URL") {
            Ok(server) => DatabaseUrl::Postgres(create(&server).await),
            Err(_) => DatabaseUrl::SqliteFile(folder.path().join("parlance.db")),
        };
        Self { url, folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// As the setting `database_url` spells it.
    pub fn setting(&self) -> String {
        match &self.url {
            DatabaseUrl::SqliteFile(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.url, DatabaseUrl::SqliteFile(_))
    }
}

async fn create(server: &str) -> String {
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let admin = sea_orm::Database::connect(server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let (server, _) = server.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}
