//! The log of a conversation.

use async_trait::async_trait;
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, Timestamp, UserId,
    message::{Change, Content, Message},
    text::MessageBody,
    ws::Event,
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
    /// Whom it names, if they are members.
    pub names: Vec<Name>,
    pub at: Timestamp,
}

/// A username as it stands in a text, and its key by which people are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub key: String,
    pub username: String,
}

/// A message that a nonce has named before.
#[derive(Clone, Debug)]
pub struct Earlier {
    pub message: Message,
    /// Of a message that was edited or deleted since: see [`crate::messages::seal`].
    pub seal: Option<Vec<u8>>,
}

impl Earlier {
    /// Whether this is what was sent then, whatever became of it.
    pub fn was_sent_as(&self, conversation_id: ConversationId, body: &MessageBody) -> bool {
        let is_same = match (&self.seal, &self.message.content, self.message.nonce) {
            (Some(seal), _, Some(nonce)) => *seal == crate::messages::seal(nonce, body),
            (_, Content::Text { body: sent }, _) => sent == body,
            _ => false,
        };
        is_same && self.message.conversation_id == conversation_id
    }
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
    Text { nonce: Nonce, body: MessageBody, names: Vec<Name> },
    System(Change),
}

/// What becomes of a message: another text, or none. The old one is erased in the same step.
#[derive(Clone, Debug)]
pub enum Amendment {
    Edit { body: MessageBody, names: Vec<Name> },
    Delete,
}

/// An event for a relay, and the members who may not see what it speaks of: it was said before they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub event: Event,
    pub hidden_from: Vec<UserId>,
}

impl From<Event> for Logged {
    /// Everybody may see it.
    fn from(event: Event) -> Self {
        Self { event, hidden_from: Vec::new() }
    }
}

/// Messages of a stretch, and whether it holds fewer than were asked for because there are no more on that side.
#[derive(Clone, Debug)]
pub struct StretchOfMessages {
    pub messages: Vec<Message>,
    pub reaches_start: bool,
    pub reaches_end: bool,
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
    async fn message_by_nonce(&mut self, author: UserId, nonce: Nonce) -> Result<Option<Earlier>, StoreError>;

    /// A message that the member may read.
    async fn message(&mut self, member: &Membership, id: MessageId) -> Result<Option<Message>, StoreError>;

    /// Changes a message of a locked conversation, and takes the next `seq` for the event that tells of it.
    async fn amend(
        &mut self,
        message: &Message,
        by: UserId,
        event_id: MessageId,
        at: Timestamp,
        amendment: &Amendment,
    ) -> Result<Event, StoreError>;

    /// Messages alone, ascending, all that there are, within what the member may read.
    async fn history(&mut self, member: &Membership, stretch: Stretch, limit: u32) -> Result<StretchOfMessages, StoreError>;

    /// Every event after a place, ascending, without holes, within what the member may read.
    async fn log(&mut self, member: &Membership, after: Seq, limit: u32) -> Result<Vec<Event>, StoreError>;

    /// The first place at or after a time, within what the member may read; times never decrease along the log.
    async fn seq_at(&mut self, member: &Membership, at: Timestamp) -> Result<Option<Seq>, StoreError>;

    /// For the relay to open sockets alone, which checks membership itself: the log after `after`, ascending.
    async fn relay_log(&mut self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Logged>, StoreError>;

    /// Members who may not see a place, because it lies before their history.
    async fn hidden_from(&mut self, conversation: ConversationId, seq: Seq) -> Result<Vec<UserId>, StoreError>;
}
