//! The store by itself, on whichever database the test run names.

mod append;
mod open;
