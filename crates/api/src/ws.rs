//! The socket: upgrade, identity, and one task per connection.

mod codec;
mod session;
pub mod upgrade;
