//! A socket that speaks the protocol.

use std::{collections::VecDeque, time::Duration};

use futures::{SinkExt, StreamExt};
use shared_types::{
    ConversationId, Nonce,
    message::Message,
    ws::{ClientFrame, Event, Ready, ServerFrame},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message as Raw, client::IntoClientRequest},
};
use uuid::Uuid;

/// How long a frame that must come may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames that were read while another one was waited for.
    kept: VecDeque<ServerFrame>,
    pub ready: Option<Ready>,
}

impl Socket {
    /// Says who it is in the first frame, and reads the snapshot.
    pub async fn open(url: &str, token: &str) -> Self {
        let mut socket = Self::raw(url, "", &[]).await.unwrap();
        socket.say(&ClientFrame::Auth { token: token.to_owned(), resume: None }).await;
        socket.take_ready().await;
        socket
    }

    /// A connection that has said nothing yet; the status of the refusal if there is none.
    pub async fn raw(url: &str, query: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let address = format!("{}/api/v1/ws{query}", url.replacen("http", "ws", 1));
        let mut request = address.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream, kept: VecDeque::new(), ready: None }),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn take_ready(&mut self) {
        match self.hears().await {
            ServerFrame::Ready(ready) => self.ready = Some(*ready),
            frame => panic!("ready was expected, not {frame:?}"),
        }
    }

    pub async fn say(&mut self, frame: &ClientFrame) {
        self.say_raw(Raw::text(serde_json::to_string(frame).unwrap())).await;
    }

    pub async fn say_raw(&mut self, message: Raw) {
        self.stream.send(message).await.unwrap();
    }

    /// The next frame. Heartbeats are passed over.
    pub async fn hears(&mut self) -> ServerFrame {
        if let Some(frame) = self.kept.pop_front() {
            return frame;
        }
        // Heartbeats must not keep a test waiting for ever.
        let next = async {
            loop {
                match self.next_raw().await {
                    Raw::Text(text) => match serde_json::from_str(&text).unwrap() {
                        ServerFrame::Heads { .. } => {}
                        frame => return frame,
                    },
                    Raw::Ping(_) | Raw::Pong(_) => {}
                    other => panic!("a text frame was expected, not {other:?}"),
                }
            }
        };
        timeout(PATIENCE, next).await.expect("a frame in time")
    }

    async fn next_raw(&mut self) -> Raw {
        timeout(PATIENCE, self.stream.next()).await.expect("a frame in time").expect("an open socket").unwrap()
    }

    /// The first frame that `wanted` picks; what comes before it is kept for later.
    pub async fn hears_that<T>(&mut self, mut wanted: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        let mut passed = VecDeque::new();
        loop {
            let frame = self.hears().await;
            if let Some(found) = wanted(&frame) {
                passed.append(&mut self.kept);
                self.kept = passed;
                return found;
            }
            passed.push_back(frame);
        }
    }

    /// The next message of a conversation, of whatever kind; events of other conversations are kept for later.
    pub async fn hears_message(&mut self, conversation: ConversationId) -> Message {
        self.hears_that(|frame| match frame {
            ServerFrame::Event { event: Event::Message { message } } if message.conversation_id == conversation => Some(message.clone()),
            _ => None,
        })
        .await
    }

    /// Sends a message and waits for its acknowledgement.
    pub async fn sends(&mut self, conversation: ConversationId, body: &str) -> Message {
        let nonce = Nonce(Uuid::new_v4());
        self.say(&ClientFrame::Send { conversation_id: conversation, nonce, body: body.try_into().unwrap() }).await;
        self.hears_that(|frame| match frame {
            ServerFrame::Ack { nonce: acked, message } if *acked == nonce => Some(message.clone()),
            _ => None,
        })
        .await
    }

    /// Everything that has reached this socket by now: a ping goes out, and what arrives before its answer is returned. The
    /// answer proves that the socket is connected, so that silence means silence.
    pub async fn drain(&mut self) -> Vec<ServerFrame> {
        let id = 4_242;
        self.say(&ClientFrame::Ping { id }).await;
        let mut frames = Vec::new();
        loop {
            match self.hears().await {
                ServerFrame::Pong { id: answered } if answered == id => return frames,
                frame => frames.push(frame),
            }
        }
    }

    /// Reads on to the close frame and answers its code; 1006 if the line was just cut.
    pub async fn close_code(&mut self) -> u16 {
        self.close_reason().await.0
    }

    /// The same, with the reason.
    pub async fn close_reason(&mut self) -> (u16, String) {
        loop {
            match timeout(PATIENCE, self.stream.next()).await.expect("an end in time") {
                Some(Ok(Raw::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Ok(Raw::Close(None)) | Err(_)) | None => return (1006, String::new()),
                Some(Ok(_)) => {}
            }
        }
    }
}
