//! Why a use case says no. What status that is, only the edge knows.

use std::{borrow::Cow, fmt};

use shared_types::Invalid;

use crate::ports::store::{StoreError, Unique};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that no type could refuse alone; `field` is its path in the request.
    #[error("{field}: {invalid}")]
    Invalid { field: Cow<'static, str>, invalid: Invalid },
    #[error("nobody is signed in")]
    Unauthenticated,
    #[error("the access token has expired")]
    TokenExpired,
    #[error("the session has ended")]
    SessionEnded,
    #[error("unknown login or wrong password")]
    InvalidCredentials,
    #[error("too many attempts; again in {retry_after_s} s")]
    RateLimited { retry_after_s: u32 },
    /// The asker may know of it, but not do this. The sentence is for them.
    #[error("{0}")]
    Forbidden(&'static str),
    /// It does not exist, or the asker may not know of it.
    #[error("not found")]
    NotFound,
    #[error("that username is taken")]
    UsernameTaken,
    #[error("that e-mail address has an account")]
    EmailTaken,
    #[error("a public room has that name")]
    NameTaken,
    #[error("that alias leads to another room")]
    AliasTaken,
    #[error("the nonce names another message")]
    NonceReused,
    /// The message is not what the editor had before them.
    #[error("the message was changed meanwhile")]
    EditConflict,
    #[error("the key was used for another request")]
    KeyReused,
    #[error("the last owner has to hand over first")]
    LastOwner,
    /// The request makes no sense in the present state. The sentence is for the asker.
    #[error("{0}")]
    Conflict(&'static str),
    /// The database does not answer, or a queue is full: nothing was stored.
    #[error("unavailable: {0}")]
    Unavailable(String),
    #[error("the disk is full")]
    StorageFull,
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub fn invalid(field: &'static str, invalid: Invalid) -> Self {
        Self::Invalid { field: Cow::Borrowed(field), invalid }
    }

    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(Unique::Username) => Self::UsernameTaken,
            StoreError::Taken(Unique::Email) => Self::EmailTaken,
            StoreError::Taken(Unique::RoomName) => Self::NameTaken,
            StoreError::Taken(Unique::Alias) => Self::AliasTaken,
            StoreError::Taken(Unique::Nonce) => Self::NonceReused,
            StoreError::Taken(Unique::Other) => Self::Conflict("Somebody else did the same at this moment; please try again."),
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::Full => Self::StorageFull,
            StoreError::Failed(cause) => Self::Internal(cause),
        }
    }
}
