//! What a device keeps of a client, and a client that begins with it.

use std::collections::BTreeMap;

use shared_types::{ConversationId, Timestamp, UserId, message::MessagePage, user::Me, user::User};

use super::super::{Kept, KeptConversation, Model, Touched};
use crate::keeper::{Batch, Keeper};

/// What one batch wrote.
type Written = (Vec<KeptConversation>, Vec<(ConversationId, MessagePage)>);

#[derive(Default)]
pub struct Disk {
    keeper: Keeper,
    head: Option<(Me, Timestamp)>,
    conversations: BTreeMap<ConversationId, KeptConversation>,
    windows: BTreeMap<ConversationId, MessagePage>,
    users: BTreeMap<UserId, User>,
    /// What was written earlier, of conversations and of windows.
    earlier: Vec<Written>,
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
        self.earlier.push((conversations.clone(), windows.clone()));
        self.conversations.extend(conversations.into_iter().map(|kept| (kept.conversation.id, kept)));
        self.windows.extend(windows);
        self.users.extend(users.into_iter().map(|user| (user.id, user)));
        for id in gone {
            self.conversations.remove(&id);
            self.windows.remove(&id);
        }
    }

    /// Another tab, which is late, writes what it holds of one kind.
    pub fn write_late(&mut self, which: usize, is_window: bool) {
        if self.earlier.is_empty() {
            return;
        }
        let (conversations, windows) = self.earlier[which % self.earlier.len()].clone();
        if is_window {
            let windows = windows.into_iter().filter(|(id, _)| self.conversations.contains_key(id));
            self.windows.extend(windows.collect::<Vec<_>>());
        } else {
            let known = conversations.into_iter().filter(|kept| self.conversations.contains_key(&kept.conversation.id));
            self.conversations.extend(known.map(|kept| (kept.conversation.id, kept)).collect::<Vec<_>>());
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
