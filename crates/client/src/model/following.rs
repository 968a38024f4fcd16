//! Following the logs: events in their order, holes, and what each event changes.

use shared_types::{
    ConversationId, Seq,
    message::{Content, Message, ReadPosition},
    ws::Head,
};

use super::{
    Model,
    facts::{Outcome, change_facts},
};
use crate::sync::{Effect, LONGEST_GAP};

impl Model {
    /// Somebody said or did something, as the live stream or an answer tells.
    pub fn hear(&mut self, message: Message) {
        let id = message.conversation_id;
        let Some(entry) = self.entries.get_mut(&id) else {
            if self.is_loaded {
                self.want_conversation(id);
            }
            return;
        };
        let news = entry.log.offer(message);
        self.apply_all(id, news);
        self.fill(id);
    }

    pub(super) fn head_told(&mut self, head: Head) {
        let id = head.conversation_id;
        match self.entries.get_mut(&id) {
            Some(entry) => {
                entry.log.reaches(head.seq);
                self.fill(id);
            }
            None if self.is_loaded => self.want_conversation(id),
            None => {}
        }
    }

    pub(super) fn position_told(&mut self, position: ReadPosition) {
        let id = position.conversation_id;
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.unread.told(position.read_seq, position.unread, position.head_seq);
        entry.log.reaches(position.head_seq);
        if self.marks.get(&id).is_some_and(|mark| *mark <= position.read_seq) {
            self.marks.remove(&id);
        }
        self.touched.conversations.insert(id);
        self.touch_open(id);
        self.fill(id);
    }

    /// The reader has seen everything up to here in another tab, which tells the server.
    pub fn seen_elsewhere(&mut self, id: ConversationId, seq: Seq) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.unread.mark(seq);
            self.touched.conversations.insert(id);
            self.touch_open(id);
        }
    }

    pub(super) fn want_conversation(&mut self, id: ConversationId) {
        if self.reading_conversations.insert(id) {
            self.effects.push(Effect::ReadConversation(id));
        }
    }

    /// Does what is needed if events of a conversation are known to be missing.
    pub(super) fn fill(&mut self, id: ConversationId) {
        let Some(place) = self.timelines.iter().position(|timeline| timeline.conversation_id == id) else {
            if self.entries.get(&id).is_some_and(|entry| entry.log.has_hole()) {
                self.want_conversation(id);
            }
            return;
        };
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.log.has_hole()) else { return };
        if entry.log.gap() <= LONGEST_GAP {
            if !entry.log.reading {
                entry.log.reading = true;
                self.effects.push(Effect::ReadLog { conversation_id: id, after: entry.log.applied() });
            }
            return;
        }
        // Too much to read one by one. What the window shows stays true, it only ends before the present.
        self.timelines[place].cut_end();
        let head = entry.log.applied().0 + entry.log.gap();
        let news = entry.log.skip_to(Seq(head));
        self.apply_all(id, news);
        self.settle(id);
        self.want_conversation(id);
        self.overtaken(id);
    }

    pub(super) fn apply_all(&mut self, id: ConversationId, news: Vec<Message>) {
        for message in news {
            self.apply_one(id, &message);
        }
    }

    /// The next event of a conversation's log.
    fn apply_one(&mut self, id: ConversationId, message: &Message) {
        let me = self.my_id();
        let is_mine = Some(message.author_id) == me;
        let counts = message.content.is_countable();
        self.want_users(std::iter::once(message.author_id).chain(match &message.content {
            Content::System { change } => change.people().to_vec(),
            _ => Vec::new(),
        }));
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.unread.hear(message.seq, counts && !is_mine);
        let conversation = &mut entry.conversation;
        conversation.head_seq = conversation.head_seq.max(message.seq);
        if message.created_at > conversation.active_at {
            conversation.active_at = message.created_at;
            self.touched.sections = true;
        }
        if counts && conversation.last_message.as_ref().is_none_or(|last| last.seq < message.seq) {
            conversation.last_message = Some(message.clone());
        }
        let mut outcome = Outcome::Told;
        if let Content::System { change } = &message.content
            && message.seq > entry.facts_seq
        {
            entry.facts_seq = message.seq;
            outcome = change_facts(conversation, change, message.author_id, me, &self.users);
        }
        self.touched.conversations.insert(id);
        match outcome {
            Outcome::Told => {}
            Outcome::Unclear => self.want_conversation(id),
            Outcome::NotMine => return self.lose(id),
        }
        if let Some(nonce) = message.nonce.filter(|_| is_mine)
            && self.outbox.remove(nonce).is_some()
        {
            self.touched.letters.insert(nonce);
        }
        self.show(id, message, counts && !is_mine);
    }
}
