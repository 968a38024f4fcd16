//! What the browser client knows and decides, without a browser: no leptos, no web-sys, no clock, no chance.
//!
//! Time comes in as a [`shared_types::Timestamp`] and chance as a number, so every decision can be tried natively in a
//! moment. [`model::Model`] holds the nouns together; the other modules are one noun each.

pub mod draft;
pub mod edits;
pub mod fuzzy;
pub mod keeper;
pub mod link;
pub mod model;
pub mod outbox;
pub mod people;
pub mod plain;
pub mod preferences;
pub mod receipts;
pub mod roster;
pub mod session;
pub mod sorted;
pub mod sync;
pub mod tabs;
pub mod target;
pub mod timeline;
pub mod unread;

#[cfg(test)]
mod testing;
