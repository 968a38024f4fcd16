//! Database errors in the domain's words.

use domain::ports::{StoreError, store::Unique};
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

/// SQLite's primary result codes and PostgreSQL's SQLSTATE classes that mean "not now".
const BUSY: &[&str] = &["5", "6", "10", "261", "517", "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"];
/// `SQLITE_FULL`, and `disk_full` of PostgreSQL.
const FULL: &[&str] = &["13", "53100"];

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub fn translate(error: DbErr) -> StoreError {
    if let Some(SqlErr::UniqueConstraintViolation(detail)) = error.sql_err() {
        return StoreError::Taken(unique(&detail));
    }
    match &error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => StoreError::Unavailable(error.to_string()),
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => match &**cause {
            SqlxError::Database(detail) => match detail.code().as_deref() {
                Some(code) if FULL.contains(&code) => StoreError::Full,
                Some(code) if BUSY.contains(&code) || code.starts_with("08") => StoreError::Unavailable(error.to_string()),
                _ => StoreError::Failed(error.to_string()),
            },
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
                StoreError::Unavailable(error.to_string())
            }
            _ => StoreError::Failed(error.to_string()),
        },
        _ => StoreError::Failed(error.to_string()),
    }
}

/// SQLite names the columns, PostgreSQL the index; both spell the telling word.
fn unique(detail: &str) -> Unique {
    for (word, which) in [
        ("username_key", Unique::Username),
        ("email_key", Unique::Email),
        ("name_key", Unique::RoomName),
        ("room_alias", Unique::Alias),
        ("nonce", Unique::Nonce),
    ] {
        if detail.contains(word) {
            return which;
        }
    }
    Unique::Other
}

/// For values that our own code wrote and cannot read back.
pub fn corrupt(what: &str) -> StoreError {
    StoreError::Failed(format!("unreadable {what} in the database"))
}
