//! The socket: handshake, identity, and one task per connection.

mod codec;
mod decoder;
mod greeting;
mod handshake;
mod pipeline;
mod session;
mod socket;
pub mod upgrade;

use std::sync::Arc;

use domain::Ctx;
use realtime::Hub;
use tokio_util::task::TaskTracker;

/// What the tasks of all sockets share.
pub struct Sockets {
    pub ctx: Ctx,
    pub hub: Hub,
    /// Names this build for clients: another name after a reconnect means that a newer client is there.
    pub build: Arc<str>,
    /// Counts the tasks, so that a server that stops can wait for them.
    pub tasks: TaskTracker,
}
