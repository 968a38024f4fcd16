//! The domain's store on SQLite and PostgreSQL.
//!
//! `rows/<noun>.rs` is the twin of `domain/ports/store/<noun>.rs`. Cold paths speak sea-orm entities; the append batch, the
//! history page and the list are fixed statements, since they were measured to cost half as much. `$1` is a placeholder
//! that both databases understand; what they do not share stands in `dialect.rs`.

mod appender;
mod checkpointer;
mod connect;
mod dialect;
mod entity;
mod error;
mod rows;
mod secret;
mod tx;

pub use connect::{ConnectError, DatabaseUrl, SqlStore};
