//! Conversations as such.

use async_trait::async_trait;
use shared_types::{
    ConversationId, Seq, Timestamp, UserId,
    conversation::{Conversation, ConversationKind, RoomCard, Visibility},
    text::{Alias, RoomName, Topic},
};

use super::StoreError;
use crate::Membership;

#[derive(Clone, Debug)]
pub struct NewConversation {
    pub id: ConversationId,
    pub kind: ConversationKind,
    pub visibility: Visibility,
    pub name: Option<RoomName>,
    /// What public rooms' names are compared by; `None` for everything else.
    pub name_key: Option<String>,
    pub alias: Option<Alias>,
    pub topic: Topic,
    /// Names the pair of a direct message; unique.
    pub direct_key: Option<Vec<u8>>,
    pub is_default: bool,
    pub created_at: Timestamp,
    /// What people find a public room by.
    pub terms: Vec<Vec<u8>>,
}

/// A conversation without a viewer.
#[derive(Clone, Debug)]
pub struct ConversationRecord {
    pub id: ConversationId,
    pub kind: ConversationKind,
    pub visibility: Visibility,
    pub name: Option<RoomName>,
    pub alias: Option<Alias>,
    pub topic: Topic,
    pub is_default: bool,
    pub head_seq: Seq,
    pub member_count: u32,
    pub active_at: Timestamp,
}

/// Where a page of the directory goes on: after the room that was active then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomCursor {
    pub active_at: Timestamp,
    pub id: ConversationId,
}

#[async_trait]
pub trait ConversationRows {
    async fn insert_conversation(&mut self, conversation: &NewConversation) -> Result<(), StoreError>;

    /// Reads the row and holds its lock to the end of the transaction: whoever appends to the log takes it first.
    async fn lock_conversation(&mut self, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError>;

    async fn conversation(&mut self, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError>;

    async fn direct_conversation(&mut self, key: &[u8]) -> Result<Option<ConversationId>, StoreError>;

    /// Kind, visibility, name, alias, topic, default flag; the keys and terms follow from them.
    async fn update_conversation(
        &mut self,
        record: &ConversationRecord,
        name_key: Option<&str>,
        terms: &[Vec<u8>],
    ) -> Result<(), StoreError>;

    /// Makes the alias lead here, beside those that did before.
    async fn insert_alias(&mut self, key: &str, id: ConversationId) -> Result<(), StoreError>;

    async fn conversation_by_alias(&mut self, key: &str) -> Result<Option<ConversationId>, StoreError>;

    async fn public_room_by_name(&mut self, name_key: &str) -> Result<Option<ConversationId>, StoreError>;

    /// With its whole log.
    async fn delete_conversation(&mut self, id: ConversationId) -> Result<(), StoreError>;

    /// All conversations of a person as they see them, the most recently active first.
    async fn conversations_of(&mut self, user: UserId) -> Result<Vec<Conversation>, StoreError>;

    /// One conversation as its member sees it.
    async fn conversation_for(&mut self, member: &Membership) -> Result<Conversation, StoreError>;

    /// Public rooms, the most recently active first, of whose terms one begins with each of the words.
    async fn public_rooms(
        &mut self,
        viewer: UserId,
        words: &[Vec<u8>],
        after: Option<RoomCursor>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError>;

    async fn default_rooms(&mut self) -> Result<Vec<ConversationId>, StoreError>;

    async fn has_conversations(&mut self) -> Result<bool, StoreError>;
}
