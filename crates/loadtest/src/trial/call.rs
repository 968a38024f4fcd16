//! One try of one request, and what its answer means for whoever wants to know whether it happened.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use shared_types::{ErrorBody, ErrorCode};

use crate::server::Server;

/// Pauses that the server asks for are kept up to here, so that a run goes on when the server is well again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The way to the server as one person.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    server: Server,
    pub token: String,
}

#[derive(Debug)]
pub enum Answer<T> {
    Ok(T),
    /// For good; with the text of the answer, in which no secret may be.
    Refused(ErrorCode, String),
    /// Not now, and nothing is said about whether it happened.
    Later(Duration),
    /// The token does not hold any more.
    Expired,
    /// No answer, or one that was cut.
    Lost,
}

impl Caller {
    pub fn new(server: &Server, token: &str, patience: Duration) -> anyhow::Result<Self> {
        let http = Client::builder().timeout(patience).build()?;
        Ok(Self { http, server: server.clone(), token: token.to_owned() })
    }

    /// The same way for another person.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> Answer<T> {
        self.finish(self.http.get(self.server.url(path)).query(query)).await
    }

    pub async fn write<T: DeserializeOwned>(&self, method: Method, path: &str, body: &impl Serialize) -> Answer<T> {
        self.finish(self.http.request(method, self.server.url(path)).json(body)).await
    }

    async fn finish<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Answer<T> {
        let Ok(response) = request.bearer_auth(&self.token).send().await else { return Answer::Lost };
        let status = response.status();
        let pause =
            response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
        let Ok(body) = response.bytes().await else { return Answer::Lost };
        if status.is_success() {
            let body: &[u8] = if body.is_empty() { b"null" } else { &body };
            return serde_json::from_slice(body).map_or(Answer::Lost, Answer::Ok);
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        let code = serde_json::from_str::<ErrorBody>(&text).map_or(ErrorCode::Unknown, |error| error.code);
        match status {
            StatusCode::UNAUTHORIZED => Answer::Expired,
            StatusCode::TOO_MANY_REQUESTS => Answer::Later(pause.unwrap_or_default().min(LONGEST_PAUSE)),
            status if status.is_server_error() => Answer::Later(pause.unwrap_or_default().min(LONGEST_PAUSE)),
            _ => Answer::Refused(code, text),
        }
    }
}
