//! From the bus to open sockets: who hears what, in which order.
//!
//! One task owns all of it ([`Hub`]). It hands each conversation's events on in the order of their `seq`, without holes,
//! whatever the bus does: what comes early is parked, what is missing is read from the log. That order is also what takes
//! a conversation away from a removed member at once: no later event can overtake the removal.
//!
//! What is decided is in `book` and `relay`, without time, tasks or ports; `hub` gives them all three. A round hands on
//! whatever the bus held: the events of a conversation become one chunk of framed bytes, and each socket of each member gets
//! a pointer to it. So the cost of an event falls as the load rises, with no timer to wait for.

mod book;
mod chunk;
mod connection;
mod hub;
mod line;
mod relay;

pub use chunk::append;
pub use connection::{Connection, Turn};
pub use hub::{Hub, HubMeter};
pub use line::Close;
