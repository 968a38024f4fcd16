//! The server under test: its addresses, and calls that wait when it asks for patience.

use std::{fmt, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, header};
use serde::de::DeserializeOwned;
use shared_types::{ErrorBody, ErrorCode, route, server::ServerInfo};
use tokio::time::{Instant, sleep};

/// How long a call is repeated while the server is away or asks to come back later.
const PATIENCE: Duration = Duration::from_mins(3);
/// The least pause before a repetition.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Clone)]
pub struct Server {
    base: String,
    /// `host:port`, for plain sockets and the `Host` header.
    authority: String,
    http: Client,
}

/// Why a call has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The server said no.
    Refused { status: StatusCode, error: ErrorBody },
    /// It said something that is not of this API, or nothing at all.
    Broken(anyhow::Error),
}

impl Failure {
    /// The code of a refusal.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { error, .. } => Some(error.code),
            Self::Broken(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, error } => {
                write!(f, "refused with {} {}: {}", status.as_u16(), error.code.as_str(), error.message)?;
                error.field.as_ref().map_or(Ok(()), |field| write!(f, " (field {field})"))
            }
            Self::Broken(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for Failure {}

impl Server {
    pub fn at(url: &str) -> Result<Self> {
        let url = Url::parse(url).with_context(|| format!("`{url}` is not an address; try http://127.0.0.1:8080"))?;
        ensure!(url.scheme() == "http", "the load generator speaks plain http; put the server's own address instead of {url}");
        let host = url.host_str().context("the address names no host")?;
        let authority = format!("{host}:{}", url.port_or_known_default().unwrap_or(80));
        let http = Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { base: url.as_str().trim_end_matches('/').to_owned(), authority, http })
    }

    /// Whether the server is there at all; the only call that does not wait for it.
    pub async fn greet(&self) -> Result<ServerInfo> {
        let answer = self.http.get(self.url(route::SERVER)).send().await;
        let answer = answer.with_context(|| format!("no server answers at {}", self.base))?;
        answer.json().await.with_context(|| format!("what answers at {} is not Parlance", self.base))
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address of the socket.
    pub fn socket_url(&self) -> String {
        format!("ws{}", self.url(route::WS).trim_start_matches("http"))
    }

    /// A path of the API, behind whatever prefix the server lives under.
    pub fn path(&self, path: &str) -> String {
        let prefix = self.base.splitn(4, '/').nth(3).map_or(String::new(), |prefix| format!("/{prefix}"));
        format!("{prefix}{path}")
    }

    /// The path of the socket, behind whatever prefix the server lives under.
    pub fn socket_path(&self) -> String {
        self.path(route::WS)
    }

    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Sends a request, again after the pause the server asks for (429, 503), and again while nobody answers.
    /// A request that may have been carried out is repeated only if it changes nothing.
    pub async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let attempt = request.try_clone().context("the request cannot be repeated").map_err(Failure::Broken)?;
            let pause = match self.attempt(attempt).await {
                Attempt::Done(answer) => return parsed(&answer),
                Attempt::Failed(failure) => return Err(failure),
                Attempt::Later(pause, failure) if Instant::now() + pause > deadline => {
                    let error = anyhow::Error::new(failure).context("the server asked to come back later for too long");
                    return Err(Failure::Broken(error));
                }
                Attempt::Later(pause, _) => pause,
            };
            sleep(pause).await;
        }
    }

    async fn attempt(&self, request: RequestBuilder) -> Attempt {
        let changes_nothing = request.try_clone().and_then(|copy| copy.build().ok()).is_some_and(|copy| copy.method() == Method::GET);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let may_repeat = error.is_connect() || changes_nothing;
                let failure = Failure::Broken(error.into());
                return if may_repeat { Attempt::Later(PAUSE, failure) } else { Attempt::Failed(failure) };
            }
        };
        let status = answer.status();
        let asked_pause = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = match answer.bytes().await {
            Ok(body) => body,
            Err(error) if changes_nothing => return Attempt::Later(PAUSE, Failure::Broken(error.into())),
            Err(error) => return Attempt::Failed(Failure::Broken(error.into())),
        };
        if status.is_success() {
            return Attempt::Done(body.to_vec());
        }
        let failure = match serde_json::from_slice(&body) {
            Ok(error) => Failure::Refused { status, error },
            Err(_) => Failure::Broken(anyhow::anyhow!("{status} with a body that is no error of this API: {}", excerpt(&body))),
        };
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            Attempt::Later(asked_pause.map_or(PAUSE, Duration::from_secs).max(PAUSE), failure)
        } else {
            Attempt::Failed(failure)
        }
    }
}

enum Attempt {
    Done(Vec<u8>),
    /// Worth repeating after the pause.
    Later(Duration, Failure),
    Failed(Failure),
}

/// An empty answer (204) reads as `null`.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let body: &[u8] = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| Failure::Broken(anyhow::anyhow!("an answer of another shape ({error}): {}", excerpt(body))))
}

fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(200).collect()
}

/// Refuses what no run can do.
pub fn at_least_one(count: usize, what: &str) -> Result<()> {
    if count == 0 {
        bail!("{what} must be at least 1");
    }
    Ok(())
}
