//! The first moments of a socket: who it is, and where everything stands.

use std::sync::Arc;

use domain::{
    log, resume,
    sessions::{self, Identity},
    snapshot,
};
use realtime::Connection;
use shared_types::{
    ConversationId, Seq, limits,
    ws::{ClientFrame, Resume, ServerFrame, close},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Duration, timeout},
};

use super::{
    Sockets, codec, session,
    socket::{Lost, Socket},
};

/// Who a socket belongs to, and where its client stood before.
pub struct Introduction {
    pub me: Identity,
    pub resume: Option<Resume>,
}

/// Queues one frame.
pub fn say<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>, frame: &ServerFrame) {
    let mut bytes = Vec::new();
    realtime::append(&mut bytes, frame);
    socket.send(bytes);
}

/// Waits for the first frame, which says who this is or, where that is `known`, where it stood. `None`: it did not, and the
/// socket has been closed.
pub async fn introduce<S: AsyncRead + AsyncWrite + Unpin>(
    server: &Arc<Sockets>,
    mut socket: Socket<S>,
    known: Option<Identity>,
) -> Option<(Socket<S>, Introduction)> {
    let patience = Duration::from_millis(u64::from(limits::AUTH_FRAME_MS));
    let (code, refusal) = match timeout(patience, socket.receive()).await {
        Ok(Ok(text)) => match (codec::read(&text), known) {
            (Ok(ClientFrame::Resume(resume)), Some(me)) => return Some((socket, Introduction { me, resume: Some(resume) })),
            (Ok(ClientFrame::Auth { token, resume }), None) => match sessions::authenticate(&server.ctx, &token).await {
                Ok(me) => return Some((socket, Introduction { me, resume })),
                Err(error) => (refusal_code(&error), codec::problem(&error.into(), None)),
            },
            (Ok(_), _) => (close::UNAUTHENTICATED, codec::problem(&domain::Error::Unauthenticated.into(), None)),
            (Err(refusal), _) => (close::UNAUTHENTICATED, refusal),
        },
        Ok(Err(Lost::Violated(violation))) => {
            session::refuse(socket, violation).await;
            return None;
        }
        Ok(Err(Lost::Closed(code))) => {
            socket.answer_close(code).await;
            return None;
        }
        Ok(Err(Lost::Cut)) => return None,
        Err(_) => (close::UNAUTHENTICATED, codec::problem(&domain::Error::Unauthenticated.into(), None)),
    };
    say(&mut socket, &refusal);
    socket.close(code, "").await;
    None
}

fn refusal_code(error: &domain::Error) -> u16 {
    match error {
        domain::Error::SessionEnded => close::SESSION_ENDED,
        domain::Error::Unavailable(_) | domain::Error::Internal(_) => close::RESTART,
        _ => close::UNAUTHENTICATED,
    }
}

/// Begins the stream, then reads the snapshot or what was missed, and queues it. The order matters: first every new event is
/// collected, then the database is read, and what is in both is told once.
pub async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    server: &Arc<Sockets>,
    socket: &mut Socket<S>,
    Introduction { me, resume }: Introduction,
) -> Result<Connection, u16> {
    let refused = |error: domain::Error| match error {
        domain::Error::SessionEnded => close::SESSION_ENDED,
        _ => close::RESTART,
    };
    let ctx = &server.ctx;
    let mut connection = server.hub.connect(me).await;
    // Once more at most: what is followed by then began before the second look.
    while !connection.watch(log::heads_of(ctx, me.user_id).await.map_err(refused)?).await {}
    if let Some(resume) = resume
        && let Some(missed) = resume::resume(ctx, me, &resume, &server.build).await.map_err(refused)?
    {
        let mut frames = Vec::new();
        let shares = missed.resumed.me.shares_receipts;
        realtime::append(&mut frames, &ServerFrame::Resumed(Box::new(missed.resumed)));
        for event in missed.events {
            realtime::append(&mut frames, &ServerFrame::Event { event });
        }
        socket.send(frames);
        connection.begin(missed.heads.iter().map(|head| (head.conversation_id, head.seq)), shares).await;
        return Ok(connection);
    }
    let ready = snapshot::ready(ctx, me, &server.build).await.map_err(refused)?;
    let shares = ready.me.shares_receipts;
    let places: Vec<(ConversationId, Seq)> = ready.list.conversations.iter().map(|one| (one.id, one.head_seq)).collect();
    say(socket, &ServerFrame::Ready(Box::new(ready)));
    connection.begin(places, shares).await;
    Ok(connection)
}
