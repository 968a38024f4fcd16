//! Paths and queries. An id that is no id names nothing: 404, like any other that does not exist.

use axum::{
    extract::{FromRequestParts, Path as AxumPath, Query as AxumQuery},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;
use shared_types::ErrorCode;

use crate::error::Problem;

pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let AxumPath(value) = AxumPath::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        Ok(Self(value))
    }
}

pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let AxumQuery(value) = AxumQuery::from_request_parts(parts, state).await.map_err(|rejection| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::WrongType,
                format!("The query does not fit: {}", rejection.body_text()),
            )
        })?;
        Ok(Self(value))
    }
}
