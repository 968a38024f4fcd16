//! The few things that the databases do not share. Nothing else matches on which one it is.

use sea_orm::{AccessMode, DbBackend, IsolationLevel, SqliteTransactionMode, TransactionOptions};

/// Options of a transaction that writes. SQLite takes its write lock at once, so that no upgrade can fail half-way.
pub fn write_options(backend: DbBackend) -> TransactionOptions {
    match backend {
        DbBackend::Sqlite => TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() },
        _ => TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..Default::default() },
    }
}

/// Options of a transaction that reads one snapshot.
pub fn read_options(backend: DbBackend) -> TransactionOptions {
    match backend {
        DbBackend::Sqlite => TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred), ..Default::default() },
        _ => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..Default::default()
        },
    }
}

/// Holds the rows of a `SELECT` to the end of the transaction. SQLite's write transaction holds everything already.
pub fn for_update(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "",
        _ => " FOR UPDATE",
    }
}

/// One migration at a time, whatever the number of nodes that start. SQLite's write transaction is that lock.
pub fn migration_lock(backend: DbBackend) -> Option<&'static str> {
    match backend {
        DbBackend::Sqlite => None,
        _ => Some("SELECT pg_advisory_xact_lock(7233912001)"),
    }
}

/// How many `$n` fit into one statement, with room to spare (SQLite 32,766; PostgreSQL 65,535).
pub const MAX_VALUES: usize = 30_000;

/// `($1, $2), ($3, $4)` for rows of a width.
pub fn tuples(rows: usize, width: usize, first: usize) -> String {
    use std::fmt::Write;
    let mut sql = String::with_capacity(rows * width * 5);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            let _ = write!(sql, "{}${}", if column == 0 { "" } else { ", " }, first + row * width + column);
        }
        sql.push(')');
    }
    sql
}

/// `$1, $2, $3`, to stand in `IN (…)`.
pub fn list(length: usize, first: usize) -> String {
    (first..first + length).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
