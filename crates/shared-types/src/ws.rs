//! The frames of the socket: one JSON object per text frame, one enum per direction. A stranger survives as `unknown`.
//!
//! A connection goes: client `auth` (or a Bearer header, or `?ticket=`) → server `ready`, a snapshot → `event`s from there
//! on, without a gap between the two. The server beats every [`crate::limits::HEARTBEAT_MS`] with `heads`: a client whose own
//! last `seq` of a conversation is lower has missed something and reads the log with `after=`. So does one that is told
//! `resync`, for every conversation that it shows.

use serde::{Deserialize, Serialize};

use crate::{
    account::Session,
    conversation::ConversationList,
    error::ErrorBody,
    id::{ConversationId, Nonce, Seq, SessionId},
    message::{Message, ReadPosition},
    text::MessageBody,
    time::Timestamp,
    user::{Me, User},
};

/// Close codes beyond those of RFC 6455.
pub mod close {
    /// The server restarts or stops; come back soon (registered with IANA).
    pub const RESTART: u16 = 1012;
    /// Nobody is signed in on this socket: no identity in time, or one that does not hold. Refresh the token first.
    pub const UNAUTHENTICATED: u16 = 4401;
    /// The session has ended. Do not come back with it.
    pub const SESSION_ENDED: u16 = 4403;
    /// The client was silent for too long.
    pub const SILENT: u16 = 4408;
    /// A frame that breaks the protocol: binary, too large.
    pub const PROTOCOL: u16 = 4400;
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame, if the request carried no identity.
    Auth { token: String },
    /// Answered with `ack`, or with an `error` that carries the nonce.
    Send { conversation_id: ConversationId, nonce: Nonce, body: MessageBody },
    /// The reader has seen everything up to `seq`.
    Read { conversation_id: ConversationId, seq: Seq },
    /// Answered at once with `pong`, to measure the way.
    Ping { id: u32 },
    /// From a newer client; answered with an error, and the socket lives on.
    #[serde(other)]
    Unknown,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame to an identified client: where everything stands. Events from here on follow.
    Ready(Box<Ready>),
    /// The message is stored for good; `event` may arrive before or after.
    Ack {
        nonce: Nonce,
        message: Message,
    },
    /// Something durable happened in a conversation.
    Event {
        event: Event,
    },
    /// A person's profile changed.
    User {
        user: User,
    },
    /// This person has read on, on this or another device.
    Read {
        position: ReadPosition,
    },
    /// Somebody asks to join a room that the reader looks after.
    JoinRequested {
        conversation_id: ConversationId,
        user: User,
    },
    /// The reader is not a member any more, or the conversation was deleted: forget it.
    Gone {
        conversation_id: ConversationId,
    },
    /// The person signed in on another device just now.
    NewSession {
        session: Session,
    },
    /// The heartbeat: the last `seq` of each conversation that moved since the beat before.
    Heads {
        heads: Vec<Head>,
    },
    Pong {
        id: u32,
    },
    /// The client read too slowly, and frames were dropped. Read the logs of what is shown.
    Resync {},
    /// A frame was refused. `nonce` tells which message.
    Error {
        error: ErrorBody,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<Nonce>,
    },
    #[serde(other)]
    Unknown,
}

/// The snapshot that starts a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    pub me: Me,
    pub session_id: SessionId,
    #[serde(flatten)]
    pub list: ConversationList,
    /// The server's clock.
    pub now: Timestamp,
    /// Names this build of the server; it changes when a page should reload.
    pub build: String,
}

/// A numbered, durable change of a conversation. Each `seq` of a conversation has exactly one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Somebody said something, or the conversation itself changed (`content.type` is `system`).
    Message { message: Message },
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

/// A stretch of a conversation's log, ascending, without holes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    pub events: Vec<Event>,
    /// Everybody that the page mentions.
    pub users: Vec<User>,
    /// The conversation's last `seq` when the page was read; read on while the last event is below it.
    pub head_seq: Seq,
}

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub conversation_id: ConversationId,
    pub seq: Seq,
}

/// A pass for one connection: `GET /api/v1/ws?ticket=…` within 30 seconds, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    pub ticket: String,
    /// Seconds.
    pub expires_in: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_from_the_future_are_survivable() {
        let frame: ServerFrame = serde_json::from_str(r#"{"type":"hologram","of":"ann"}"#).unwrap();
        assert_eq!(frame, ServerFrame::Unknown);
        let event: Event = serde_json::from_str(r#"{"event":"teleported","seq":7}"#).unwrap();
        assert_eq!(event, Event::Unknown);
    }

    #[test]
    fn a_send_frame_reads_as_documented() {
        let frame: ClientFrame = serde_json::from_str(
            r#"{"type":"send","conversation_id":"01930000-0000-7000-8000-000000000001","nonce":"01930000-0000-7000-8000-000000000002","body":"hi"}"#,
        )
        .unwrap();
        assert!(matches!(frame, ClientFrame::Send { body, .. } if body.as_str() == "hi"));
    }
}
