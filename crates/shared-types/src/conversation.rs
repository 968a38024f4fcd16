//! Direct messages, groups and rooms.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ConversationId, Seq, UserId},
    member::Role,
    message::{Message, SendMessage},
    text::{Alias, RoomName, Topic},
    time::Timestamp,
    user::User,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Exactly two people; one per pair, for ever.
    Direct,
    /// Some people, a name only if they want one.
    Group,
    /// A named place that people join and leave.
    Room,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone on the server finds it and may join.
    Public,
    /// Nobody but its members knows that it exists.
    Private,
}

/// A conversation as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversation {
    pub id: ConversationId,
    pub kind: ConversationKind,
    /// Rooms only are ever public.
    pub visibility: Visibility,
    /// Rooms have one, groups may, direct messages never do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<RoomName>,
    /// Public rooms only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Alias>,
    pub topic: Topic,
    /// Newcomers are members from their first minute.
    pub is_default: bool,
    pub created_at: Timestamp,
    /// The time of the last event; the order of the list.
    pub active_at: Timestamp,
    /// The last event's place.
    pub head_seq: Seq,
    pub member_count: u32,
    /// Everyone, in direct messages and groups of up to 100; empty in rooms, whose members are paged.
    pub people: Vec<User>,
    /// The last thing that somebody said, as far as the reader may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Message>,
    pub my_role: Role,
    /// How far the reader has read.
    pub read_seq: Seq,
    /// See [`crate::message::ReadPosition`].
    pub read_rev: u32,
    /// What others said after that, counted up to `head_seq`; at most 1,000.
    pub unread: u32,
    /// How many of them name the reader; at most 1,000.
    pub mentions: u32,
}

/// Every conversation of the reader, the most recently active first, and everybody that the list mentions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConversationList {
    pub conversations: Vec<Conversation>,
    /// Authors of the last messages.
    pub users: Vec<User>,
}

/// Starts a conversation. Direct messages and groups start with their first message, so that no empty one is ever stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CreateConversation {
    /// With one other person. If the two have one already, the message goes there.
    Direct { user_id: UserId, message: SendMessage },
    /// With 2 to 100 others.
    Group {
        user_ids: Vec<UserId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<RoomName>,
        message: SendMessage,
    },
    /// The creator becomes its owner.
    Room {
        name: RoomName,
        /// Public rooms: made from the name if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alias: Option<Alias>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<Topic>,
        visibility: Visibility,
        /// People to let in at once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        user_ids: Vec<UserId>,
    },
}

/// What of a conversation changes; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateConversation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<RoomName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Alias>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// `room` turns a group into a room; needs `name` unless the group has one. Nothing else may change its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ConversationKind>,
    /// Only those who run the server set this, on public rooms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

/// A public room as somebody sees it who need not be a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomCard {
    pub id: ConversationId,
    pub name: RoomName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Alias>,
    pub topic: Topic,
    pub member_count: u32,
    pub active_at: Timestamp,
    /// Whether the one who asks is a member.
    pub joined: bool,
}

/// Public rooms, the most recently active first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomPage {
    pub rooms: Vec<RoomCard>,
    /// Pass as `cursor` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Joins by what a person has at hand: a room's name, `#alias`, a link to it, or its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Join {
    pub target: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case", try_from = "crate::flat::FlatJoined")]
pub enum Joined {
    /// You are a member now, or were one already.
    Member { conversation: Box<Conversation> },
    /// The id names no public room. If it names a private one, those who look after it have been asked.
    Requested {},
}
