//! From a request to a raw stream: the server's half of RFC 6455, section 4.2.

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use shared_types::{ErrorCode, limits};

use super::socket::Socket;
use crate::{error::Problem, listener::Stream};

/// Section 1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The only version that there is.
const VERSION: &str = "13";

/// A request that asks for a socket, in order.
pub struct Handshake {
    on_upgrade: OnUpgrade,
    accept: String,
}

impl<S: Sync> FromRequestParts<S> for Handshake {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let refused = |message: &str| Problem::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidFormat, message);
        if parts.method != Method::GET {
            return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::MethodNotAllowed, "A socket is opened with GET."));
        }
        if !has_word(&parts.headers, &header::CONNECTION, "upgrade") || !has_word(&parts.headers, &header::UPGRADE, "websocket") {
            return Err(refused("This address speaks WebSocket: Connection: Upgrade and Upgrade: websocket, please."));
        }
        if parts.headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
            return Err(refused("This server speaks version 13 of WebSocket."));
        }
        let key = parts.headers.get(header::SEC_WEBSOCKET_KEY).map(|key| key.as_bytes().trim_ascii());
        // Sixteen bytes in Base64.
        let Some(key) = key.filter(|key| key.len() == 24 && STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)) else {
            return Err(refused("Sec-WebSocket-Key is missing, or not sixteen bytes in Base64."));
        };
        let accept = accept(key);
        let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or_else(|| refused("This connection cannot be upgraded."))?;
        Ok(Self { on_upgrade, accept })
    }
}

impl Handshake {
    /// The answer, and the socket as soon as that has been sent.
    pub fn accept(self) -> (Response, impl Future<Output = Option<Socket<Stream>>> + Send) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        for (name, value) in
            [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_ACCEPT, &*self.accept)]
        {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        let socket = async {
            let upgraded = self.on_upgrade.await.ok()?;
            // What hyper keeps around the stream is let go: it is larger than all that a socket needs.
            let parts = upgraded.downcast::<TokioIo<Stream>>().ok()?;
            // The first frame may name the positions of many conversations.
            Some(Socket::new(parts.io.into_inner(), &parts.read_buf, limits::REQUEST_BYTES))
        };
        (response, socket)
    }
}

/// Proves that the key was read.
fn accept(key: &[u8]) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// Whether a header that lists words has this one.
fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standard_gets_the_answer_of_the_standard() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
