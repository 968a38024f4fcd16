//! The tables as sea-orm sees them; private to this crate.

pub mod account;
pub mod conversation;
pub mod event;
pub mod join_request;
pub mod member;
pub mod server_secret;
pub mod session;
pub mod ws_ticket;
