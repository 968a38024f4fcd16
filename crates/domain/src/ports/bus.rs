//! The live stream between use cases and sockets. It may forget; the log may not.

use std::sync::Arc;

use async_trait::async_trait;
use shared_types::{
    ConversationId, Seq, SessionId, UserId,
    account::Session,
    message::{ReadPosition, Receipt},
    user::User,
    ws::Event,
};

/// Something that open sockets should hear of, on whatever node they are.
#[derive(Clone, Debug)]
pub enum Signal {
    /// An event of a conversation's log has been committed.
    Event {
        conversation_id: ConversationId,
        seq: Seq,
        event: Event,
        /// Who became a member by this event, and who stopped being one.
        gained: Vec<UserId>,
        lost: Vec<UserId>,
        /// Members who may only know that there is an event at this place: it speaks of something from before they came.
        hidden_from: Vec<UserId>,
    },
    /// The conversation is gone with its log.
    ConversationDeleted { conversation_id: ConversationId, members: Vec<UserId> },
    /// A profile changed.
    UserChanged(User),
    /// Members received or read on; only of those who share their receipts.
    Receipts { conversation_id: ConversationId, receipts: Vec<Receipt> },
    /// A person shares their receipts from now on, or no more: with it goes what they see of others.
    ReceiptsSwitched { user_id: UserId, on: bool },
    /// A person read on.
    Read { user_id: UserId, position: ReadPosition },
    /// Somebody asks those who look after a room to be let in.
    JoinRequested { conversation_id: ConversationId, caretakers: Vec<UserId>, user: User },
    /// A person signed in; for their other devices.
    SessionStarted { user_id: UserId, session: Session },
    /// These sessions have ended; their sockets close.
    SessionsEnded(Vec<SessionId>),
}

/// What a subscriber receives. Loss is a value.
#[derive(Clone, Debug)]
pub enum Delivery {
    Signal(Arc<Signal>),
    /// Signals were lost here: read the heads of whatever is watched.
    Gap,
}

#[async_trait]
pub trait Bus: Send + Sync {
    /// Never waits for a subscriber and never fails: what is lost is found again in the log.
    fn publish(&self, signal: Signal);

    fn subscribe(&self) -> Box<dyn Subscription>;
}

#[async_trait]
pub trait Subscription: Send {
    /// The next delivery, or `None` when the bus has shut down.
    async fn next(&mut self) -> Option<Delivery>;

    /// A delivery that is here already, so that a subscriber can take all that waits in one go.
    fn try_next(&mut self) -> Option<Delivery> {
        None
    }
}
