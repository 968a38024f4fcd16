//! Finding people.

use serde::{Deserialize, Serialize};

use crate::user::User;

/// People whose username, display name or one of its words begins with the query, without regard to case and accents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserList {
    pub users: Vec<User>,
}
