//! Requests as values: a handler never sees bytes.

mod body;
mod idempotency;
mod identity;
mod origin;
mod path;

pub use body::Body;
pub use idempotency::IdempotencyKey;
pub use identity::{Me, RefreshCookie};
pub use origin::From;
pub use path::{Path, Query};
