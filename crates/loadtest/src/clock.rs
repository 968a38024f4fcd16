//! The one place that reads the clock of day and draws chance: nonces.

use shared_types::Nonce;
use uuid::Uuid;

/// A new name for a message, never given before.
#[expect(clippy::disallowed_methods, reason = "a client of the API makes its own nonces; there is no Ctx on this side of it")]
pub fn nonce() -> Nonce {
    Nonce(Uuid::now_v7())
}
