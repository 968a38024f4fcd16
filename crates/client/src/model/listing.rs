//! Which conversations there are, and what each of them is: snapshots, however late they come.

use shared_types::{
    ConversationId, ErrorCode, Seq,
    conversation::{Conversation, ConversationList},
};

use super::{Entry, Model, marking};
use crate::{
    receipts::Receipts,
    sorted::Set,
    sync::{Effect, Log},
    timeline::Amended,
    unread::Unread,
};

impl Model {
    /// The whole list, as the API tells it.
    pub fn list_read(&mut self, mut list: ConversationList) {
        if self.reading_lists == 0 {
            // A tab that begins to follow: what it heard before is older.
            self.streamed_users.clear();
        }
        self.reading_lists = self.reading_lists.saturating_sub(1);
        self.meet(list.users.iter().cloned());
        if self.is_loaded {
            // One that nobody told of may be gone by now, if the list was long on its way: ask.
            let unknown: Vec<ConversationId> =
                list.conversations.iter().map(|conversation| conversation.id).filter(|id| !self.entries.contains_key(id)).collect();
            list.conversations.retain(|conversation| self.entries.contains_key(&conversation.id));
            for id in unknown {
                self.want_conversation(id);
            }
        }
        self.take_list(list);
    }

    pub(super) fn want_list(&mut self) {
        self.reading_lists += 1;
        self.effects.push(Effect::ReadList);
    }

    /// The list could not be read; the next heartbeat asks again.
    pub fn list_failed(&mut self) {
        self.reading_lists = self.reading_lists.saturating_sub(1);
        self.owes_list = true;
    }

    pub(super) fn take_list(&mut self, list: ConversationList) {
        let listed: Set<ConversationId> = list.conversations.iter().map(|conversation| conversation.id).collect();
        for conversation in list.conversations {
            self.conversation_read(conversation);
        }
        // One that is missing may be gone, or younger than the list: ask.
        let missing: Vec<ConversationId> = self.entries.keys().copied().filter(|id| !listed.contains(id)).collect();
        for id in missing {
            self.want_conversation(id);
        }
        self.is_loaded = true;
        self.awaits_news = false;
        self.touched.sections = true;
        self.open_what_waits();
    }

    /// A conversation that the reader has just made, joined or changed.
    pub fn conversation_entered(&mut self, entered: Conversation) {
        self.lost.remove(&entered.id);
        self.conversation_read(entered);
    }

    /// A conversation as the server has it now, or had it a moment ago.
    pub fn conversation_read(&mut self, read: Conversation) {
        let (id, head) = (read.id, read.head_seq);
        if self.lost.contains(&id) && !self.reading_conversations.contains(&id) {
            return self.want_conversation(id);
        }
        self.take_in(read);
        if self.timeline(id).is_some() {
            self.fill(id);
        } else {
            self.skip_to(id, head);
        }
    }

    /// The facts and the counts of a snapshot. What its log holds is still to be followed, or to be skipped.
    pub(super) fn take_in(&mut self, read: Conversation) {
        let id = read.id;
        self.lost.remove(&id);
        self.reading_conversations.remove(&id);
        self.owed_conversations.remove(&id);
        self.meet(read.people.iter().cloned());
        self.want_users(read.last_message.iter().map(|message| message.author_id));
        self.touched.conversations.insert(id);
        self.touched.sections = true;
        let count = marking::count_of(&read);
        let Some(entry) = self.entries.get_mut(&id) else {
            // A window that was read before: the log has to be followed from its end.
            let window = self.timelines.iter().find(|timeline| timeline.conversation_id == id);
            let applied = window.map_or(read.head_seq, |timeline| timeline.through().min(read.head_seq));
            let mut log = Log::new(applied);
            log.reaches(read.head_seq);
            let entry = Entry {
                unread: Unread::new(count),
                log,
                amended: Amended::new(applied),
                receipts: Receipts::default(),
                delivered: Seq::START,
                facts_seq: read.head_seq,
                conversation: read,
            };
            self.entries.insert(id, entry);
            return;
        };
        if read.head_seq >= entry.facts_seq {
            entry.facts_seq = read.head_seq;
            let known = &entry.conversation;
            let is_newer = read.head_seq >= known.head_seq;
            let (head_seq, active_at) = (known.head_seq.max(read.head_seq), known.active_at.max(read.active_at));
            let last_message = if is_newer { read.last_message.clone() } else { known.last_message.clone() };
            entry.conversation = Conversation { head_seq, active_at, last_message, ..read };
        }
        entry.log.reaches(count.head);
        self.count_told(id, count);
    }

    /// The conversation could not be read: `gone` if the server says that there is none for us.
    pub fn conversation_failed(&mut self, id: ConversationId, gone: bool) {
        self.reading_conversations.remove(&id);
        if gone {
            self.lose(id);
        } else {
            self.owed_conversations.insert(id);
        }
    }

    /// The reader is not a member any more.
    pub fn lose(&mut self, id: ConversationId) {
        let title = self.row(id).map(|row| row.title);
        self.entries.remove(&id);
        self.lost.insert(id);
        self.reading_conversations.remove(&id);
        self.timelines.retain(|timeline| timeline.conversation_id != id);
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            open.awaiting = None;
        }
        self.marks.remove(&id);
        self.touched.sections = true;
        self.touched.conversations.insert(id);
        self.touched.gone.push((id, title.unwrap_or_default()));
        self.refuse_all(id, ErrorCode::NotFound);
    }
}
