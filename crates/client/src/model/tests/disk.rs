//! What a device keeps of a client, and a client that begins with it.

use std::collections::BTreeMap;

use shared_types::{ConversationId, Timestamp, UserId, message::MessagePage, user::Me, user::User};

use super::super::{Kept, KeptConversation, Model, Touched};
use crate::keeper::{Batch, Keeper};

#[derive(Default)]
pub struct Disk {
    keeper: Keeper,
    head: Option<(Me, Timestamp)>,
    conversations: BTreeMap<ConversationId, KeptConversation>,
    windows: BTreeMap<ConversationId, MessagePage>,
    users: BTreeMap<UserId, User>,
}

impl Disk {
    pub fn note(&mut self, touched: &Touched) {
        self.keeper.note(touched);
    }

    /// What changed by now is written.
    pub fn write(&mut self, model: &Model) {
        let Some(batch) = self.keeper.take(model) else { return };
        let Batch { me, server_now, conversations, windows, users, gone } = batch;
        self.head = Some((me, server_now));
        self.conversations.extend(conversations.into_iter().map(|kept| (kept.conversation.id, kept)));
        self.windows.extend(windows);
        self.users.extend(users.into_iter().map(|user| (user.id, user)));
        for id in gone {
            self.conversations.remove(&id);
            self.windows.remove(&id);
        }
    }

    /// A new page begins with what was written; what was not is gone.
    pub fn begin(&mut self) -> Model {
        self.keeper = Keeper::default();
        let mut model = Model::default();
        if let Some((me, server_now)) = self.head.clone() {
            let surplus = model.take_up(Kept {
                me,
                server_now,
                users: self.users.values().cloned().collect(),
                conversations: self.conversations.values().cloned().collect(),
                windows: self.windows.clone().into_iter().collect(),
            });
            assert!(surplus.iter().all(|id| !self.conversations.contains_key(id)), "these few windows fit");
            model.take_touched();
        }
        model
    }
}
