//! The server's pure heart. A use case is a function, context first: begin → membership → check → write → commit →
//! publish. It knows ports, not adapters: no HTTP, no SQL, no sockets.

pub mod accounts;
pub mod conversations;
pub mod ctx;
pub mod error;
pub mod integrity;
pub mod log;
pub mod members;
pub mod membership;
pub mod messages;
pub mod names;
pub mod people;
pub mod ports;
pub mod receipts;
pub mod resume;
pub mod rooms;
pub mod sessions;
pub mod snapshot;
pub mod throttle;

pub use ctx::Ctx;
pub use error::{Error, Result};
pub use membership::Membership;
