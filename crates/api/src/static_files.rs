//! The browser client, carried inside the program: compressed when it was built, kept by browsers for ever where its name
//! holds a hash, and under a policy that runs nothing but our own code.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

use crate::error::Problem;

#[derive(Embed)]
#[folder = "../../frontend/dist"]
#[exclude = ".stage/*"]
struct Client;

const INDEX: &str = "index.html";
/// Keeps the client on the device. It loads what it keeps, and may do nothing else.
const WORKER: &str = "sw.js";
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";
const NOT_BUILT: &str = "The browser client is not part of this build. `cargo xtask run` builds both; the API is served as usual.\n";

/// Any path that is no route of the API: a file of the client, or the client itself, which knows the rest.
pub async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return crate::middleware::no_such_method().await.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
    if let Some(file) = Client::get(path).filter(|_| !path.is_empty()) {
        let policy = (path == WORKER).then(|| WORKER_POLICY.to_owned());
        return answer(path, file, request.headers(), policy);
    }
    // A path with an ending names a file, and that file is not there.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Problem::not_found().into_response();
    }
    match Client::get(INDEX) {
        Some(index) => {
            let policy = content_security_policy(&String::from_utf8_lossy(&index.data));
            answer(INDEX, index, request.headers(), Some(policy))
        }
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
    }
}

/// A name for the client that this program carries: it changes when the client does.
pub fn build() -> String {
    Client::get(INDEX).map_or_else(|| "none".into(), |index| STANDARD.encode(&index.metadata.sha256_hash()[..9]))
}

fn answer(path: &str, file: EmbeddedFile, asked: &HeaderMap, policy: Option<String>) -> Response {
    let etag = format!("\"{}\"", STANDARD.encode(&file.metadata.sha256_hash()[..12]));
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, &etag);
    set(header::VARY, "accept-encoding");
    set(header::CACHE_CONTROL, if has_hash(path) { "public, max-age=31536000, immutable" } else { "no-cache" });
    if let Some(policy) = policy {
        set(header::CONTENT_SECURITY_POLICY, &policy);
        set(header::X_FRAME_OPTIONS, "DENY");
        set(header::REFERRER_POLICY, "same-origin");
    }
    if asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|given| given.contains(&etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    set(header::CONTENT_TYPE, media_type(path));
    let accepts = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let twin = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| accepts.split(',').any(|accepted| accepted.split(';').next().is_some_and(|accepted| accepted.trim() == *name)))
        .find_map(|(name, ending)| Client::get(&format!("{path}{ending}")).map(|file| (name, file)));
    let data = match twin {
        Some((encoding, twin)) => {
            set(header::CONTENT_ENCODING, encoding);
            twin.data
        }
        None => file.data,
    };
    *response.body_mut() = Body::from(data.into_owned());
    response
}

/// Trunk names built files `name-0123456789abcdef.ending`.
fn has_hash(path: &str) -> bool {
    let stem = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Our own files, our own server, and the inline scripts of the index by their hashes; no plug-in, no frame, no other host.
fn content_security_policy(index: &str) -> String {
    let mut scripts = String::new();
    let mut rest = index;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((tag, after)) = after.split_once('>') else { break };
        let Some((text, after)) = after.split_once("</script>") else { break };
        if !tag.contains("src=") && !text.is_empty() {
            scripts.push_str(" 'sha256-");
            scripts.push_str(&STANDARD.encode(Sha256::digest(text)));
            scripts.push('\'');
        }
        rest = after;
    }
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(has_hash("frontend-0123456789abcdef_bg.wasm") && has_hash("style/app-0123456789abcdef.css"));
        assert!(!has_hash("index.html") && !has_hash("icons.svg") && !has_hash("a-b.css"));
    }

    #[test]
    fn inline_scripts_are_allowed_by_hash_and_no_others() {
        let policy = content_security_policy("<script src=\"a.js\"></script><script type=\"module\">let a = 1;</script>");
        assert_eq!(policy.matches("sha256-").count(), 1);
        assert!(!policy.contains("unsafe-inline"));
    }
}
