//! Who asks: by the Bearer header, or by the refresh cookie.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{header, request::Parts},
};
use axum_extra::extract::CookieJar;
use domain::{
    Error,
    sessions::{self, Identity},
};

use crate::{app::App, error::Problem, http::auth::COOKIE};

/// The signed-in person, their session looked up at this moment.
#[derive(Clone, Copy)]
pub struct Me(pub Identity);

pub fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl FromRequestParts<App> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or(Error::Unauthenticated)?;
        Ok(Self(sessions::authenticate(&app.ctx, token).await?))
    }
}

/// For sockets, which may also say who they are in their first frame. A header that does not hold is refused all the same.
impl OptionalFromRequestParts<App> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        match bearer(parts) {
            Some(token) => Ok(Some(Self(sessions::authenticate(&app.ctx, token).await?))),
            None => Ok(None),
        }
    }
}

/// The refresh token of this browser, if it has one.
pub struct RefreshCookie(pub Option<String>);

impl FromRequestParts<App> for RefreshCookie {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(CookieJar::from_headers(&parts.headers).get(COOKIE).map(|cookie| cookie.value().to_owned())))
    }
}
