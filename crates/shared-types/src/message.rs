//! Messages, which are the numbered events of a conversation.

use serde::{Deserialize, Serialize};

use crate::{
    conversation::Visibility,
    id::{ConversationId, MessageId, Nonce, Seq, UserId},
    member::Role,
    text::{Alias, MessageBody, RoomName, Topic},
    time::Timestamp,
    user::User,
};

/// One message at its place. The same value for every reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    /// 1, 2, 3 … in the conversation; the order of messages is the order of their `seq`, never of their times.
    pub seq: Seq,
    /// Who wrote it, or who did what a system message tells.
    pub author_id: UserId,
    pub created_at: Timestamp,
    /// The nonce it was sent with; absent on system messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
    pub content: Content,
}

/// What a message holds. A type that a program does not know reads as `unknown`, and is shown as such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text {
        body: MessageBody,
    },
    /// The conversation itself changed; `author_id` did it.
    System {
        change: Change,
    },
    /// Reserved: a shared file.
    File {
        name: String,
    },
    /// Reserved: a picture.
    Image {
        name: String,
    },
    /// Reserved: a recording.
    Audio {
        name: String,
    },
    /// Reserved: a vote.
    Poll {
        question: String,
    },
    /// Reserved: a call.
    Call {},
    #[serde(other)]
    Unknown,
}

impl Content {
    /// Whether it counts as unread for those who have not seen it: what people say does, what the system tells does not.
    pub fn is_countable(&self) -> bool {
        !matches!(self, Self::System { .. })
    }
}

/// What happened to a conversation, as a typed event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    Created {},
    /// The author joined by themselves.
    Joined {},
    /// The author let these people in.
    Added {
        user_ids: Vec<UserId>,
    },
    /// The author left.
    Left {},
    /// The author removed this person.
    Removed {
        user_id: UserId,
    },
    RoleChanged {
        user_id: UserId,
        role: Role,
    },
    Renamed {
        name: RoomName,
    },
    TopicChanged {
        topic: Topic,
    },
    AliasChanged {
        alias: Option<Alias>,
    },
    VisibilityChanged {
        visibility: Visibility,
    },
    /// A group became a room; its id and links stay.
    BecameRoom {
        name: RoomName,
        visibility: Visibility,
    },
    #[serde(other)]
    Unknown,
}

impl Change {
    /// The people it speaks of, beside its author.
    pub fn people(&self) -> &[UserId] {
        match self {
            Self::Added { user_ids } => user_ids,
            Self::Removed { user_id } | Self::RoleChanged { user_id, .. } => std::slice::from_ref(user_id),
            _ => &[],
        }
    }
}

/// A message to send. Sending the same nonce again answers with the first message and stores nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// A UUID made by the client, once per message; version 7 is a good choice.
    pub nonce: Nonce,
    pub body: MessageBody,
}

/// A stretch of a conversation in ascending `seq`, without holes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePage {
    pub messages: Vec<Message>,
    /// Everybody that the page mentions, with their current names.
    pub users: Vec<User>,
    /// Nothing readable comes before the first message of this page.
    pub at_start: bool,
    /// Nothing came after the last message of this page when it was read.
    pub at_end: bool,
    /// The conversation's last `seq` when the page was read.
    pub head_seq: Seq,
}

/// How far somebody has read; positions only ever move forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    pub seq: Seq,
}

/// The reader's position and what is left unread behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadPosition {
    pub conversation_id: ConversationId,
    pub read_seq: Seq,
    /// What others said after `read_seq`, counted up to `head_seq`; at most 1,000.
    pub unread: u32,
    /// Up to where `unread` was counted.
    pub head_seq: Seq,
}
