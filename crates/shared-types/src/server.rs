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
