//! Reading ahead: the ends of the conversations that were talked in last, so that they open at once, and also without a network.

use shared_types::{ConversationId, Seq, conversation::Conversation, message::MessagePage};

use super::{Model, window::KEPT_WINDOWS};
use crate::{
    sorted::{Set, sort_by},
    timeline::Timeline,
};

impl Model {
    /// The conversation whose newest messages to read next, while nothing else is to be done; none of those that were `tried`.
    pub fn wants_ahead(&self, tried: &Set<ConversationId>) -> Option<ConversationId> {
        if !self.is_loaded || self.awaits_news || self.timelines.len() >= KEPT_WINDOWS {
            return None;
        }
        let mut recent: Vec<&Conversation> = self.conversations().filter(|conversation| conversation.head_seq > Seq::START).collect();
        sort_by(&mut recent, |a, b| (a.active_at, a.id) > (b.active_at, b.id));
        let mut recent = recent.into_iter().take(KEPT_WINDOWS).map(|conversation| conversation.id);
        recent.find(|id| !tried.contains(id) && self.is_free(*id))
    }

    /// The newest messages of a conversation that nobody has opened.
    pub fn read_ahead(&mut self, id: ConversationId, mut page: MessagePage) {
        let Some(me) = self.my_id() else { return };
        let is_room = self.timelines.len() < KEPT_WINDOWS;
        if !is_room || !self.is_free(id) || !self.renew(id, &mut page) {
            return;
        }
        let head = self.entries.get(&id).map_or(page.head_seq, |entry| entry.log.applied());
        let window = Timeline::new(me, id, page.clone(), head);
        if window.at_end() {
            self.timelines.insert(0, window);
            self.learn(id, &page);
            self.settle(id);
        }
    }

    fn is_free(&self, id: ConversationId) -> bool {
        self.entries.contains_key(&id) && self.timeline(id).is_none() && self.open_id() != Some(id)
    }
}
