//! People as others see them.

use serde::{Deserialize, Serialize};

use crate::{
    id::UserId,
    text::{Bio, DisplayName, Email, Username},
    time::Timestamp,
};

/// What everyone on the server may know of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    pub id: UserId,
    pub username: Username,
    pub display_name: DisplayName,
    pub bio: Bio,
    /// Another person had a name that looks the same before this one did: show the username beside the display name.
    pub lookalike: bool,
    pub role: ServerRole,
    pub created_at: Timestamp,
}

/// What a person may do on the server as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServerRole {
    /// The first account; runs the server.
    Owner,
    Admin,
    Member,
    #[serde(other)]
    Unknown,
}

impl ServerRole {
    /// Whether this person looks after the server itself: default rooms, other people's rooms.
    pub fn runs_the_server(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// The signed-in person, as only they see themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "crate::flat::FlatMe")]
pub struct Me {
    #[serde(flatten)]
    pub user: User,
    pub email: Email,
    /// Whether others see how far this person has received and read, and this person sees it of others.
    pub shares_receipts: bool,
}
