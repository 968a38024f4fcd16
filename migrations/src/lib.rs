//! The schema's history, one file per step. A step imports nothing of the program and, once released, never changes.
//!
//! Expand, then contract: a release adds what it needs and goes on reading what was there; the next one removes it.

use sea_orm_migration::{
    DbErr, MigrationTrait, MigratorTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait, DbBackend},
};

mod m0001_first;
mod m0002_edits_positions;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_first::Migration), Box::new(m0002_edits_positions::Migration)]
    }
}

/// Runs the statements of a step, one after the other.
async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sql = in_words_of(manager.get_database_backend(), sql);
    for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Fills a step's SQL with the words of a database: `{uuid}`, `{bytes}` and `{clustered}` (the key is the table).
fn in_words_of(backend: DbBackend, sql: &str) -> String {
    let (uuid, bytes, clustered) = match backend {
        DbBackend::Sqlite => ("BLOB", "BLOB", "WITHOUT ROWID"),
        _ => ("UUID", "BYTEA", ""),
    };
    sql.replace("{uuid}", uuid).replace("{bytes}", bytes).replace("{clustered}", clustered)
}
