//! Taking up a connection again where the last one broke.

use shared_types::{
    ConversationId,
    conversation::Conversation,
    limits::POSITIONS_MAX,
    ws::{Resume, ResumePosition, Resumed},
};

use super::Model;
use crate::sorted::Set;

/// Somebody's change may have been dated a moment before the beat that overtook it.
const OVERLAP_MS: i64 = 60_000;

impl Model {
    /// Where this client stands, for the next socket; `None` if it needs the whole: it has nothing yet, or has just begun with what
    /// was kept and wants to know where to open. One that had to make do with that goes on from there.
    pub fn resume(&mut self) -> Option<Resume> {
        if !self.is_loaded || self.awaits_news {
            return None;
        }
        let mut entries: Vec<_> = self.entries.values().collect();
        if entries.len() > POSITIONS_MAX {
            // Whichever are not named are told as a whole.
            entries.truncate(POSITIONS_MAX);
        }
        let positions: Vec<ResumePosition> = entries
            .into_iter()
            .map(|entry| {
                let told = entry.unread.told();
                ResumePosition { conversation_id: entry.conversation.id, seq: entry.log.applied(), read_seq: told.seq, read_rev: told.rev }
            })
            .collect();
        self.named = positions.iter().map(|position| position.conversation_id).collect();
        Some(Resume { positions, since: self.server_now.plus_ms(-OVERLAP_MS) })
    }

    /// What changed beside the events, which follow.
    pub(super) fn resumed(&mut self, resumed: Resumed) {
        self.server_now = self.server_now.max(resumed.now);
        self.signed_in(resumed.me);
        self.meet_by_stream(resumed.users);
        self.forget_questions();
        for id in resumed.gone {
            self.lose(id);
        }
        let told: Set<ConversationId> = resumed.conversations.iter().map(|conversation| conversation.id).collect();
        for conversation in resumed.conversations {
            self.begin_anew(conversation);
        }
        self.positions_told(resumed.positions);
        // An answer that came between the question and this may have told of one that is not the reader's any more.
        let unnamed: Vec<ConversationId> =
            self.entries.keys().copied().filter(|id| !self.named.contains(id) && !told.contains(id)).collect();
        for id in unnamed {
            self.want_conversation(id);
        }
        self.touched.sections = true;
        self.connected_anew();
    }

    /// A conversation of which too much was missed: its snapshot stands for all events up to its head.
    fn begin_anew(&mut self, conversation: Conversation) {
        let (id, head) = (conversation.id, conversation.head_seq);
        self.take_in(conversation);
        self.skip_to(id, head);
    }

    /// Which conversations there are is known now. An answer that is still on its way must not add one.
    pub(super) fn forget_questions(&mut self) {
        let unknown = std::mem::take(&mut self.reading_conversations).into_iter().filter(|id| !self.entries.contains_key(id));
        self.lost.extend(unknown);
    }

    /// What no event tells has to be asked for on every new connection.
    pub(super) fn connected_anew(&mut self) {
        self.delivered_anew();
        self.want_receipts();
    }
}
