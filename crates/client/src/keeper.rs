//! What of the model changed since it was last kept on the device.
//!
//! Every tab keeps what it holds, not only the one that leads: a window may be open in one tab alone. Two tabs that keep the same
//! record keep nearly the same, and whichever comes last is true up to the place that it names (see [`crate::model::Kept`]).

use shared_types::{ConversationId, Timestamp, UserId, message::MessagePage, user::Me, user::User};

use crate::{
    model::{KeptConversation, Model, Touched},
    sorted::Set,
};

/// Marks what has to be kept.
#[derive(Debug, Default)]
pub struct Keeper {
    me: bool,
    conversations: Set<ConversationId>,
    users: Set<UserId>,
    gone: Set<ConversationId>,
}

/// What to keep now, all of it or nothing: the clock is only true together with what was heard until then.
#[derive(Debug)]
pub struct Batch {
    pub me: Me,
    pub server_now: Timestamp,
    pub conversations: Vec<KeptConversation>,
    pub windows: Vec<(ConversationId, MessagePage)>,
    pub users: Vec<User>,
    /// Conversations to be forgotten, with their windows.
    pub gone: Vec<ConversationId>,
}

impl Keeper {
    /// Something changed in the model.
    pub fn note(&mut self, touched: &Touched) {
        self.me |= touched.me;
        self.conversations.extend(&touched.conversations);
        self.users.extend(&touched.users);
        self.gone.extend(touched.gone.iter().map(|(id, _)| *id));
    }

    pub fn is_due(&self) -> bool {
        self.me || !self.conversations.is_empty() || !self.users.is_empty() || !self.gone.is_empty()
    }

    /// Takes what there is to keep; `None` while nobody is signed in.
    pub fn take(&mut self, model: &Model) -> Option<Batch> {
        let me = model.me()?.clone();
        let changed = std::mem::take(self);
        Some(Batch {
            me,
            server_now: model.server_now(),
            conversations: changed.conversations.iter().filter_map(|id| model.conversation_to_keep(*id)).collect(),
            windows: changed.conversations.iter().filter_map(|id| Some((*id, model.window_to_keep(*id)?))).collect(),
            users: changed.users.iter().filter_map(|id| model.user(*id)).cloned().collect(),
            gone: changed.gone.into_iter().filter(|id| model.conversation(*id).is_none()).collect(),
        })
    }
}
