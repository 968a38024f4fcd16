//! The database: transactions over rows, grouped by noun, and the append path of messages.

mod accounts;
mod conversations;
mod members;
mod messages;
mod sessions;

pub use accounts::{AccountRows, Credentials, NewAccount};
use async_trait::async_trait;
pub use conversations::{ConversationRecord, ConversationRows, NewConversation, RoomCursor};
pub use members::{MemberCursor, MemberRows};
pub use messages::{AppendMessage, Appended, EventContent, MessageRows, NewEvent, Stretch};
pub use sessions::{NewSession, SessionRecord, SessionRows};

/// The one error of every store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the row.
    #[error("{0:?} is taken")]
    Taken(Unique),
    /// No connection, a lock not had in time, a full queue: nothing was stored, trying again may help.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    #[error("the disk is full")]
    Full,
    #[error("{0}")]
    Failed(String),
}

/// Which unique index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    Username,
    Email,
    RoomName,
    Alias,
    Nonce,
    Other,
}

#[async_trait]
pub trait Store: Send + Sync {
    /// A consistent snapshot; never waits for a writer.
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// A transaction that may write. Dropped without `commit`, it leaves no trace.
    async fn write(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// The message path: checks membership and nonce, takes the next `seq`, stores. Many callers share one commit.
    /// Answers after that commit is durable.
    async fn append(&self, message: AppendMessage) -> Result<Appended, StoreError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// One transaction.
#[async_trait]
pub trait Tx: AccountRows + SessionRows + ConversationRows + MemberRows + MessageRows + Send {
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
