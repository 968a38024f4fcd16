//! The ports: what the domain needs of the world, in the domain's words.

mod bus;
mod clock;
mod secrets;
pub mod store;

pub use bus::{Bus, Delivery, Signal, Subscription};
pub use clock::Clock;
pub use secrets::{AccessClaims, HashingTurn, Secrets, Verified};
pub use store::{Store, StoreError, Tx};
