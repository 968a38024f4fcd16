//! The handlers, by noun. Each is three moves: extract, call, wrap.

pub mod auth;
pub mod conversations;
pub mod me;
pub mod members;
pub mod messages;
pub mod metrics;
pub mod people;
pub mod rooms;
pub mod server;
