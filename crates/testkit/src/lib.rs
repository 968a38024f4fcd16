//! Dev only: a running server on a real database, people who use it over HTTP and sockets, and a clock that a test turns.
//!
//! Everything here panics when something is not as it should be: that is how a test fails.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

mod clock;
mod database;
mod person;
mod planted;
mod socket;
mod world;

pub use clock::TestClock;
pub use database::Database;
pub use person::{Answer, PASSWORD, Person, body_of};
pub use planted::{Bug, Planted};
pub use socket::Socket;
pub use world::World;
