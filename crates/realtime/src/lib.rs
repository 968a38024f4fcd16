//! From the bus to open sockets: who hears what, in which order.
//!
//! One task owns all of it ([`Hub`]). It hands each conversation's events on in the order of their `seq`, without holes,
//! whatever the bus does: what comes early is parked, what is missing is read from the log. That order is also what takes
//! a conversation away from a removed member at once: no later event can overtake the removal.

mod connection;
mod frame;
mod hub;
mod relay;

pub use connection::{Connection, Outgoing};
pub use frame::Frame;
pub use hub::Hub;
