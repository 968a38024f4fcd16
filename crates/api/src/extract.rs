//! Requests as values: a handler never sees bytes.

mod body;
mod identity;
mod origin;
mod path;

pub use body::Body;
pub use identity::{Me, RefreshCookie};
pub use origin::From;
pub use path::{Path, Query};
