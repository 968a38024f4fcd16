//! The bridge: everything that server and browser must agree on, and nothing else.
//!
//! Each public type here is a wire type: its serde form is the contract of the JSON API and of the socket.
//! Text that has rules is parsed at the door ([`text`]); whoever holds a [`text::MessageBody`] need not check it again.

pub mod account;
pub mod conversation;
pub mod error;
mod flat;
pub mod id;
pub mod limits;
pub mod member;
pub mod mention;
pub mod message;
pub mod page;
pub mod password;
pub mod route;
pub mod search;
pub mod server;
pub mod text;
pub mod time;
pub mod user;
pub mod ws;

pub use error::{ErrorBody, ErrorCode, Invalid};
pub use id::{ConversationId, MessageId, Nonce, Seq, SessionId, UserId};
pub use time::Timestamp;
