//! Signed-in devices and the single-use passes of their sockets.

use async_trait::async_trait;
use shared_types::{SessionId, Timestamp, UserId};

use super::StoreError;

#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    /// SHA-256 of the refresh token; the token itself is never stored.
    pub refresh_hash: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub device: String,
    pub address: String,
}

#[derive(Clone, Debug)]
pub struct SessionRecord {
    pub id: SessionId,
    pub user_id: UserId,
    pub refresh_hash: Vec<u8>,
    /// The token before the last rotation.
    pub previous_hash: Option<Vec<u8>>,
    pub rotated_at: Timestamp,
    pub created_at: Timestamp,
    pub last_active_at: Timestamp,
    pub expires_at: Timestamp,
    pub device: String,
    pub address: String,
}

#[async_trait]
pub trait SessionRows {
    async fn insert_session(&mut self, session: &NewSession) -> Result<(), StoreError>;

    /// Live sessions only: an ended one has no row.
    async fn session(&mut self, id: SessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// Those of the ids that are still there; of however many.
    async fn live_sessions(&mut self, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError>;

    async fn sessions_of(&mut self, user: UserId) -> Result<Vec<SessionRecord>, StoreError>;

    /// Replaces the refresh hash if it still is `expected`; false if another request was faster.
    async fn rotate_session(
        &mut self,
        id: SessionId,
        expected: &[u8],
        new: &[u8],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    async fn touch_session(&mut self, id: SessionId, now: Timestamp, address: &str) -> Result<(), StoreError>;

    /// False if it had ended already.
    async fn delete_session(&mut self, id: SessionId) -> Result<bool, StoreError>;

    async fn insert_ticket(&mut self, hash: &[u8], session: SessionId, expires_at: Timestamp) -> Result<(), StoreError>;

    /// The session of a ticket that has not expired; the ticket is gone afterwards. Expired ones are swept on the way.
    async fn take_ticket(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<SessionId>, StoreError>;

    /// Removes sessions past their end, and tells which.
    async fn delete_expired_sessions(&mut self, now: Timestamp) -> Result<Vec<SessionId>, StoreError>;
}
