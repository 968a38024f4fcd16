//! One socket in the words of the contract: frames in, frames out, and why it ended.

use std::{fmt, time::Duration};

use anyhow::anyhow;
use futures::{SinkExt, StreamExt};
use shared_types::{
    ErrorCode,
    ws::{ClientFrame, Ready, Resume, Resumed, ServerFrame, close},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};

use crate::server::Server;

/// How often a client that has nothing to say pings, well within the server's patience.
pub const BEAT: Duration = Duration::from_secs(10);
/// How long one step of the way to a ready socket may take, and one write.
const STEP: Duration = Duration::from_secs(20);
/// Bytes read at once; hundreds of sockets live in one process.
const READ_BUFFER: usize = 8 * 1024;

#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// The first frame of a socket that has said who it is.
#[derive(Debug)]
pub enum First {
    Ready(Box<Ready>),
    Resumed(Box<Resumed>),
}

/// Why a socket is gone.
#[derive(Debug)]
pub enum Lost {
    /// The server does not know the token; sign in and come back.
    Unauthenticated,
    /// Cut, closed or silent; come back.
    Cut(String),
    /// The server spoke something else than the contract: no use in coming back.
    Broken(anyhow::Error),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("the server does not accept the token"),
            Self::Cut(why) => write!(f, "the socket was cut: {why}"),
            Self::Broken(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for Lost {}

impl From<tungstenite::Error> for Lost {
    fn from(error: tungstenite::Error) -> Self {
        Self::Cut(error.to_string())
    }
}

impl Socket {
    /// Connects, says who it is in the first frame, and waits for the snapshot.
    pub async fn open(server: &Server, token: &str) -> Result<(Self, Box<Ready>), Lost> {
        match Self::open_from(server, token, None).await? {
            (socket, First::Ready(ready)) => Ok((socket, ready)),
            (_, First::Resumed(_)) => Err(Lost::Broken(anyhow!("the first frame is `resumed`, and nobody named a position"))),
        }
    }

    /// The same for a client that was here before and names its positions; the server may answer with a snapshot all the same.
    pub async fn open_from(server: &Server, token: &str, resume: Option<Resume>) -> Result<(Self, First), Lost> {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(0);
        let stream = within(TcpStream::connect(server.authority())).await?.map_err(|error| Lost::Cut(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| Lost::Cut(error.to_string()))?;
        let (stream, _) = within(client_async_with_config(server.socket_url(), stream, Some(config))).await??;
        let mut socket = Self { stream };
        socket.say(&ClientFrame::Auth { token: token.to_owned(), resume }).await?;
        match within(socket.hear()).await?? {
            ServerFrame::Ready(ready) => Ok((socket, First::Ready(ready))),
            ServerFrame::Resumed(resumed) => Ok((socket, First::Resumed(resumed))),
            ServerFrame::Error { error, .. } if is_passing(error.code) => {
                Err(Lost::Cut(format!("refused for the moment: {}", error.message)))
            }
            ServerFrame::Error { error, .. } if is_of_identity(error.code) => Err(Lost::Unauthenticated),
            other => Err(Lost::Broken(anyhow!("the first frame is not `ready` but {other:?}"))),
        }
    }

    pub async fn say(&mut self, frame: &ClientFrame) -> Result<(), Lost> {
        let text = serde_json::to_string(frame).map_err(|error| Lost::Broken(error.into()))?;
        Ok(within(self.stream.send(Message::text(text))).await??)
    }

    /// The next frame. Dropping the future loses nothing.
    pub async fn hear(&mut self) -> Result<ServerFrame, Lost> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text);
                    return frame.map_err(|error| Lost::Broken(anyhow!("a frame of another shape ({error}): {text}")));
                }
                Some(Ok(Message::Close(reason))) => {
                    return Err(closed(reason.as_ref().map(|reason| (reason.code.into(), &*reason.reason))));
                }
                Some(Ok(Message::Binary(_))) => return Err(Lost::Broken(anyhow!("a binary frame, which the contract does not know"))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Err(Lost::Cut("end of stream".to_owned())),
            }
        }
    }
}

/// Whether the same may be tried again a little later.
pub fn is_passing(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::RateLimited | ErrorCode::Unavailable | ErrorCode::StorageFull | ErrorCode::Internal)
}

/// Whether a new token may help.
pub fn is_of_identity(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Unauthenticated | ErrorCode::TokenExpired | ErrorCode::SessionEnded)
}

fn closed(reason: Option<(u16, &str)>) -> Lost {
    match reason {
        Some((close::UNAUTHENTICATED | close::SESSION_ENDED, _)) => Lost::Unauthenticated,
        Some((close::PROTOCOL, why)) => Lost::Broken(anyhow!("the server says that we broke the protocol: {why}")),
        Some((code, why)) => Lost::Cut(format!("closed with {code} {why}")),
        None => Lost::Cut("closed without a reason".to_owned()),
    }
}

async fn within<T>(step: impl Future<Output = T>) -> Result<T, Lost> {
    timeout(STEP, step).await.map_err(|_| Lost::Cut(format!("no answer within {} s", STEP.as_secs())))
}
