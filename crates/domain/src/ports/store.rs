//! The database: transactions over rows, grouped by noun, and the append path of messages.

mod accounts;
mod conversations;
mod members;
mod messages;
mod positions;
mod sessions;
mod upkeep;

use std::pin::Pin;

pub use accounts::{AccountRows, Credentials, NewAccount};
use async_trait::async_trait;
pub use conversations::{ConversationRecord, ConversationRows, NewConversation, RoomCursor};
pub use members::{MemberCursor, MemberRows};
pub use messages::{
    Amendment, AppendMessage, Appended, Earlier, EventContent, Logged, MessageRows, Name, NewEvent, Stretch, StretchOfMessages,
};
pub use positions::{Move, MovePosition, Moved, Position, PositionRows, ReadMove};
pub use sessions::{NewSession, SessionRecord, SessionRows};
pub use upkeep::{Claim, UpkeepRows};

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

/// The writer's queue and its work since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterMeter {
    /// Jobs that wait for a commit, and how many may.
    pub waiting: usize,
    pub capacity: usize,
    /// Batches and the messages that were stored in them.
    pub commits: u64,
    pub messages: u64,
}

/// What was asked for, once it is durable.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

#[async_trait]
pub trait Store: Send + Sync {
    /// A consistent snapshot; never waits for a writer.
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// A transaction that may write. Dropped without `commit`, it leaves no trace.
    async fn write(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// The message path: checks membership and nonce, takes the next `seq`, stores. Many callers share one commit.
    /// Answers after that commit is durable. The place in the queue is taken by the call itself, not by the first poll:
    /// two calls one after the other are stored in that order.
    fn append(&self, message: AppendMessage) -> Answer<Appended>;

    /// Moves a member's positions, in the same commits. `None`: no member.
    fn move_position(&self, job: MovePosition) -> Answer<Option<Moved>>;

    /// How much the writer has to do, and has done.
    fn writer_meter(&self) -> WriterMeter;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// One transaction.
#[async_trait]
pub trait Tx: AccountRows + SessionRows + ConversationRows + MemberRows + MessageRows + PositionRows + UpkeepRows + Send {
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
