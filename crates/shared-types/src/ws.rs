//! The frames of the socket: one JSON object per text frame, one enum per direction. A stranger survives as `unknown`.
//!
//! A connection goes: client `auth` (or a Bearer header, or `?ticket=`) → server `ready`, a snapshot → `event`s from there
//! on, without a gap between the two. A client that was here before names its positions instead (`auth.resume`, or a first
//! frame `resume` on `?resume=true`) → server `resumed`, then exactly the events that were missed, then what is new. The
//! server beats every [`crate::limits::HEARTBEAT_MS`] with `heads`: a client whose own last `seq` of a conversation is lower
//! has missed something and reads the log with `after=`. So does one that is told `resync`, for every conversation.

use serde::{Deserialize, Serialize};

use crate::{
    account::Session,
    conversation::{Conversation, ConversationList},
    error::ErrorBody,
    id::{ConversationId, Nonce, Seq, SessionId, UserId},
    message::{Message, ReadPosition, Receipt},
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
#[serde(tag = "type", rename_all = "snake_case", try_from = "crate::flat::FlatClientFrame")]
pub enum ClientFrame {
    /// The first frame, if the request carried no identity.
    Auth {
        token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
    },
    /// The first frame of a socket that was opened with an identity and `?resume=true`.
    Resume(Resume),
    /// Answered with `ack`, or with an `error` that carries the nonce.
    Send { conversation_id: ConversationId, nonce: Nonce, body: MessageBody },
    /// The reader has seen everything up to `seq`. `rev` as in [`crate::message::MarkRead`].
    Read {
        conversation_id: ConversationId,
        seq: Seq,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rev: Option<u32>,
    },
    /// This device has everything of these conversations up to these places. At most once a second; only in conversations of
    /// up to [`crate::limits::LIVE_RECEIPTS_MEMBERS`] members.
    Delivered { heads: Vec<Head> },
    /// Answered at once with `pong`, to measure the way.
    Ping { id: u32 },
    /// From a newer client; answered with an error, and the socket lives on.
    #[serde(other)]
    Unknown,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "crate::flat::FlatFrame")]
pub enum ServerFrame {
    /// The first frame to an identified client: where everything stands. Events from here on follow.
    Ready(Box<Ready>),
    /// The first frame to a client that named its positions: what changed beside the events, which follow.
    Resumed(Box<Resumed>),
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
    /// Others received or read on.
    Receipts {
        conversation_id: ConversationId,
        receipts: Vec<Receipt>,
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
        /// The server's clock.
        #[serde(default)]
        now: Timestamp,
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

/// Where a client stood when its last socket broke.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// Every conversation that the client holds; at most [`crate::limits::POSITIONS_MAX`].
    pub positions: Vec<ResumePosition>,
    /// The server's time as it was told last, in `ready`, `resumed` or `heads`.
    pub since: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePosition {
    pub conversation_id: ConversationId,
    /// The last event that the client has applied.
    pub seq: Seq,
    pub read_seq: Seq,
    pub read_rev: u32,
}

/// What a resumed client has to know beside the events that it missed. Those follow as `event` frames: for each conversation
/// that it named exactly the ones after its `seq`, once, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    pub me: Me,
    pub session_id: SessionId,
    /// Conversations that the client did not name, and those of which it missed too much: begin anew from here. No missed
    /// events follow for them.
    pub conversations: Vec<Conversation>,
    /// Named conversations that are not the reader's any more.
    pub gone: Vec<ConversationId>,
    /// Positions that are not as the client named them, counted up to their `head_seq`.
    pub positions: Vec<ReadPosition>,
    /// Everybody that the conversations and the events mention, and whose profile changed since.
    pub users: Vec<User>,
    /// The server's clock.
    pub now: Timestamp,
    pub build: String,
}

/// A numbered, durable change of a conversation. Each `seq` of a conversation has exactly one. An event tells the outcome as
/// it is now: a message that was edited or deleted later is told as such by every event of it, so nothing erased comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case", try_from = "crate::flat::FlatEvent")]
pub enum Event {
    /// Somebody said something, or the conversation itself changed (`content.type` is `system`). Its place is the message's.
    Message { message: Message },
    /// The author gave the message another text.
    Edited { seq: Seq, at: Timestamp, by: UserId, message: Message },
    /// The message was erased.
    Deleted { seq: Seq, at: Timestamp, by: UserId, message: Message },
    /// Something about a message that the reader may not see, because it was said before they came.
    Hidden { seq: Seq },
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// Its place in the log.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Message { message } => Some(message.seq),
            Self::Edited { seq, .. } | Self::Deleted { seq, .. } | Self::Hidden { seq } => Some(*seq),
            Self::Unknown => None,
        }
    }

    /// The message that it speaks of, as it is now.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Message { message } | Self::Edited { message, .. } | Self::Deleted { message, .. } => Some(message),
            Self::Hidden { .. } | Self::Unknown => None,
        }
    }
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
