//! A reading transaction that does as it is told, except where the planted fault is: in the log.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{
    Membership,
    ports::{
        StoreError, Tx,
        store::{
            AccountRows, Amendment, Claim, ConversationRecord, ConversationRows, Credentials, Earlier, Logged, MemberCursor, MemberRows,
            MessageRows, NewAccount, NewConversation, NewEvent, NewSession, Position, PositionRows, RoomCursor, SessionRecord, SessionRows,
            Stretch, StretchOfMessages, UpkeepRows,
        },
    },
};
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, SessionId, Timestamp, UserId,
    conversation::{Conversation, RoomCard},
    limits,
    member::{JoinRequest, Member, Role},
    message::{Message, PlacedPosition, ReadPosition, Receipt},
    server::Difference,
    user::{Me, User},
    ws::{Event, Head},
};

use super::{Bug, Memory};

pub struct PlantedTx {
    pub inner: Box<dyn Tx>,
    pub bug: Bug,
    pub memory: Arc<Mutex<Memory>>,
}

impl PlantedTx {
    fn spoil(&self, event: &mut Event) {
        let (Event::Message { message } | Event::Edited { message, .. } | Event::Deleted { message, .. }) = event else { return };
        if let Some(content) = self.memory.lock().unwrap().as_sent.get(&message.id).filter(|_| self.bug == Bug::ErasedTextReplayed) {
            (message.content, message.version) = (content.clone(), 0);
        }
    }
}

/// Passes every call on.
macro_rules! passes_on {
    ($rows:ident { $($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $rows for PlantedTx {
            $(async fn $name(&mut self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                self.inner.$name($($argument),*).await
            })*
        }
    };
}

#[async_trait]
impl Tx for PlantedTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await
    }
}

passes_on!(AccountRows {
    has_accounts() -> bool;
    insert_account(account: &NewAccount) -> ();
    me(id: UserId) -> Option<Me>;
    users(ids: &[UserId]) -> Vec<User>;
    credentials(login_key: &str) -> Option<Credentials>;
    credentials_of(id: UserId) -> Option<Credentials>;
    set_password_hash(id: UserId, hash: &str) -> ();
    update_profile(me: &Me, display_key: &str, terms: &[Vec<u8>], now: Timestamp) -> ();
    name_in_use(key: &str, except: UserId) -> bool;
    find_users(words: &[Vec<u8>], limit: u32) -> Vec<User>;
    users_changed_since(since: Timestamp, limit: u32) -> Vec<User>;
    user_ids_after(after: Option<UserId>, limit: u32) -> Vec<UserId>;
});

passes_on!(SessionRows {
    insert_session(session: &NewSession) -> ();
    session(id: SessionId) -> Option<SessionRecord>;
    live_sessions(ids: &[SessionId]) -> Vec<SessionId>;
    sessions_of(user: UserId) -> Vec<SessionRecord>;
    rotate_session(id: SessionId, expected: &[u8], new: &[u8], now: Timestamp, expires_at: Timestamp) -> bool;
    touch_session(id: SessionId, now: Timestamp, address: &str) -> ();
    delete_session(id: SessionId) -> bool;
    insert_ticket(hash: &[u8], session: SessionId, expires_at: Timestamp) -> ();
    take_ticket(hash: &[u8], now: Timestamp) -> Option<SessionId>;
    delete_expired_sessions(now: Timestamp) -> Vec<SessionId>;
});

passes_on!(ConversationRows {
    insert_conversation(conversation: &NewConversation) -> ();
    lock_conversation(id: ConversationId) -> Option<ConversationRecord>;
    conversation(id: ConversationId) -> Option<ConversationRecord>;
    direct_conversation(key: &[u8]) -> Option<ConversationId>;
    update_conversation(record: &ConversationRecord, name_key: Option<&str>, terms: &[Vec<u8>]) -> ();
    insert_alias(key: &str, id: ConversationId) -> ();
    conversation_by_alias(key: &str) -> Option<ConversationId>;
    public_room_by_name(name_key: &str) -> Option<ConversationId>;
    delete_conversation(id: ConversationId) -> ();
    conversations_of(user: UserId) -> Vec<Conversation>;
    conversation_for(member: &Membership) -> Conversation;
    public_rooms(viewer: UserId, words: &[Vec<u8>], after: Option<RoomCursor>, limit: u32) -> Vec<RoomCard>;
    default_rooms() -> Vec<ConversationId>;
    has_conversations() -> bool;
});

passes_on!(MemberRows {
    membership(user: UserId, conversation: ConversationId) -> Option<Membership>;
    insert_member(member: &Membership, joined_at: Timestamp, read_seq: Seq) -> bool;
    delete_member(member: &Membership) -> ();
    set_role(member: &Membership, role: Role) -> ();
    recount_members(conversation: ConversationId) -> u32;
    owner_count(member: &Membership) -> u32;
    members(member: &Membership, after: Option<MemberCursor>, limit: u32) -> Vec<Member>;
    member_ids(member: &Membership) -> Vec<UserId>;
    caretakers(conversation: ConversationId) -> Vec<UserId>;
    heads_of(user: UserId) -> Vec<Head>;
    heads(conversations: &[ConversationId]) -> Vec<Head>;
    insert_join_request(conversation: ConversationId, user: UserId, now: Timestamp) -> bool;
    join_requests(member: &Membership) -> Vec<JoinRequest>;
    delete_join_request(member: &Membership, user: UserId) -> bool;
});

passes_on!(PositionRows {
    read_position(member: &Membership) -> ReadPosition;
    positions_of(user: UserId) -> Vec<(Membership, Head, Position)>;
    read_everything(user: UserId) -> Vec<PlacedPosition>;
    receipts(member: &Membership, limit: u32) -> Vec<Receipt>;
});

passes_on!(UpkeepRows {
    claimed(claim: &Claim) -> Option<(Vec<u8>, ConversationId)>;
    claim(claim: &Claim, made: ConversationId, now: Timestamp) -> ();
    recount() -> (u64, Vec<Difference>);
});

#[async_trait]
impl MessageRows for PlantedTx {
    async fn append_event(&mut self, event: &NewEvent) -> Result<Message, StoreError> {
        self.inner.append_event(event).await
    }

    async fn message_by_nonce(&mut self, author: UserId, nonce: Nonce) -> Result<Option<Earlier>, StoreError> {
        self.inner.message_by_nonce(author, nonce).await
    }

    async fn message(&mut self, member: &Membership, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.inner.message(member, id).await
    }

    async fn amend(
        &mut self,
        message: &Message,
        by: UserId,
        event_id: MessageId,
        at: Timestamp,
        amendment: &Amendment,
    ) -> Result<Event, StoreError> {
        self.inner.amend(message, by, event_id, at, amendment).await
    }

    async fn history(&mut self, member: &Membership, stretch: Stretch, limit: u32) -> Result<StretchOfMessages, StoreError> {
        self.inner.history(member, stretch, limit).await
    }

    async fn log(&mut self, member: &Membership, after: Seq, limit: u32) -> Result<Vec<Event>, StoreError> {
        // Only a resume asks for so much at once.
        let is_resume = limit > limits::PAGE_MAX;
        let after = if self.bug == Bug::ResumeOffByOne && is_resume { after.next() } else { after };
        let mut events = self.inner.log(member, after, limit).await?;
        for event in &mut events {
            self.spoil(event);
        }
        Ok(events)
    }

    async fn seq_at(&mut self, member: &Membership, at: Timestamp) -> Result<Option<Seq>, StoreError> {
        self.inner.seq_at(member, at).await
    }

    async fn relay_log(&mut self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Logged>, StoreError> {
        self.inner.relay_log(conversation, after, limit).await
    }

    async fn hidden_from(&mut self, conversation: ConversationId, seq: Seq) -> Result<Vec<UserId>, StoreError> {
        self.inner.hidden_from(conversation, seq).await
    }
}
