//! Which pages may speak to us: our own, and those that the settings name. Browsers tell by `Origin`; programs send none.

use axum::http::{HeaderMap, header};

use crate::config::Config;

/// Whether a request that carries these headers may come from a browser page. A socket is not covered by CORS, so it is
/// checked here too.
pub fn is_welcome(headers: &HeaderMap, config: &Config) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if config.public_origin.as_deref() == Some(origin) || config.cors_origins.iter().any(|allowed| allowed == origin) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let of_origin = origin.split_once("://").map(|(_, host)| host);
    of_origin.is_some() && of_origin == host
}
