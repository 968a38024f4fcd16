//! Who belongs to a conversation, and as what.

use serde::{Deserialize, Serialize};

use crate::{id::UserId, time::Timestamp, user::User};

/// What a member may do in one conversation. The order is the order of the member list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and hands the room over.
    Owner,
    /// Adds and removes people, changes name and topic.
    Moderator,
    Member,
    #[serde(other)]
    Unknown,
}

impl Role {
    /// Whether this role looks after the conversation: its name, its members, its requests to join.
    pub fn looks_after(self) -> bool {
        matches!(self, Self::Owner | Self::Moderator)
    }
}

/// One member, with the person's current name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    pub user: User,
    pub role: Role,
    pub joined_at: Timestamp,
}

/// Owners first, then moderators, then everyone else, each in the order in which they signed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberPage {
    pub members: Vec<Member>,
    /// Pass as `cursor` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Adds people to a group or room. Who is a member already stays what they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddMembers {
    /// 1 to 100 people.
    pub user_ids: Vec<UserId>,
    /// Whether they may read what was said before. Default: yes.
    #[serde(default = "yes")]
    pub with_history: bool,
}

fn yes() -> bool {
    true
}

/// A new role for a member.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    pub role: Role,
}

/// Somebody asks to be let into a private room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinRequest {
    pub user: User,
    pub requested_at: Timestamp,
}

/// Open requests, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinRequestList {
    pub requests: Vec<JoinRequest>,
}
