//! The `Idempotency-Key` of a creating request: a name under which a retry finds what the first try made.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use domain::{ports::store::Claim, sessions::Identity};
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared_types::{ErrorCode, limits::IDEMPOTENCY_KEY_CHARS};

use crate::error::Problem;

pub struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if (1..=IDEMPOTENCY_KEY_CHARS).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            _ => {
                let message = format!("An Idempotency-Key has 1 to {IDEMPOTENCY_KEY_CHARS} visible ASCII characters.");
                let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::InvalidFormat, message);
                Err(Problem { limit: Some(IDEMPOTENCY_KEY_CHARS as u64), ..problem }.in_field("Idempotency-Key"))
            }
        }
    }
}

impl IdempotencyKey {
    /// What is remembered of a request, if it has a key.
    pub fn claim(self, me: Identity, request: &impl Serialize) -> Result<Option<Claim>, Problem> {
        let Some(name) = self.0 else { return Ok(None) };
        let request = serde_json::to_vec(request).map_err(domain::Error::internal)?;
        Ok(Some(Claim { user_id: me.user_id, name, fingerprint: Sha256::digest(request).to_vec() }))
    }
}
