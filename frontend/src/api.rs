//! Every call of the JSON API, typed. Tokens and their renewal are here too; nobody else knows them.

mod account;
mod conversations;
mod http;
mod messages;
mod people;
pub(crate) mod token;

pub use self::{account::*, conversations::*, messages::*, people::*};

use shared_types::{ErrorBody, ErrorCode};

/// Why a call did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiFailure {
    /// The server could not be reached, or its answer did not arrive. Whether it did what was asked is unknown.
    Network,
    /// The server said no.
    Refused {
        status: u16,
        /// Absent if something between us and the server answered.
        body: Option<ErrorBody>,
        /// Seconds after which to try again.
        retry_after: Option<u32>,
    },
    /// Nobody is signed in any more; the state has changed already.
    SignedOut,
    /// The answer was not what the contract says.
    Unreadable,
}

impl ApiFailure {
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { body: Some(body), .. } => Some(body.code),
            _ => None,
        }
    }

    pub fn is(&self, code: ErrorCode) -> bool {
        self.code() == Some(code)
    }

    /// The field of the form that is at fault, as a path: `username`, `message.body`.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused { body: Some(body), .. } => body.field.as_deref(),
            _ => None,
        }
    }

    /// The server's own sentence for a person, if it had one.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Refused { body: Some(body), .. } => Some(&body.message),
            _ => None,
        }
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Seconds after which to try again, if the server said so.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the same call may work a little later: no network, an overloaded or a restarting server.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Network => true,
            Self::Refused { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504 | 507),
            Self::SignedOut | Self::Unreadable => false,
        }
    }
}

pub type Answer<T> = Result<T, ApiFailure>;
