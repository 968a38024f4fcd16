//! Everything that the client knows of one signed-in person's conversations, and the rules by which it changes.
//!
//! Each method takes what happened; afterwards [`Model::take_effects`] tells what has to be asked of the server, and
//! [`Model::take_touched`] what has to be drawn anew.

mod ahead;
mod changing;
mod facts;
mod following;
mod kept;
mod listing;
mod marking;
mod people;
mod reading;
mod resuming;
mod window;
mod writing;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use shared_types::{
    ConversationId, ErrorCode, Nonce, Seq, Timestamp, UserId,
    account::Session,
    conversation::{Conversation, ConversationKind},
    message::Message,
    user::{Me, User},
    ws::ServerFrame,
};

use self::reading::Open;
pub use self::{
    kept::{Kept, KeptConversation},
    reading::{Opened, Stand, WindowPlace},
    writing::may_pass,
};
use crate::{
    edits::Edits,
    outbox::Outbox,
    receipts::Receipts,
    roster::{self, RosterRow, Sections, Sources},
    sorted::{Map, Set},
    sync::{Effect, Log},
    timeline::{Amended, Timeline},
    unread::{Mark, Unread},
};

/// What has to be drawn anew.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, not a state")]
pub struct Touched {
    pub me: bool,
    pub sections: bool,
    pub conversations: Set<ConversationId>,
    pub users: Set<UserId>,
    /// The rows or the ends of the open conversation.
    pub open: bool,
    /// Where the reader is to stand once the rows are drawn.
    pub landing: Option<Stand>,
    /// Others' messages that have just arrived in the open conversation.
    pub announced: Vec<Message>,
    /// Conversations that are not the reader's any more, with the titles they had.
    pub gone: Vec<(ConversationId, String)>,
    /// Letters that changed, appeared or went away: keep what [`Outbox::letter`] has of them.
    pub letters: Set<Nonce>,
    pub join_requests: bool,
    /// The person signed in on another device just now.
    pub new_session: Option<Session>,
}

/// One conversation and how far it has been followed.
struct Entry {
    conversation: Conversation,
    unread: Unread,
    log: Log,
    amended: Amended,
    receipts: Receipts,
    /// Up to where the others know that this device has received it.
    delivered: Seq,
    /// The facts (name, members, my role …) are those at this place of the log or later.
    facts_seq: Seq,
}

/// See the module's documentation.
#[derive(Default)]
pub struct Model {
    me: Option<Me>,
    users: HashMap<UserId, User>,
    entries: HashMap<ConversationId, Entry>,
    /// Windows that are kept up to date, the most recently opened last.
    timelines: Vec<Timeline>,
    open: Option<Open>,
    outbox: Outbox,
    edits: Edits,
    drafts: HashMap<ConversationId, String>,
    /// Read positions that the server has not confirmed.
    marks: Map<ConversationId, Mark>,
    reading_conversations: Set<ConversationId>,
    /// Conversations that are not the reader's any more: an answer that was on its way does not bring one back.
    lost: Set<ConversationId>,
    asked_users: Set<UserId>,
    /// People of whom the stream has told, and will tell what changes. A late answer about them is no news.
    streamed_users: Set<UserId>,
    /// What the last socket was asked to go on from.
    named: Set<ConversationId>,
    /// How often the list was asked for and has not come, since frames were lost.
    reading_lists: u32,
    owes_list: bool,
    /// Reads that failed; the next heartbeat asks again.
    owed_conversations: Set<ConversationId>,
    owed_users: Set<UserId>,
    is_loaded: bool,
    /// See [`Model::awaits_news`].
    awaits_news: bool,
    /// The server's clock as it was told last.
    server_now: Timestamp,
    effects: Vec<Effect>,
    touched: Touched,
}

impl Model {
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    pub fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    fn my_id(&self) -> Option<UserId> {
        self.me.as_ref().map(|me| me.user.id)
    }

    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    /// False until the first list has arrived.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    pub fn conversation(&self, id: ConversationId) -> Option<&Conversation> {
        self.entries.get(&id).map(|entry| &entry.conversation)
    }

    pub fn conversations(&self) -> impl Iterator<Item = &Conversation> {
        self.entries.values().map(|entry| &entry.conversation)
    }

    pub fn unread(&self, id: ConversationId) -> u32 {
        self.entries.get(&id).map_or(0, |entry| entry.unread.count())
    }

    /// How many of the unread messages name the reader.
    pub fn mentions(&self, id: ConversationId) -> u32 {
        self.entries.get(&id).map_or(0, |entry| entry.unread.mentions())
    }

    /// Over all conversations.
    pub fn total_unread(&self) -> u32 {
        self.entries.values().fold(0, |sum, entry| sum.saturating_add(entry.unread.count()))
    }

    pub fn sections(&self) -> Sections {
        roster::sections(self.conversations())
    }

    pub fn row(&self, id: ConversationId) -> Option<RosterRow> {
        self.entries.get(&id).map(|entry| roster::row(&entry.conversation, &self.sources(entry)))
    }

    /// The direct conversation with this person, if there is one.
    pub fn direct_with(&self, user_id: UserId) -> Option<ConversationId> {
        let me = self.my_id()?;
        let is_it = |conversation: &&Conversation| {
            conversation.kind == ConversationKind::Direct
                && conversation.people.iter().any(|user| user.id == user_id)
                && (user_id != me || conversation.people.iter().all(|user| user.id == me))
        };
        self.conversations().find(is_it).map(|conversation| conversation.id)
    }

    fn sources<'a>(&'a self, entry: &Entry) -> Sources<'a> {
        let id = entry.conversation.id;
        Sources {
            me: self.my_id(),
            users: &self.users,
            draft: self.drafts.get(&id).map_or("", String::as_str),
            unread: entry.unread.count(),
            mentions: entry.unread.mentions(),
            has_failed: self.outbox.has_failed(id),
        }
    }

    /// A frame of the socket.
    pub fn apply(&mut self, frame: ServerFrame, now: Timestamp) {
        match frame {
            ServerFrame::Ready(mut ready) => {
                self.server_now = self.server_now.max(ready.now);
                self.signed_in(ready.me);
                self.meet_by_stream(std::mem::take(&mut ready.list.users));
                for conversation in &ready.list.conversations {
                    self.lost.remove(&conversation.id);
                }
                self.forget_questions();
                self.take_list(ready.list);
                self.connected_anew();
            }
            ServerFrame::Resumed(resumed) => self.resumed(*resumed),
            ServerFrame::Ack { nonce, message } => self.message_stored(nonce, message),
            // One from a newer server has a place that the next `heads` reveals.
            ServerFrame::Event { event } => self.hear(event),
            ServerFrame::User { user } => self.meet_by_stream([user]),
            ServerFrame::Read { position } => {
                self.position_told(position);
                self.fill(position.conversation_id);
            }
            ServerFrame::Receipts { conversation_id, receipts } => self.receipts_told(conversation_id, &receipts),
            ServerFrame::JoinRequested { user, .. } => {
                self.meet([user]);
                self.touched.join_requests = true;
            }
            ServerFrame::Heads { heads, now } => {
                self.server_now = self.server_now.max(now);
                for head in heads {
                    self.head_told(head);
                }
                self.ask_again();
            }
            ServerFrame::Gone { conversation_id } => self.lose(conversation_id),
            ServerFrame::NewSession { session } => self.touched.new_session = Some(session),
            ServerFrame::Resync {} => {
                // What the stream would have told of people is lost too.
                self.streamed_users.clear();
                self.want_list();
            }
            ServerFrame::Error { error, nonce: Some(nonce) } if may_pass(error.code) => {
                let after_ms = error.limit.filter(|_| error.code == ErrorCode::RateLimited).map(|seconds| seconds.saturating_mul(1_000));
                self.message_put_off(nonce, after_ms.and_then(|ms| i64::try_from(ms).ok()), now);
            }
            ServerFrame::Error { error, nonce: Some(nonce) } => self.message_refused(nonce, error.code),
            ServerFrame::Error { nonce: None, .. } | ServerFrame::Pong { .. } | ServerFrame::Unknown => {}
        }
    }

    /// Who this is.
    pub fn signed_in(&mut self, me: Me) {
        self.know(me.user.clone());
        if self.me.as_ref() != Some(&me) {
            let shared = self.me.replace(me).is_some_and(|me| me.shares_receipts);
            self.touched.me = true;
            self.sharing_changed(shared);
        }
    }

    /// Who does not show their receipts sees nobody's.
    fn sharing_changed(&mut self, shared: bool) {
        let shares = self.me.as_ref().is_some_and(|me| me.shares_receipts);
        if shared && !shares {
            self.entries.values_mut().for_each(|entry| entry.receipts.clear());
            self.touched.open = true;
        } else if shares && !shared {
            self.want_receipts();
        }
    }

    /// Asks once more for what could not be read. A heartbeat is a good moment: the server lives, and it comes only so often.
    fn ask_again(&mut self) {
        if std::mem::take(&mut self.owes_list) {
            self.want_list();
        }
        let users = std::mem::take(&mut self.owed_users);
        self.want_users(users);
        for id in std::mem::take(&mut self.owed_conversations) {
            self.want_conversation(id);
        }
        let followed: Vec<ConversationId> = self.timelines.iter().map(|timeline| timeline.conversation_id).collect();
        for id in followed {
            self.fill(id);
            self.reread(id);
        }
    }
}
