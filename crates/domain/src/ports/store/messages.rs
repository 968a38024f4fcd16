//! The log of a conversation.

use async_trait::async_trait;
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, Timestamp, UserId,
    message::{Change, Message},
    text::MessageBody,
};

use super::StoreError;
use crate::Membership;

/// A message on its way into the log.
#[derive(Clone, Debug)]
pub struct AppendMessage {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub author_id: UserId,
    pub nonce: Nonce,
    pub body: MessageBody,
    pub at: Timestamp,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Appended {
    Stored(Message),
    /// The nonce has named this very message before; nothing was stored now.
    Repeated(Message),
    /// The nonce names another message of the author.
    NonceReused,
    /// The author is no member, or there is no such conversation.
    NotAMember,
}

/// A system event or first message, written inside a longer transaction that holds the conversation's lock.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub author_id: UserId,
    pub at: Timestamp,
    pub content: EventContent,
}

#[derive(Clone, Debug)]
pub enum EventContent {
    Text { nonce: Nonce, body: MessageBody },
    System(Change),
}

/// Which part of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    Newest,
    Before(Seq),
    After(Seq),
    Around(Seq),
}

#[async_trait]
pub trait MessageRows {
    /// Takes the next `seq` of a conversation that this transaction has locked.
    async fn append_event(&mut self, event: &NewEvent) -> Result<Message, StoreError>;

    /// The message that an author's nonce names, wherever it is.
    async fn message_by_nonce(&mut self, author: UserId, nonce: Nonce) -> Result<Option<Message>, StoreError>;

    /// Ascending, without holes, within what the member may read.
    async fn history(&mut self, member: &Membership, stretch: Stretch, limit: u32) -> Result<Vec<Message>, StoreError>;

    /// The first place at or after a time, within what the member may read; times never decrease along the log.
    async fn seq_at(&mut self, member: &Membership, at: Timestamp) -> Result<Option<Seq>, StoreError>;

    /// For the relay to open sockets alone, which checks membership itself: the log after `after`, ascending.
    async fn relay_log(&mut self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Message>, StoreError>;
}
