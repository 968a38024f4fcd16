//! From a request to a socket, and from a socket to a person.

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use domain::sessions::{self, Identity};
use serde::Deserialize;
use shared_types::{
    limits,
    ws::{ClientFrame, ServerFrame, close},
};
use tokio::time::{Duration, timeout};

use super::{codec, session};
use crate::{
    app::App,
    error::ApiResult,
    extract::{Me, Query},
};

/// Bytes that the library reads at once per connection. Its default of 128 KiB is kept for as long as a socket lives.
const READ_BUFFER: usize = 1_024;
/// Bytes that are collected before they are written, so that what is queued goes out in one write. Taken only when needed.
const WRITE_BUFFER: usize = 16 * 1024;
/// Bytes that may wait to be written before the connection is given up.
const WRITE_BUFFER_MAX: usize = 4 * 1024 * 1024;

#[derive(Deserialize)]
pub struct Pass {
    ticket: Option<String>,
}

/// The origin was checked before; an identity in the header or a ticket is checked now, so that a refusal is plain HTTP.
pub async fn open_socket(
    State(app): State<App>,
    me: Option<Me>,
    Query(pass): Query<Pass>,
    upgrade: WebSocketUpgrade,
) -> ApiResult<Response> {
    let identity = match (me, pass.ticket) {
        (Some(Me(identity)), _) => Some(identity),
        (None, Some(ticket)) => Some(sessions::redeem_ticket(&app.ctx, &ticket).await?),
        (None, None) => None,
    };
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER_MAX)
        .max_message_size(limits::FRAME_BYTES)
        .max_frame_size(limits::FRAME_BYTES);
    Ok(upgrade.on_upgrade(move |mut socket| async move {
        let identity = match identity {
            Some(identity) => Some(identity),
            // Boxed, as below: a task is as large as its largest moment, for as long as it lives.
            None => Box::pin(introduce(&app, &mut socket)).await,
        };
        if let Some(identity) = identity {
            session::run(app, socket, identity).await;
        }
    }))
}

/// Waits for the first frame, which says who this is. `None`: the socket has been closed.
async fn introduce(app: &App, socket: &mut WebSocket) -> Option<Identity> {
    let patience = Duration::from_millis(u64::from(limits::AUTH_FRAME_MS));
    let first = timeout(patience, socket.recv()).await.ok().flatten();
    let refusal = match first {
        Some(Ok(Message::Text(text))) => match codec::read(&text) {
            Ok(ClientFrame::Auth { token, .. }) => match sessions::authenticate(&app.ctx, &token).await {
                Ok(identity) => return Some(identity),
                Err(error @ domain::Error::SessionEnded) => {
                    session::end(socket, close::SESSION_ENDED, Some(codec::problem(&error.into(), None))).await;
                    return None;
                }
                Err(error @ (domain::Error::Unavailable(_) | domain::Error::Internal(_))) => {
                    session::end(socket, close::RESTART, Some(codec::problem(&error.into(), None))).await;
                    return None;
                }
                Err(error) => codec::problem(&error.into(), None),
            },
            Ok(_) => codec::problem(&domain::Error::Unauthenticated.into(), None),
            Err(refusal) => refusal,
        },
        _ => Box::new(ServerFrame::Error { error: crate::error::Problem::from(domain::Error::Unauthenticated).body(""), nonce: None }),
    };
    session::end(socket, close::UNAUTHENTICATED, Some(refusal)).await;
    None
}
