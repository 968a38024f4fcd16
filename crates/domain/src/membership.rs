//! The key to a conversation: nothing of it is reachable without one, and only a membership row makes one.

use shared_types::{ConversationId, Seq, UserId, member::Role};

/// Proof that a person belongs to a conversation, as of the transaction that read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    conversation_id: ConversationId,
    user_id: UserId,
    role: Role,
    history_from: Seq,
}

impl Membership {
    /// For the store alone, from a row that it has just read.
    pub fn from_row(conversation_id: ConversationId, user_id: UserId, role: Role, history_from: Seq) -> Self {
        Self { conversation_id, user_id, role, history_from }
    }

    pub fn conversation_id(&self) -> ConversationId {
        self.conversation_id
    }

    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// The first place that this member may read.
    pub fn history_from(&self) -> Seq {
        self.history_from
    }
}
