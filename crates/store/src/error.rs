//! Database errors in the domain's words.

use domain::ports::{StoreError, store::Unique};
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

/// PostgreSQL's SQLSTATEs that mean "not now", beside the class 08, and `disk_full`.
const POSTGRES_BUSY: &[&str] = &["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"];
const POSTGRES_FULL: &str = "53100";
/// SQLite's primary result codes that mean "not now": busy, locked, no memory, read-only, a failed read or write, no file. An
/// extended code (`SQLITE_IOERR_FSYNC`, 1034) holds its primary one in the lower eight bits.
const SQLITE_BUSY: &[u32] = &[5, 6, 7, 8, 10, 14];
const SQLITE_FULL: u32 = 13;

/// What a database's own code asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    Busy,
    Full,
    Other,
}

/// SQLite's codes are numbers below 10,000, PostgreSQL's have five characters.
fn cause_of(code: &str) -> Cause {
    if let (true, Ok(code)) = (code.len() < 5, code.parse::<u32>()) {
        return match code & 0xFF {
            SQLITE_FULL => Cause::Full,
            primary if SQLITE_BUSY.contains(&primary) => Cause::Busy,
            _ => Cause::Other,
        };
    }
    match code {
        POSTGRES_FULL => Cause::Full,
        _ if POSTGRES_BUSY.contains(&code) || code.starts_with("08") => Cause::Busy,
        _ => Cause::Other,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub fn translate(error: DbErr) -> StoreError {
    if let Some(SqlErr::UniqueConstraintViolation(detail)) = error.sql_err() {
        return StoreError::Taken(unique(&detail));
    }
    match &error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => StoreError::Unavailable(error.to_string()),
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => match &**cause {
            SqlxError::Database(detail) => match detail.code().as_deref().map_or(Cause::Other, cause_of) {
                Cause::Full => StoreError::Full,
                Cause::Busy => StoreError::Unavailable(error.to_string()),
                Cause::Other => StoreError::Failed(error.to_string()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p16_a_disk_that_fails_or_is_full_is_no_fault_of_ours() {
        for (code, expected) in [
            ("13", Cause::Full),
            ("53100", Cause::Full),
            ("5", Cause::Busy),
            ("517", Cause::Busy),
            ("778", Cause::Busy),
            ("1034", Cause::Busy),
            ("08006", Cause::Busy),
            ("57P01", Cause::Busy),
            ("1", Cause::Other),
            ("2067", Cause::Other),
            ("23505", Cause::Other),
        ] {
            assert_eq!(cause_of(code), expected, "{code}");
        }
    }
}
