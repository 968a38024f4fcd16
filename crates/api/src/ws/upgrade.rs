//! From a request to a socket, and from a socket to a person.

use axum::{extract::State, response::Response};
use domain::sessions;
use serde::Deserialize;

use super::{
    greeting::{self, Introduction},
    handshake::Handshake,
    session,
};
use crate::{
    app::App,
    error::ApiResult,
    extract::{Me, Query},
};

#[derive(Deserialize)]
pub struct Pass {
    ticket: Option<String>,
    /// The first frame will be `resume`.
    #[serde(default)]
    resume: bool,
}

/// The origin was checked before; an identity in the header or a ticket is checked now, so that a refusal is plain HTTP.
pub async fn open_socket(State(app): State<App>, me: Option<Me>, Query(pass): Query<Pass>, handshake: Handshake) -> ApiResult<Response> {
    let known = match (me, pass.ticket) {
        (Some(Me(identity)), _) => Some(identity),
        (None, Some(ticket)) => Some(sessions::redeem_ticket(&app.ctx, &ticket).await?),
        (None, None) => None,
    };
    let (response, socket) = handshake.accept();
    let server = app.sockets;
    let tasks = server.tasks.clone();
    tasks.spawn(async move {
        // Boxed: a task is as large as its largest moment, for as long as it lives.
        let Some(socket) = Box::pin(socket).await else { return };
        let introduced = match known {
            Some(me) if !pass.resume => Some((socket, Introduction { me, resume: None })),
            known => Box::pin(greeting::introduce(&server, socket, known)).await,
        };
        if let Some((socket, who)) = introduced {
            session::run(server, socket, who).await;
        }
    });
    Ok(response)
}
