//! What keeps the whole honest: keys of repeated requests, and counting everything anew.

use async_trait::async_trait;
use shared_types::{ConversationId, Timestamp, UserId, server::Difference};

use super::StoreError;

/// A creating request under a name that its sender gave it.
#[derive(Clone, Debug)]
pub struct Claim {
    pub user_id: UserId,
    /// The `Idempotency-Key`.
    pub name: String,
    /// Of the request: the same name for another request is an error.
    pub fingerprint: Vec<u8>,
}

#[async_trait]
pub trait UpkeepRows {
    /// What an earlier request under this name was, and what it made.
    async fn claimed(&mut self, claim: &Claim) -> Result<Option<(Vec<u8>, ConversationId)>, StoreError>;

    /// Remembers what this transaction makes under the name.
    async fn claim(&mut self, claim: &Claim, made: ConversationId, now: Timestamp) -> Result<(), StoreError>;

    /// How many conversations there are, and whatever about them is stored beside the log and does not agree with it.
    async fn recount(&mut self) -> Result<(u64, Vec<Difference>), StoreError>;
}
