//! Following the logs: events in their order, holes, and what each event changes.

use shared_types::{
    ConversationId, Seq, UserId,
    message::{Change, Content, Message},
    ws::{Event, Head},
};

use super::{
    Model,
    facts::{Outcome, change_facts},
};
use crate::{
    sync::{Effect, LONGEST_GAP, News},
    timeline::is_newer,
    unread::Place,
};

impl Model {
    /// Somebody said or did something, as the live stream or an answer tells.
    pub fn hear(&mut self, event: Event) {
        let Some(id) = event.message().map(|message| message.conversation_id) else { return };
        let Some(entry) = self.entries.get_mut(&id) else {
            if self.is_loaded {
                self.want_conversation(id);
            }
            return;
        };
        let news = entry.log.offer(event);
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

    pub(super) fn want_conversation(&mut self, id: ConversationId) {
        if self.reading_conversations.insert(id) {
            self.effects.push(Effect::ReadConversation(id));
        }
    }

    /// Does what is needed if events of a conversation are known to be missing.
    pub(super) fn fill(&mut self, id: ConversationId) {
        let has_window = self.timeline(id).is_some();
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.log.has_hole()) else { return };
        if !has_window {
            return self.want_conversation(id);
        }
        if entry.log.gap() <= LONGEST_GAP {
            if !entry.log.reading {
                entry.log.reading = true;
                self.effects.push(Effect::ReadLog { conversation_id: id, after: entry.log.applied() });
            }
            return;
        }
        // Too much to read one by one.
        let head = entry.log.head();
        self.skip_to(id, head);
        self.want_conversation(id);
    }

    /// What happened up to here is not told event by event. Windows are read anew: what they show may have changed.
    pub(super) fn skip_to(&mut self, id: ConversationId, head: Seq) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let is_ahead = head > entry.log.applied();
        let news = entry.log.skip_to(head);
        if is_ahead {
            entry.amended.skip_to(head);
            entry.unread.lose_track();
            self.lose_track(id);
        }
        self.apply_all(id, news);
        self.settle(id);
        self.reread(id);
    }

    pub(super) fn apply_all(&mut self, id: ConversationId, news: News) {
        let mut after = news.after;
        for event in news.events {
            let Some(seq) = event.seq() else { continue };
            self.apply_one(id, after, seq, &event);
            after = seq;
        }
    }

    /// The next event of a conversation's log.
    fn apply_one(&mut self, id: ConversationId, after: Seq, seq: Seq, event: &Event) {
        let Some(message) = event.message() else { return self.pass_over(id, after, seq) };
        let me = self.my_id();
        let place = place_of(message, me);
        self.want_users(mentioned_in(message));
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.unread.hear(after, seq, place);
        let is_sure = entry.unread.is_sure();
        let conversation = &mut entry.conversation;
        conversation.head_seq = conversation.head_seq.max(seq);
        self.touched.conversations.insert(id);
        if !matches!(event, Event::Message { .. }) {
            entry.amended.note(seq, message);
            if let Some(last) = conversation.last_message.as_mut().filter(|last| last.id == message.id && is_newer(message, last)) {
                last.clone_from(message);
            }
            if let Some(timeline) = self.timeline_mut(id) {
                timeline.push(seq, None);
                timeline.amend(message);
            }
            self.touch_open(id);
            if !is_sure {
                // It may have been among those that the server counted: only the server knows.
                self.want_conversation(id);
            }
            return;
        }
        if message.created_at > conversation.active_at {
            conversation.active_at = message.created_at;
            self.touched.sections = true;
        }
        let is_said = !matches!(message.content, Content::System { .. });
        if is_said && conversation.last_message.as_ref().is_none_or(|last| last.seq < message.seq) {
            conversation.last_message = Some(message.clone());
        }
        let mut outcome = Outcome::Told;
        if let Content::System { change } = &message.content
            && message.seq > entry.facts_seq
        {
            entry.facts_seq = message.seq;
            outcome = change_facts(conversation, change, message.author_id, me, &self.users);
            match change {
                Change::Left {} => entry.receipts.forget(message.author_id),
                Change::Removed { user_id } => entry.receipts.forget(*user_id),
                _ => {}
            }
        }
        match outcome {
            Outcome::Told => {}
            Outcome::Unclear => self.want_conversation(id),
            Outcome::NotMine => return self.lose(id),
        }
        if let Some(nonce) = message.nonce.filter(|_| Some(message.author_id) == me)
            && self.outbox.remove(nonce).is_some()
        {
            self.touched.letters.insert(nonce);
        }
        self.show(id, message, place.is_some_and(|place| place.counts));
    }
}

impl Model {
    /// Something happened that the reader does not see. It has its place all the same.
    fn pass_over(&mut self, id: ConversationId, after: Seq, seq: Seq) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.unread.hear(after, seq, None);
        entry.conversation.head_seq = entry.conversation.head_seq.max(seq);
        if let Some(timeline) = self.timeline_mut(id) {
            timeline.push(seq, None);
        }
        self.touched.conversations.insert(id);
    }
}

/// What a message is for the count of unread ones; nothing if it is the reader's own.
pub(super) fn place_of(message: &Message, me: Option<UserId>) -> Option<Place> {
    (Some(message.author_id) != me).then(|| Place {
        seq: message.seq,
        counts: message.content.is_countable(),
        names_me: me.is_some_and(|me| message.mentions.contains(&me)),
    })
}

/// Whose names are needed to show it.
pub(super) fn mentioned_in(message: &Message) -> Vec<UserId> {
    let mut people = vec![message.author_id];
    if let Content::System { change } = &message.content {
        people.extend(change.people());
    }
    people
}
