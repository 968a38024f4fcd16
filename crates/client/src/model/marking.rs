//! How far the reader has read, here and on other devices, and how far this device has received.

use shared_types::{
    ConversationId, Seq, UserId,
    conversation::Conversation,
    limits::LIVE_RECEIPTS_MEMBERS,
    message::{ReadPosition, Receipt},
    ws::Head,
};

use super::{Model, reading::Open};
use crate::{
    sorted::Map,
    sync::Effect,
    timeline::Divider,
    unread::{Count, Mark, Position},
};

/// Places reported in one frame.
const DELIVERED_PER_FRAME: usize = 200;

impl Model {
    /// The reader has seen everything of the open conversation up to here.
    pub fn mark_seen(&mut self, seq: Seq) {
        // Before it is known where the reader is to stand, what is on screen is not what they came for.
        let stands = |open: &&Open| open.awaiting.is_none() && open.blind.is_none();
        let Some(open) = self.open.as_ref().filter(stands).filter(|open| !open.held) else { return };
        let id = open.id;
        if self.entries.get_mut(&id).is_some_and(|entry| entry.unread.see(seq)) {
            self.marked(id);
        }
    }

    /// "Mark unread from here": this message, and what came after it. Nothing is read by looking at it until the reader comes back.
    pub fn mark_unread(&mut self, id: ConversationId, from: Seq) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let after = from.previous();
        let is_moved = entry.unread.mark_unread(after);
        let count = entry.unread.count();
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            open.held = true;
            open.divider = (count > 0).then_some(Divider { after: after.max(entry.unread.read_seq()), count });
            let divider = open.divider;
            if let Some(timeline) = self.timeline_mut(id) {
                timeline.divider = divider;
            }
        }
        if is_moved {
            self.marked(id);
        }
        self.touch_open(id);
    }

    /// "Mark read": everything that there is.
    pub fn mark_read(&mut self, id: ConversationId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let head = entry.log.head().max(entry.conversation.head_seq);
        let is_moved = entry.unread.mark_read(head);
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id && open.held) {
            open.held = false;
            open.divider = None;
            if let Some(timeline) = self.timeline_mut(id) {
                timeline.divider = None;
            }
        }
        if is_moved {
            self.marked(id);
        }
        self.touch_open(id);
    }

    /// Positions that the server has not confirmed yet.
    pub fn marks(&self) -> &Map<ConversationId, Mark> {
        &self.marks
    }

    /// The server does not take a mark, now or ever.
    pub fn mark_refused(&mut self, id: ConversationId) {
        self.marks.remove(&id);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.unread.give_up();
            self.touched.conversations.insert(id);
        }
    }

    /// The reader wants this position, in another tab, which tells the server.
    pub fn seen_elsewhere(&mut self, id: ConversationId, mark: Mark) {
        if let Some(entry) = self.entries.get_mut(&id) {
            let told = entry.unread.told();
            if (mark.rev.is_none_or(|rev| rev == told.rev) && mark.seq > told.seq) || mark.back {
                entry.unread.want(mark);
            }
            self.hold_if(id, mark.back);
            self.touched.conversations.insert(id);
            self.touch_open(id);
        }
    }

    /// The server's positions, of one conversation or of many.
    pub fn positions_told(&mut self, positions: impl IntoIterator<Item = ReadPosition>) {
        for position in positions {
            self.position_told(position);
        }
    }

    pub(super) fn position_told(&mut self, position: ReadPosition) {
        let id = position.conversation_id;
        self.count_told(id, count_of_position(&position));
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.log.reaches(position.head_seq);
            self.touched.conversations.insert(id);
            self.touch_open(id);
        }
    }

    /// The server has counted.
    pub(super) fn count_told(&mut self, id: ConversationId, count: Count) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let before = entry.unread.told();
        entry.unread.tell(count);
        let is_back = entry.unread.told().rev > before.rev;
        // What another tab wanted and the server has not heard, this one tells.
        match entry.unread.mark() {
            Some(mark) => self.marks.insert(id, mark),
            None => self.marks.remove(&id),
        };
        // An answer from before what happened since may leave more open than it told.
        let asks_again = count.head < entry.log.applied() && !entry.unread.is_sure();
        self.hold_if(id, is_back);
        if asks_again {
            self.want_conversation(id);
        }
    }

    /// Somebody marked it unread on purpose: looking at it does not undo that.
    fn hold_if(&mut self, id: ConversationId, is_back: bool) {
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            open.held |= is_back;
        }
    }

    fn marked(&mut self, id: ConversationId) {
        if let Some(mark) = self.entries.get(&id).and_then(|entry| entry.unread.mark()) {
            self.marks.insert(id, mark);
        }
        self.touched.conversations.insert(id);
    }

    /// Whether the others are to know that this device has received something.
    pub fn delivered_is_due(&self) -> bool {
        self.undelivered().next().is_some()
    }

    /// What this device has received and nobody was told of. Told at most once a second.
    pub fn take_delivered(&mut self) -> Vec<Head> {
        let heads: Vec<Head> = self.undelivered().take(DELIVERED_PER_FRAME).collect();
        for head in &heads {
            if let Some(entry) = self.entries.get_mut(&head.conversation_id) {
                entry.delivered = head.seq;
            }
        }
        heads
    }

    /// Only what is unread: who has read it has received it.
    fn undelivered(&self) -> impl Iterator<Item = Head> {
        let shares = self.me.as_ref().is_some_and(|me| me.shares_receipts);
        self.entries.values().filter(move |_| shares).filter_map(|entry| {
            let is_small = entry.conversation.member_count <= LIVE_RECEIPTS_MEMBERS;
            let seq = entry.log.applied();
            let is_news = is_small && seq > entry.delivered && entry.unread.count() > 0;
            is_news.then_some(Head { conversation_id: entry.conversation.id, seq })
        })
    }

    /// Nobody knows what of it arrived.
    pub(super) fn delivered_anew(&mut self) {
        for entry in self.entries.values_mut() {
            entry.delivered = Seq::START;
        }
    }

    pub(super) fn receipts_told(&mut self, id: ConversationId, receipts: &[Receipt]) {
        if let Some(entry) = self.entries.get_mut(&id)
            && entry.receipts.tell(receipts)
        {
            self.touch_open(id);
        }
    }

    /// The answer to [`Effect::ReadReceipts`].
    pub fn receipts_read(&mut self, id: ConversationId, receipts: &[Receipt]) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.receipts.read(receipts);
            self.touch_open(id);
        }
    }

    /// Asks how far the others of the open conversation are, where that is told live from then on.
    pub(super) fn want_receipts(&mut self) {
        let Some(id) = self.open_id() else { return };
        let shares = self.me.as_ref().is_some_and(|me| me.shares_receipts);
        let is_small = self.entries.get(&id).is_some_and(|entry| entry.conversation.member_count <= LIVE_RECEIPTS_MEMBERS);
        if shares && is_small && !self.effects.contains(&Effect::ReadReceipts(id)) {
            self.effects.push(Effect::ReadReceipts(id));
        }
    }

    /// Who has read up to here, as far as it is known.
    pub fn readers(&self, id: ConversationId, seq: Seq) -> Vec<UserId> {
        self.entries.get(&id).map(|entry| entry.receipts.readers(seq)).unwrap_or_default()
    }
}

pub(super) fn count_of(conversation: &Conversation) -> Count {
    Count {
        read: Position { rev: conversation.read_rev, seq: conversation.read_seq },
        unread: conversation.unread,
        mentions: conversation.mentions,
        head: conversation.head_seq,
    }
}

fn count_of_position(position: &ReadPosition) -> Count {
    Count {
        read: Position { rev: position.read_rev, seq: position.read_seq },
        unread: position.unread,
        mentions: position.mentions,
        head: position.head_seq,
    }
}
