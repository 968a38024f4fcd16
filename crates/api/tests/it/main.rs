//! The program from outside: every test has a server and a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod bad_input;
mod contract;
mod conversations;
mod edits;
mod members;
mod messages;
mod once;
mod planted;
mod receipts;
mod rooms;
mod sessions;
mod sockets;
mod start;
mod stream;
mod unread;
