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
    /// How often it was edited; 0 as it was sent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: u32,
    /// When it was edited last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Members whom the text names with `@username`, outside of code; each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    pub content: Content,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What a message holds. A type that a program does not know reads as `unknown`, and is shown as such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", try_from = "crate::flat::FlatContent")]
pub enum Content {
    Text {
        body: MessageBody,
    },
    /// The conversation itself changed; `author_id` did it.
    System {
        change: Change,
    },
    /// Its text was erased, by its author or by somebody who looks after the room. Only its place is left.
    Deleted {},
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
    /// Whether it counts as unread for those who have not seen it: what people say does, what the system tells and what was
    /// deleted does not.
    pub fn is_countable(&self) -> bool {
        !matches!(self, Self::System { .. } | Self::Deleted {})
    }
}

/// What happened to a conversation, as a typed event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "crate::flat::FlatChange")]
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

/// Another text for a message of one's own. The old text is erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    pub body: MessageBody,
    /// The version that the author had before them; if the message has another by now, the edit is refused with
    /// `edit_conflict`. Without it the last edit wins. The same text again changes nothing and is no conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A stretch of a conversation in ascending `seq`. Events that are no messages (edits, deletions) have a `seq` of their own
/// and are not here, so the places of messages may have gaps; `after` and `through` tell what the page covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePage {
    /// Every message with `after` < `seq` ≤ `through` that the reader may see, as it is now.
    pub messages: Vec<Message>,
    pub after: Seq,
    pub through: Seq,
    /// Everybody that the page mentions, with their current names.
    pub users: Vec<User>,
    /// Nothing readable comes before the first message of this page.
    pub at_start: bool,
    /// Nothing came after the last message of this page when it was read.
    pub at_end: bool,
    /// The conversation's last `seq` when the page was read.
    pub head_seq: Seq,
}

/// How far the reader has read. Everything that was on their screen may be reported; only what is further counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    pub seq: Seq,
    /// The `read_rev` that the reader knew. An older one than the present is ignored: the position was moved back meanwhile,
    /// on another device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<u32>,
    /// "Mark unread from here": the position may also move back, and gets a new `read_rev`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
}

/// The reader's position and what is left unread behind it. Positions are ordered by (`read_rev`, `read_seq`): of two, the
/// greater is the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadPosition {
    pub conversation_id: ConversationId,
    pub read_seq: Seq,
    /// Grows by one whenever the position is moved back.
    pub read_rev: u32,
    /// What others said after `read_seq`, counted up to `head_seq`; at most 1,000.
    pub unread: u32,
    /// How many of them name the reader; at most 1,000.
    pub mentions: u32,
    /// Up to where both were counted.
    pub head_seq: Seq,
}

/// Where a reader's position in one conversation is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlacedPosition {
    pub conversation_id: ConversationId,
    pub read_seq: Seq,
}

/// Sets several positions at once, back or forth: what undoes "all read".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlacePositions {
    /// At most 1,000.
    pub positions: Vec<PlacedPosition>,
}

/// The positions as they are now, and what they were: pass `before` to `PUT /read-positions` to undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PositionsMoved {
    /// Only those that moved.
    pub positions: Vec<ReadPosition>,
    pub before: Vec<PlacedPosition>,
}

/// How far a member has received and read. Both only tell of those who share their receipts, to those who share theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    pub user_id: UserId,
    /// A device of theirs has everything up to here; never below `read_seq`.
    pub delivered_seq: Seq,
    pub read_seq: Seq,
}

/// One receipt per member who shares theirs, without the one who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptList {
    pub receipts: Vec<Receipt>,
}
