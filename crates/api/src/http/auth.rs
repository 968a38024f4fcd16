//! Signing up, in and out.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use domain::{
    accounts,
    sessions::{self, Opened},
};
use shared_types::{
    ErrorBody,
    account::{Login, Register, SignedIn},
    route,
};

use crate::{
    app::App,
    error::ApiResult,
    extract::{Body, From, RefreshCookie},
};

/// The cookie of the refresh token; scripts cannot read it, and it goes to [`route::AUTH_SCOPE`] alone.
pub const COOKIE: &str = "parlance_refresh";

/// Make an account and sign in with it. The first account of a server owns the server.
#[utoipa::path(post, path = route::REGISTER, tag = "auth", request_body = Register, responses(
    (status = 201, description = "Signed in; the refresh cookie is set", body = SignedIn),
    (status = 409, description = "The username or e-mail address is taken", body = ErrorBody),
    (status = 422, description = "A field does not fit", body = ErrorBody)))]
pub async fn register(
    State(app): State<App>,
    From(origin): From,
    Body(request): Body<Register>,
) -> ApiResult<(StatusCode, CookieJar, Json<SignedIn>)> {
    let opened = accounts::register(&app.ctx, request, origin).await?;
    let (jar, signed_in) = with_cookie(&app, opened);
    Ok((StatusCode::CREATED, jar, signed_in))
}

/// Sign in with a username or e-mail address.
#[utoipa::path(post, path = route::LOGIN, tag = "auth", request_body = Login, responses(
    (status = 200, description = "Signed in; the refresh cookie is set", body = SignedIn),
    (status = 401, description = "They do not go together; which of the two is wrong is not told", body = ErrorBody),
    (status = 429, description = "Ten failures within three minutes for this account from this address; see Retry-After", body = ErrorBody)))]
pub async fn login(State(app): State<App>, From(origin): From, Body(request): Body<Login>) -> ApiResult<(CookieJar, Json<SignedIn>)> {
    Ok(with_cookie(&app, sessions::log_in(&app.ctx, request, origin).await?))
}

/// Exchange the refresh cookie for a new one and an access token.
#[utoipa::path(post, path = route::REFRESH, tag = "auth", responses(
    (status = 200, description = "A new access token; the refresh cookie is replaced", body = SignedIn),
    (status = 204, description = "There is no cookie: nobody is signed in here"),
    (status = 401, description = "The session has ended", body = ErrorBody)))]
pub async fn refresh(State(app): State<App>, From(origin): From, RefreshCookie(token): RefreshCookie) -> ApiResult<Response> {
    let Some(token) = token else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    Ok(with_cookie(&app, sessions::refresh(&app.ctx, &token, origin).await?).into_response())
}

/// End the session of the refresh cookie, and close its sockets. Signing out twice is no error.
#[utoipa::path(post, path = route::LOGOUT, tag = "auth", responses((status = 204, description = "Signed out; the refresh cookie is removed")))]
pub async fn logout(State(app): State<App>, RefreshCookie(token): RefreshCookie) -> ApiResult<(StatusCode, CookieJar)> {
    sessions::end_by_refresh_token(&app.ctx, token.as_deref().unwrap_or_default()).await?;
    Ok((StatusCode::NO_CONTENT, CookieJar::new().add(cookie(&app, String::new(), 0))))
}

fn with_cookie(app: &App, opened: Opened) -> (CookieJar, Json<SignedIn>) {
    let jar =
        opened.refresh_token.map_or_else(CookieJar::new, |token| CookieJar::new().add(cookie(app, token, sessions::refresh_lifetime_s())));
    (jar, Json(opened.signed_in))
}

fn cookie(app: &App, value: String, seconds: i64) -> Cookie<'static> {
    let is_https = app.config.public_origin.as_ref().is_some_and(|origin| origin.starts_with("https://"));
    let mut cookie = Cookie::new(COOKIE, value);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_secure(is_https);
    cookie.set_path(route::AUTH_SCOPE);
    cookie.set_max_age(time::Duration::seconds(seconds));
    cookie
}
