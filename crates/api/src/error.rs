//! Refusals as HTTP: only here a reason becomes a status code.
//!
//! A handler answers with a [`Problem`]; [`crate::middleware`] writes the body, since it knows the request's id.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Error;
use shared_types::{ErrorBody, ErrorCode, Invalid};

pub type ApiResult<T> = Result<T, Problem>;

/// Everything about a refusal but the request's id.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub code: ErrorCode,
    pub message: String,
    pub field: Option<String>,
    pub limit: Option<u64>,
    pub retry_after_s: Option<u32>,
}

impl Problem {
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, limit: None, retry_after_s: None }
    }

    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A text that its type refused.
    pub fn invalid(field: Option<String>, invalid: Invalid) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, invalid.code, invalid.message);
        Self { field, limit: invalid.limit, ..problem }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is nothing here, or nothing that you may see.")
    }

    pub fn body(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            code: self.code,
            message: self.message.clone(),
            field: self.field.clone(),
            limit: self.limit,
            request_id: request_id.to_owned(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        use ErrorCode as Code;
        use StatusCode as Status;
        match error {
            Error::Invalid { field, invalid } => Self::invalid(Some(field.into_owned()), invalid),
            Error::Unauthenticated => Self::new(Status::UNAUTHORIZED, Code::Unauthenticated, "Please sign in."),
            Error::TokenExpired => Self::new(Status::UNAUTHORIZED, Code::TokenExpired, "The access token has expired; refresh it."),
            Error::SessionEnded => Self::new(Status::UNAUTHORIZED, Code::SessionEnded, "This session has ended. Please sign in again."),
            Error::InvalidCredentials => {
                Self::new(Status::UNAUTHORIZED, Code::InvalidCredentials, "That name and password do not go together.")
            }
            Error::RateLimited { retry_after_s } => {
                let message = "That was tried too often. Please wait a little.";
                Self { retry_after_s: Some(retry_after_s), ..Self::new(Status::TOO_MANY_REQUESTS, Code::RateLimited, message) }
            }
            Error::Forbidden(sentence) => Self::new(Status::FORBIDDEN, Code::Forbidden, sentence),
            Error::NotFound => Self::not_found(),
            Error::UsernameTaken => {
                Self::new(Status::CONFLICT, Code::UsernameTaken, "That username, or one that looks like it, is taken.").in_field("username")
            }
            Error::EmailTaken => {
                Self::new(Status::CONFLICT, Code::EmailTaken, "That e-mail address has an account already.").in_field("email")
            }
            Error::NameTaken => {
                Self::new(Status::CONFLICT, Code::NameTaken, "A public room has that name, or one that looks like it.").in_field("name")
            }
            Error::AliasTaken => Self::new(Status::CONFLICT, Code::AliasTaken, "That alias leads to another room.").in_field("alias"),
            Error::NonceReused => {
                Self::new(Status::CONFLICT, Code::NonceReused, "This nonce names another message of yours.").in_field("nonce")
            }
            Error::EditConflict => {
                Self::new(Status::CONFLICT, Code::EditConflict, "The message was changed or deleted meanwhile. Please read it again.")
            }
            Error::KeyReused => Self::new(Status::CONFLICT, Code::KeyReused, "This Idempotency-Key was used for another request."),
            Error::LastOwner => Self::new(Status::CONFLICT, Code::LastOwner, "Please make somebody else an owner first."),
            Error::Conflict(sentence) => Self::new(Status::CONFLICT, Code::Conflict, sentence),
            Error::Unavailable(cause) => {
                tracing::warn!(%cause, "a request was turned away");
                let message = "The server cannot do that right now. Nothing was stored; please try again.";
                Self { retry_after_s: Some(1), ..Self::new(Status::SERVICE_UNAVAILABLE, Code::Unavailable, message) }
            }
            Error::StorageFull => {
                tracing::error!("the disk is full");
                let message = "The server's disk is full. Nothing was stored.";
                Self { retry_after_s: Some(30), ..Self::new(Status::INSUFFICIENT_STORAGE, Code::StorageFull, message) }
            }
            Error::Internal(cause) => {
                tracing::error!(%cause, "a fault");
                Self::new(Status::INTERNAL_SERVER_ERROR, Code::Internal, "Something went wrong on our side. It is in the server's log.")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
