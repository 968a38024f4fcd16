//! What is kept on the device of all this, and taken up again at the next start: the list, and the end of each recent window.
//!
//! Each record says by itself up to which place of its log it is true. So any mix of older and newer ones is a state that once
//! was or could have been, and what came after is read like anything else that was missed.

use serde::{Deserialize, Serialize};
use shared_types::{
    ConversationId, Seq, Timestamp,
    conversation::Conversation,
    message::MessagePage,
    user::{Me, User},
};

use super::{Model, window::KEPT_WINDOWS};
use crate::{
    outbox::Letter,
    sorted::sort_by,
    sync::Log,
    timeline::{Amended, Timeline},
    unread::Mark,
};

/// Messages kept of a window.
const KEPT_MESSAGES: usize = 100;

/// A conversation as the server would tell it, had it counted up to where we know of: its `head_seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptConversation {
    pub conversation: Conversation,
    /// Every event up to here has been applied.
    pub applied: Seq,
    /// Its name, members and so on are those at this place.
    pub facts_seq: Seq,
    /// What the reader has read and the server has not heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

/// All that was kept for one person.
#[derive(Debug)]
pub struct Kept {
    pub me: Me,
    /// The server's clock when the last of it was written: what it told of people until then is among it.
    pub server_now: Timestamp,
    pub users: Vec<User>,
    pub conversations: Vec<KeptConversation>,
    pub windows: Vec<(ConversationId, MessagePage)>,
}

impl Model {
    /// The server's clock as it was told last.
    pub fn server_now(&self) -> Timestamp {
        self.server_now
    }

    /// What to keep of a conversation now; `None` if something about it is still being asked for, and will be told.
    pub fn conversation_to_keep(&self, id: ConversationId) -> Option<KeptConversation> {
        let entry = self.entries.get(&id)?;
        if self.reading_conversations.contains(&id) || self.owed_conversations.contains(&id) {
            return None;
        }
        let (told, mark) = (entry.unread.told(), entry.unread.mark());
        let mut unread = entry.unread.clone();
        unread.give_up();
        let conversation = Conversation {
            head_seq: unread.counted_to(entry.log.applied())?,
            read_seq: told.seq,
            read_rev: told.rev,
            unread: unread.count(),
            mentions: unread.mentions(),
            ..entry.conversation.clone()
        };
        let applied = entry.log.applied();
        Some(KeptConversation { conversation, applied, facts_seq: entry.facts_seq.max(applied), mark })
    }

    /// The last messages of a window that reaches the end, or in which the reader has yet to come there. One that a page took
    /// beyond the log is a mixture of two moments until the log has come so far, too.
    pub fn window_to_keep(&self, id: ConversationId) -> Option<MessagePage> {
        let applied = self.applied(id);
        let is_wanted = |timeline: &&Timeline| timeline.at_end() || self.unread(id) > 0;
        let is_whole = |timeline: &&Timeline| !timeline.is_stale && timeline.through() <= applied;
        let timeline = self.timeline(id).filter(is_wanted).filter(is_whole)?;
        let (before, messages) = timeline.messages().split_at(timeline.messages().len().saturating_sub(KEPT_MESSAGES));
        Some(MessagePage {
            messages: messages.to_vec(),
            after: before.last().map_or(timeline.after(), |last| last.seq),
            through: timeline.through(),
            users: Vec::new(),
            at_start: timeline.at_start() && before.is_empty(),
            at_end: timeline.at_end(),
            // Up to here the log has told what became of them.
            head_seq: applied,
        })
    }

    /// Begins with what was kept, as if it had just been read. Answers the windows that are one too many.
    pub fn take_up(&mut self, kept: Kept) -> Vec<ConversationId> {
        let Kept { me, server_now, users, conversations, mut windows } = kept;
        let my_id = me.user.id;
        self.signed_in(me);
        let active_at = |id: ConversationId| {
            let known = conversations.iter().find(|kept| kept.conversation.id == id);
            known.map(|kept| kept.conversation.active_at)
        };
        sort_by(&mut windows, |(a, _), (b, _)| active_at(*a) > active_at(*b));
        let known = windows.iter().take_while(|(id, _)| active_at(*id).is_some()).count();
        let surplus = windows.split_off(known.min(KEPT_WINDOWS)).into_iter().map(|(id, _)| id).collect();
        // The one that was talked in last is let go last.
        windows.reverse();
        for (id, page) in &windows {
            self.timelines.push(Timeline::new(my_id, *id, page.clone(), page.through));
        }
        self.meet(users);
        for kept in conversations {
            let window = windows.iter().find(|(id, _)| *id == kept.conversation.id);
            self.take_up_one(kept, window.map(|(_, page)| page.head_seq));
        }
        for (id, page) in &windows {
            self.learn(*id, page);
        }
        (self.is_loaded, self.awaits_news) = (true, true);
        self.touched.sections = true;
        self.server_now = server_now;
        surplus
    }

    fn take_up_one(&mut self, kept: KeptConversation, window_told: Option<Seq>) {
        let (id, head) = (kept.conversation.id, kept.conversation.head_seq);
        self.take_in(kept.conversation);
        let Some(entry) = self.entries.get_mut(&id) else { return };
        // Whichever of the two is older has to hear what the other knows already.
        let applied = window_told.map_or(kept.applied, |told| told.min(kept.applied));
        entry.log = Log::new(applied);
        entry.log.reaches(head);
        entry.amended = Amended::new(applied);
        entry.facts_seq = kept.facts_seq;
        if let Some(mark) = kept.mark {
            entry.unread.want(mark);
            self.marks.insert(id, mark);
        }
    }

    /// What is here was kept on the device, and the server may tell better in a moment. Until then a conversation that is opened
    /// waits, so that it opens once, at the first message that is unread by now.
    pub fn awaits_news(&self) -> bool {
        self.awaits_news
    }

    /// The server does not answer soon: what is opened shows what was kept.
    pub fn make_do(&mut self) {
        if std::mem::take(&mut self.awaits_news) {
            self.open_what_waits();
        }
    }

    /// A letter as another tab, or an earlier page, has kept it.
    pub fn letter_told(&mut self, letter: Letter) {
        let id = letter.conversation_id;
        if self.outbox.told(letter) {
            // It may be in the window already: what two tabs hear comes by two ways.
            self.settle(id);
            self.touched.conversations.insert(id);
        }
    }
}
