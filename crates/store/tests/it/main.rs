//! The store by itself, on whichever database the test run names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod append;
mod open;
