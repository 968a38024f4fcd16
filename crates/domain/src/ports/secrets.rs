//! Chance, password hashes and access tokens.

use async_trait::async_trait;
use shared_types::{SessionId, Timestamp, UserId};

use crate::error::Result;

/// What an access token says once its signature and times hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    pub user_id: UserId,
    pub session_id: SessionId,
}

#[async_trait]
pub trait Secrets: Send + Sync {
    fn fill_random(&self, bytes: &mut [u8]);

    /// Waits for a place among the few hashes that are made at once; `Error::Unavailable` when the queue is full.
    async fn hashing_turn(&self) -> Result<HashingTurn>;

    /// A salted hash in PHC string form.
    async fn hash_password(&self, turn: &HashingTurn, password: &str) -> Result<String>;

    /// Whether the password belongs to the hash, and whether the hash should be made anew with today's parameters.
    /// Takes as long for `None` (no such account) as for a hash.
    async fn verify_password(&self, password: &str, hash: Option<&str>) -> Result<Verified>;

    /// A signed access token that ends at `expires_at`.
    fn sign_access(&self, claims: AccessClaims, now: Timestamp, expires_at: Timestamp) -> Result<String>;

    /// `Error::TokenExpired` past its time, `Error::Unauthenticated` for anything else that does not hold.
    fn read_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims>;
}

/// A place in the hashing pool, given back when dropped. Whoever holds one may look once more whether the hash is still
/// wanted: of a thousand sign-ups of one name, all but the first then cost nothing.
pub struct HashingTurn(pub Box<dyn Send + Sync>);

/// The outcome of a password check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    No,
    Yes,
    /// Right, but hashed with older parameters or another algorithm.
    YesButOutdated,
}
