//! Everything that the client knows of one signed-in person's conversations, and the rules by which it changes.
//!
//! Each method takes what happened; afterwards [`Model::take_effects`] tells what has to be asked of the server, and
//! [`Model::take_touched`] what has to be drawn anew.

mod ahead;
mod changing;
mod facts;
mod following;
mod kept;
mod marking;
mod reading;
mod resuming;
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
    marks: BTreeMap<ConversationId, Mark>,
    reading_conversations: BTreeSet<ConversationId>,
    /// Conversations that are not the reader's any more: an answer that was on its way does not bring one back.
    lost: BTreeSet<ConversationId>,
    asked_users: BTreeSet<UserId>,
    /// People of whom the stream has told, and will tell what changes. A late answer about them is no news.
    streamed_users: BTreeSet<UserId>,
    /// What the last socket was asked to go on from.
    named: BTreeSet<ConversationId>,
    /// How often the list was asked for and has not come, since frames were lost.
    reading_lists: u32,
    owes_list: bool,
    /// Reads that failed; the next heartbeat asks again.
    owed_conversations: BTreeSet<ConversationId>,
    owed_users: BTreeSet<UserId>,
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

    /// People as an answer tells of them, which may be older than what the stream has told.
    pub fn meet(&mut self, users: impl IntoIterator<Item = User>) {
        for user in users {
            if !self.streamed_users.contains(&user.id) {
                self.know(user);
            }
        }
    }

    /// People as they are now.
    fn meet_by_stream(&mut self, users: impl IntoIterator<Item = User>) {
        for user in users {
            self.streamed_users.insert(user.id);
            self.know(user);
        }
    }

    /// A new name changes every place that shows it.
    fn know(&mut self, user: User) {
        self.asked_users.remove(&user.id);
        if self.users.get(&user.id) != Some(&user) {
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
            unknown.into_iter().for_each(|id| self.want_conversation(id));
        }
        self.take_list(list);
    }

    fn want_list(&mut self) {
        self.reading_lists += 1;
        self.effects.push(Effect::ReadList);
    }

    /// The list could not be read; the next heartbeat asks again.
    pub fn list_failed(&mut self) {
        self.reading_lists = self.reading_lists.saturating_sub(1);
        self.owes_list = true;
    }

    fn take_list(&mut self, list: ConversationList) {
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
    fn take_in(&mut self, read: Conversation) {
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
