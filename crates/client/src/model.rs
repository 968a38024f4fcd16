//! Everything that the client knows of one signed-in person's conversations, and the rules by which it changes.
//!
//! Each method takes what happened; afterwards [`Model::take_effects`] tells what has to be asked of the server, and
//! [`Model::take_touched`] what has to be drawn anew.

mod facts;
mod following;
mod reading;
mod window;
mod writing;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared_types::{
    ConversationId, ErrorCode, Nonce, Seq, Timestamp, UserId,
    account::Session,
    conversation::{Conversation, ConversationKind, ConversationList},
    message::Message,
    user::{Me, User},
    ws::{Event, ServerFrame},
};

use self::reading::Open;
pub use self::{
    reading::{Opened, Stand, WindowPlace},
    writing::may_pass,
};
use crate::{
    outbox::Outbox,
    roster::{self, RosterRow, Sections, Sources},
    sync::{Effect, Log},
    timeline::Timeline,
    unread::Unread,
};

/// What has to be drawn anew.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, not a state")]
pub struct Touched {
    pub me: bool,
    pub sections: bool,
    pub conversations: BTreeSet<ConversationId>,
    pub users: BTreeSet<UserId>,
    /// The rows or the ends of the open conversation.
    pub open: bool,
    /// Where the reader is to stand once the rows are drawn.
    pub landing: Option<Stand>,
    /// Others' messages that have just arrived in the open conversation.
    pub announced: Vec<Message>,
    /// Conversations that are not the reader's any more, with the titles they had.
    pub gone: Vec<(ConversationId, String)>,
    /// Letters that changed, appeared or went away: keep what [`Outbox::letter`] has of them.
    pub letters: BTreeSet<Nonce>,
    pub join_requests: bool,
    /// The person signed in on another device just now.
    pub new_session: Option<Session>,
}

/// One conversation and how far it has been followed.
struct Entry {
    conversation: Conversation,
    unread: Unread,
    log: Log,
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
    drafts: HashMap<ConversationId, String>,
    /// Read positions that the server has not confirmed.
    marks: BTreeMap<ConversationId, Seq>,
    reading_conversations: BTreeSet<ConversationId>,
    asked_users: BTreeSet<UserId>,
    /// Reads that failed; the next heartbeat asks again.
    owed_conversations: BTreeSet<ConversationId>,
    owed_users: BTreeSet<UserId>,
    is_loaded: bool,
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
            has_failed: self.outbox.has_failed(id),
        }
    }

    /// A frame of the socket.
    pub fn apply(&mut self, frame: ServerFrame, now: Timestamp) {
        match frame {
            ServerFrame::Ready(ready) => {
                self.signed_in(ready.me);
                self.list_read(ready.list);
            }
            ServerFrame::Ack { nonce, message } => self.message_stored(nonce, message),
            ServerFrame::Event { event: Event::Message { message } } => self.hear(message),
            ServerFrame::User { user } => self.meet([user]),
            ServerFrame::Read { position } => self.position_told(position),
            ServerFrame::JoinRequested { user, .. } => {
                self.meet([user]);
                self.touched.join_requests = true;
            }
            ServerFrame::Heads { heads } => {
                for head in heads {
                    self.head_told(head);
                }
                self.ask_again();
            }
            ServerFrame::Gone { conversation_id } => self.lose(conversation_id),
            ServerFrame::NewSession { session } => self.touched.new_session = Some(session),
            ServerFrame::Resync {} => self.effects.push(Effect::ReadList),
            ServerFrame::Error { error, nonce: Some(nonce) } if may_pass(error.code) => {
                let after_ms = error.limit.filter(|_| error.code == ErrorCode::RateLimited).map(|seconds| seconds.saturating_mul(1_000));
                self.message_put_off(nonce, after_ms.and_then(|ms| i64::try_from(ms).ok()), now);
            }
            ServerFrame::Error { error, nonce: Some(nonce) } => self.message_refused(nonce, error.code),
            // An event from a newer server has a place that the next `heads` reveals.
            ServerFrame::Event { event: Event::Unknown }
            | ServerFrame::Error { nonce: None, .. }
            | ServerFrame::Pong { .. }
            | ServerFrame::Unknown => {}
        }
    }

    /// Who this is.
    pub fn signed_in(&mut self, me: Me) {
        self.meet([me.user.clone()]);
        if self.me.as_ref() != Some(&me) {
            self.me = Some(me);
            self.touched.me = true;
        }
    }

    /// People as they are now, wherever they were mentioned. A new name changes every place that shows it.
    pub fn meet(&mut self, users: impl IntoIterator<Item = User>) {
        for user in users {
            self.asked_users.remove(&user.id);
            if self.users.get(&user.id) == Some(&user) {
                continue;
            }
            if let Some(me) = self.me.as_mut().filter(|me| me.user.id == user.id) {
                me.user = user.clone();
                self.touched.me = true;
            }
            for entry in self.entries.values_mut() {
                let conversation = &mut entry.conversation;
                let mut shows = conversation.last_message.as_ref().is_some_and(|message| message.author_id == user.id);
                for person in conversation.people.iter_mut().filter(|person| person.id == user.id) {
                    person.clone_from(&user);
                    shows = true;
                }
                if shows {
                    self.touched.conversations.insert(conversation.id);
                }
            }
            self.touched.users.insert(user.id);
            self.users.insert(user.id, user);
        }
    }

    /// Asks for people whom nobody has told of.
    pub fn want_users(&mut self, ids: impl IntoIterator<Item = UserId>) {
        let unknown: Vec<UserId> =
            ids.into_iter().filter(|id| !self.users.contains_key(id)).filter(|id| self.asked_users.insert(*id)).collect();
        if !unknown.is_empty() {
            self.effects.push(Effect::ReadUsers(unknown));
        }
    }

    /// Those people could not be read.
    pub fn users_failed(&mut self, ids: Vec<UserId>) {
        for id in &ids {
            self.asked_users.remove(id);
        }
        self.owed_users.extend(ids);
    }

    /// Asks once more for what could not be read. A heartbeat is a good moment: the server lives, and it comes only so often.
    fn ask_again(&mut self) {
        let users = std::mem::take(&mut self.owed_users);
        self.want_users(users);
        for id in std::mem::take(&mut self.owed_conversations) {
            self.want_conversation(id);
        }
        let followed: Vec<ConversationId> = self.timelines.iter().map(|timeline| timeline.conversation_id).collect();
        for id in followed {
            self.fill(id);
        }
    }

    /// The whole list, from `ready` or from the API.
    pub fn list_read(&mut self, list: ConversationList) {
        self.meet(list.users);
        let listed: BTreeSet<ConversationId> = list.conversations.iter().map(|conversation| conversation.id).collect();
        for conversation in list.conversations {
            self.conversation_read(conversation);
        }
        // One that is missing may be gone, or younger than the list: ask.
        let missing: Vec<ConversationId> = self.entries.keys().copied().filter(|id| !listed.contains(id)).collect();
        for id in missing {
            self.want_conversation(id);
        }
        self.is_loaded = true;
        self.touched.sections = true;
        self.open_what_waits();
    }

    /// A conversation as the server has it now, or had it a moment ago.
    pub fn conversation_read(&mut self, read: Conversation) {
        let id = read.id;
        self.reading_conversations.remove(&id);
        self.owed_conversations.remove(&id);
        self.meet(read.people.iter().cloned());
        self.want_users(read.last_message.iter().map(|message| message.author_id));
        self.touched.conversations.insert(id);
        self.touched.sections = true;
        let window = self.timelines.iter().find(|timeline| timeline.conversation_id == id);
        let followed = window.map(|timeline| timeline.last().filter(|_| timeline.at_end()));
        let Some(entry) = self.entries.get_mut(&id) else {
            // A window that was read before: the log has to be followed from its end.
            let applied = followed.flatten().unwrap_or(read.head_seq).min(read.head_seq);
            let mut log = Log::new(applied);
            log.reaches(read.head_seq);
            let unread = Unread::new(read.read_seq, read.unread, read.head_seq);
            self.entries.insert(id, Entry { facts_seq: read.head_seq, unread, log, conversation: read });
            self.fill(id);
            return;
        };
        entry.unread.told(read.read_seq, read.unread, read.head_seq);
        if entry.unread.read_seq() > read.read_seq {
            self.marks.insert(id, entry.unread.read_seq());
        }
        if read.head_seq >= entry.facts_seq {
            entry.facts_seq = read.head_seq;
            let known = &entry.conversation;
            let is_newer = read.head_seq >= known.head_seq;
            let (head_seq, active_at) = (known.head_seq.max(read.head_seq), known.active_at.max(read.active_at));
            let last_message = if is_newer { read.last_message.clone() } else { known.last_message.clone() };
            entry.conversation = Conversation { head_seq, active_at, last_message, ..read.clone() };
        }
        entry.log.reaches(read.head_seq);
        if followed.is_some() {
            self.fill(id);
        } else {
            let news = entry.log.skip_to(read.head_seq);
            self.apply_all(id, news);
            self.settle(id);
        }
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
        self.timelines.retain(|timeline| timeline.conversation_id != id);
        self.marks.remove(&id);
        self.touched.sections = true;
        self.touched.conversations.insert(id);
        self.touched.gone.push((id, title.unwrap_or_default()));
        self.refuse_all(id, ErrorCode::NotFound);
    }
}
