//! One request and its answer. Not generic, so that it exists once in the program however many calls there are.

use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::web_sys;
use serde::{Serialize, de::DeserializeOwned};
use shared_types::ErrorCode;

use super::{Answer, ApiFailure, token};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A call whose answer matters.
pub(super) async fn call<T: DeserializeOwned>(verb: Verb, path: &str, body: Option<String>) -> Answer<T> {
    parse(&send(verb, path, body).await?)
}

/// A call of which only success matters.
pub(super) async fn order(verb: Verb, path: &str, body: Option<String>) -> Answer<()> {
    send(verb, path, body).await.map(|_| ())
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Answer<T> {
    serde_json::from_str(text).map_err(|_| ApiFailure::Unreadable)
}

pub(super) fn json<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}

/// A path with those of the parameters that have a value.
pub(super) fn with_query(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let mut full = path.to_owned();
    let mut separator = '?';
    for (name, value) in parameters {
        if let Some(value) = value {
            full.push(separator);
            full.push_str(name);
            full.push('=');
            full.push_str(&String::from(js_sys::encode_uri_component(value)));
            separator = '&';
        }
    }
    full
}

/// A request of the signed-in person, with a fresh token; renews it once if the server finds it too old.
async fn send(verb: Verb, path: &str, body: Option<String>) -> Answer<String> {
    let token = token::fresh().await?;
    match ask(verb, path, body.clone(), Some(&token)).await {
        Err(failure) if failure.status() == Some(401) => {
            if failure.is(ErrorCode::SessionEnded) {
                token::end();
                return Err(ApiFailure::SignedOut);
            }
            let token = token::renewed(&token).await?;
            ask(verb, path, body, Some(&token)).await
        }
        answer => answer,
    }
}

/// One request as it is, of nobody or of whom the token names.
pub(super) async fn ask(verb: Verb, path: &str, body: Option<String>, token: Option<&str>) -> Answer<String> {
    let mut request = builder(verb, path).credentials(web_sys::RequestCredentials::SameOrigin).header("Accept", "application/json");
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    };
    let response = request.map_err(|_| ApiFailure::Network)?.send().await.map_err(|_| ApiFailure::Network)?;
    let text = response.text().await.map_err(|_| ApiFailure::Network)?;
    if response.ok() { Ok(text) } else { Err(refusal(&response, &text)) }
}

fn builder(verb: Verb, path: &str) -> RequestBuilder {
    match verb {
        Verb::Get => Request::get(path),
        Verb::Post => Request::post(path),
        Verb::Put => Request::put(path),
        Verb::Patch => Request::patch(path),
        Verb::Delete => Request::delete(path),
    }
}

fn refusal(response: &Response, text: &str) -> ApiFailure {
    ApiFailure::Refused {
        status: response.status(),
        body: serde_json::from_str(text).ok(),
        retry_after: response.headers().get("Retry-After").and_then(|seconds| seconds.parse().ok()),
    }
}
