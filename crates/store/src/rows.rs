//! The rows of each noun, and how wire types are made of them.

mod accounts;
mod conversations;
pub mod convert;
mod members;
pub mod messages;
#[cfg(test)]
mod plans;
pub mod positions;
mod sessions;
mod upkeep;
