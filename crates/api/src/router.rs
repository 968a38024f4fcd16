//! Every route, in one list.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
    routing::any,
};
use shared_types::{limits, route};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    app::App,
    http::{auth, conversations, me, members, messages, metrics, people, rooms, server},
    middleware, openapi, static_files, ws,
};

/// The API and its description, which cannot differ: both come from this list.
pub fn documented() -> (Router<App>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(me::get_me, me::update_profile))
        .routes(routes!(me::change_password))
        .routes(routes!(me::list_sessions, me::end_other_sessions))
        .routes(routes!(me::end_session))
        .routes(routes!(me::create_ticket))
        .routes(routes!(people::list_users))
        .routes(routes!(people::get_user))
        .routes(routes!(rooms::list_rooms))
        .routes(routes!(rooms::join_room))
        .routes(routes!(rooms::admit_everyone))
        .routes(routes!(conversations::list_conversations, conversations::create_conversation))
        .routes(routes!(conversations::get_conversation, conversations::update_conversation, conversations::delete_conversation))
        .routes(routes!(members::list_members, members::add_members))
        .routes(routes!(members::update_member, members::remove_member))
        .routes(routes!(members::join_conversation))
        .routes(routes!(members::leave_conversation))
        .routes(routes!(members::ask_to_join, members::list_join_requests))
        .routes(routes!(members::approve_join_request, members::decline_join_request))
        .routes(routes!(messages::list_messages, messages::send_message))
        .routes(routes!(messages::edit_message, messages::delete_message))
        .routes(routes!(messages::list_events))
        .routes(routes!(messages::list_receipts))
        .routes(routes!(messages::read_all))
        .routes(routes!(messages::place_positions))
        .routes(routes!(messages::mark_read))
        .routes(routes!(server::check_integrity))
        .routes(routes!(server::get_server))
        .routes(routes!(server::healthz))
        .routes(routes!(server::readyz))
        .routes(routes!(metrics::metrics))
        .split_for_parts()
}

pub fn router(app: App) -> Router {
    let (api, description) = documented();
    let docs = SwaggerUi::new(route::DOCS).url(route::OPENAPI, description);
    api.route(route::WS, any(ws::upgrade::open_socket))
        .merge(docs)
        .method_not_allowed_fallback(middleware::no_such_method)
        .layer(from_fn(middleware::guard_answers))
        .fallback(static_files::serve)
        .layer(DefaultBodyLimit::max(limits::REQUEST_BYTES))
        .layer(from_fn_with_state(app.clone(), middleware::refuse_foreign_pages))
        .layer(cors(&app))
        .layer(CatchPanicLayer::custom(middleware::caught))
        .layer(from_fn_with_state(app.clone(), middleware::trace))
        .with_state(app)
}

/// Same origin needs nothing; the origins that the settings name get the API, cookies included.
fn cors(app: &App) -> CorsLayer {
    let origins: Vec<HeaderValue> = app.config.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
}
