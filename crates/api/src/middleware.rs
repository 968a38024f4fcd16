//! What every request passes: an id, a line in the log, the body of refusals, headers that keep browsers honest.

use std::time::Instant;

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use shared_types::ErrorCode;
use tracing::Instrument;
use uuid::Uuid;

use crate::{app::App, error::Problem, origin};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, logs it, and gives refusals their body. The query is not logged: it may carry a ticket.
pub async fn trace(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut chance = [0; 16];
    app.ctx.secrets.fill_random(&mut chance);
    let id = Uuid::from_bytes(chance).simple().to_string();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| request.uri().path().to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", %id, %method, %route);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let headers = std::mem::take(response.headers_mut());
        response = (problem.status, Json(problem.body(&id))).into_response();
        response.headers_mut().extend(
            headers.into_iter().filter_map(|(name, value)| Some((name?, value))).filter(|(name, _)| *name != header::CONTENT_LENGTH),
        );
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!(status, ms = format_args!("{ms:.1}"), "served"));
    response
}

/// A write from a page of another origin is refused before it does anything; so is a socket.
pub async fn refuse_foreign_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_upgrade = request.headers().contains_key(header::UPGRADE);
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if (is_upgrade || changes) && !origin::is_welcome(request.headers(), &app.config) {
        return Problem::new(StatusCode::FORBIDDEN, ErrorCode::ForeignOrigin, "Pages of this origin may not use this server.")
            .into_response();
    }
    next.run(request).await
}

/// For answers of the API: never sniffed, never kept by a cache on the way.
pub async fn guard_answers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    response
}

/// The path is known, the method is not.
pub async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::MethodNotAllowed, "That method does not go with this path.")
}

/// A panic is a fault of ours; it costs one request and nothing else.
pub fn caught(_panic: Box<dyn std::any::Any + Send>) -> Response {
    Problem::from(domain::Error::Internal("a panic".into())).into_response()
}
