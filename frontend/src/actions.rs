//! Every intent of a person. Views call these, and nothing else changes anything.
//!
//! Those that return a `Result` are awaited by forms, which show the failure in place. The others are fire and forget: what comes
//! of them arrives in the signals of [`crate::state`], and a failure in `app.toasts`.

mod account;
mod changing;
mod connection;
mod effects;
mod marking;
mod members;
mod rooms;
mod search;
mod sending;
mod timeline;

pub use self::{
    account::*, changing::*, connection::retry_connection, marking::*, members::*, rooms::*, search::*, sending::*, timeline::*,
};
pub(crate) use self::{
    effects::carry_out,
    sending::{draft_told, keep, reread_letters},
};
