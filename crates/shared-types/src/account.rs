//! Signing up, signing in, sessions and one's own profile.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    id::SessionId,
    password::Password,
    text::{Bio, DisplayName, Email, Username},
    time::Timestamp,
    user::Me,
};

/// A new account. Answered with 201 and [`SignedIn`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Register {
    pub username: Username,
    pub email: Email,
    pub password: Password,
    /// The username, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<DisplayName>,
}

/// What somebody typed as their password: anything, so that old passwords keep working when the rule changes.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
#[serde(transparent)]
pub struct GivenPassword(pub String);

impl fmt::Debug for GivenPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenPassword(…)")
    }
}

/// Username or e-mail address, and password.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub login: String,
    pub password: GivenPassword,
}

/// Answer to registration, log-in and refresh. The refresh token travels beside it in an `HttpOnly` cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedIn {
    pub user: Me,
    /// For `Authorization: Bearer …` and for the first frame of a socket.
    pub access_token: String,
    /// Seconds until the access token has to be refreshed.
    pub expires_in: u32,
}

/// What of the own profile changes; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateProfile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<DisplayName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<Bio>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares_receipts: Option<bool>,
}

/// Ends every other session of the person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub current: GivenPassword,
    pub new: Password,
}

/// One signed-in device of the person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub id: SessionId,
    /// The one that asks.
    pub current: bool,
    /// The device in words, read from its `User-Agent`: "Firefox on Linux".
    pub device: String,
    /// The network address it last came from.
    pub address: String,
    pub created_at: Timestamp,
    /// To within five minutes.
    pub last_active_at: Timestamp,
}

/// All sessions, the current one first, then by last activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    pub sessions: Vec<Session>,
}
