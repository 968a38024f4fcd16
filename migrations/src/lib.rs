//! The schema's history, one file per step. A step imports nothing of the program and, once released, never changes.
//!
//! Expand, then contract: a release adds what it needs and goes on reading what was there; the next one removes it.

use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait, sea_orm::DbBackend};

mod m0001_first;
mod m0002_edits_positions;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_first::Migration), Box::new(m0002_edits_positions::Migration)]
    }
}

/// Fills a step's SQL with the words of a database: `{uuid}`, `{bytes}` and `{clustered}` (the key is the table).
fn in_words_of(backend: DbBackend, sql: &str) -> String {
    let (uuid, bytes, clustered) = match backend {
        DbBackend::Sqlite => ("BLOB", "BLOB", "WITHOUT ROWID"),
        _ => ("UUID", "BYTEA", ""),
    };
    sql.replace("{uuid}", uuid).replace("{bytes}", bytes).replace("{clustered}", clustered)
}
