//! The one error shape of the API, its closed list of codes, and the reasons for which text is refused.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What every answer that is not a success carries, and what an `error` frame carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    pub code: ErrorCode,
    /// One sentence for a person, in English.
    pub message: String,
    /// The field of the request that is at fault, as a path: `username`, `message.body`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The bound that was passed, in the unit of the field (characters, bytes, seconds, people).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Names this one request in the server's log.
    pub request_id: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Why a request was refused. The list grows; a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
            /// A code that this program does not know yet.
            #[serde(other)]
            Unknown,
        }

        impl ErrorCode {
            /// Every code with the text it has on the wire.
            pub const ALL: &[(Self, &str)] = &[$((Self::$name, $text)),+];

            pub fn as_str(self) -> &'static str {
                Self::ALL.iter().find(|(code, _)| *code == self).map_or("unknown", |(_, text)| text)
            }
        }
    };
}

codes! {
    /// The body is not JSON, or not UTF-8.
    MalformedJson = "malformed_json",
    /// A field is missing or has the wrong type.
    WrongType = "wrong_type",
    /// A field holds a word that its closed list does not know.
    UnknownValue = "unknown_value",
    /// A field is empty, or holds nothing but white space.
    Required = "required",
    TooShort = "too_short",
    TooLong = "too_long",
    /// NUL or another control character.
    ControlCharacters = "control_characters",
    /// The text has a form that its field does not allow.
    InvalidFormat = "invalid_format",
    /// The password is on the list of those that are tried first.
    PasswordCommon = "password_common",
    /// Nobody is signed in: no token, or one that does not hold.
    Unauthenticated = "unauthenticated",
    /// The access token is past its time; refresh it.
    TokenExpired = "token_expired",
    /// The session has ended: signed out, revoked, or its refresh token was used twice.
    SessionEnded = "session_ended",
    /// Unknown login or wrong password; the answer never says which.
    InvalidCredentials = "invalid_credentials",
    /// Too many attempts; `Retry-After` says when to come back.
    RateLimited = "rate_limited",
    /// You can see it, but may not do this with it.
    Forbidden = "forbidden",
    /// It does not exist, or you may not know of it: the answer is the same.
    NotFound = "not_found",
    MethodNotAllowed = "method_not_allowed",
    UsernameTaken = "username_taken",
    EmailTaken = "email_taken",
    NameTaken = "name_taken",
    AliasTaken = "alias_taken",
    /// This nonce already names another message of yours.
    NonceReused = "nonce_reused",
    /// The message was edited meanwhile, or deleted; read it again.
    EditConflict = "edit_conflict",
    /// This `Idempotency-Key` was used for another request.
    KeyReused = "key_reused",
    /// The last owner has to hand the room over first.
    LastOwner = "last_owner",
    /// The request makes no sense in the present state (a direct message has no topic …).
    Conflict = "conflict",
    PayloadTooLarge = "payload_too_large",
    UnsupportedMediaType = "unsupported_media_type",
    /// The request comes from a page of another origin.
    ForeignOrigin = "foreign_origin",
    /// The socket knows text frames only.
    BinaryFrame = "binary_frame",
    /// The database does not answer, or the server is at its limit; nothing was stored, try again.
    Unavailable = "unavailable",
    /// The disk is full; nothing was stored.
    StorageFull = "storage_full",
    /// A fault of ours. It is in the log under the request id.
    Internal = "internal",
}

/// Why a text was refused by one of the types of [`crate::text`].
///
/// serde carries errors only as text, so code and limit ride at the head of the [`fmt::Display`] form in brackets;
/// [`Invalid::from_str`] reads them back at the edge. No layer in between looks inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    pub code: ErrorCode,
    pub limit: Option<u64>,
    /// A sentence for a person.
    pub message: String,
}

impl Invalid {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, limit: None, message: message.into() }
    }

    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit as u64);
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            Some(limit) => write!(f, "[{} {limit}] {}", self.code.as_str(), self.message),
            None => write!(f, "[{}] {}", self.code.as_str(), self.message),
        }
    }
}

impl std::error::Error for Invalid {}

impl FromStr for Invalid {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (head, message) = text.strip_prefix('[').and_then(|rest| rest.split_once("] ")).ok_or(())?;
        let (code, limit) = match head.split_once(' ') {
            Some((code, limit)) => (code, Some(limit.parse().map_err(|_| ())?)),
            None => (head, None),
        };
        let (code, _) = ErrorCode::ALL.iter().find(|(_, name)| *name == code).ok_or(())?;
        Ok(Self { code: *code, limit, message: message.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_survives_its_way_through_serde() {
        for refusal in [
            Invalid::new(ErrorCode::TooLong, "That is too long.").with_limit(16_000),
            Invalid::new(ErrorCode::Required, "Please write something."),
        ] {
            assert_eq!(refusal.to_string().parse(), Ok(refusal));
        }
    }

    #[test]
    fn the_listed_texts_are_those_on_the_wire() {
        for (code, text) in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), *text);
        }
    }

    #[test]
    fn a_stranger_among_the_codes_is_survivable() {
        let body: ErrorBody = serde_json::from_str(r#"{"code":"from_the_future","message":"","request_id":"1"}"#).unwrap();
        assert_eq!(body.code, ErrorCode::Unknown);
    }
}
