//! What anyone may know of the server before signing in.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// The program's version.
    pub version: String,
    /// Nobody has an account yet: the next to register becomes the owner.
    pub first_run: bool,
    pub limits: Limits,
}

/// Answer of the health checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok`, or in one sentence what is missing.
    pub status: String,
}

/// What counting everything anew found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Integrity {
    /// How many were looked at.
    pub conversations: u64,
    /// Empty, unless something is wrong.
    pub differences: Vec<Difference>,
}

/// A stored value that is not what its log gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    pub conversation_id: crate::ConversationId,
    /// Which value: `head_seq`, `events_without_holes`, `last_message_seq`, `member_count`, `mentions` and their like.
    pub what: String,
    pub stored: i64,
    pub counted: i64,
}
