//! Membership, read positions and requests to join.

use async_trait::async_trait;
use shared_types::{
    ConversationId, Seq, Timestamp, UserId,
    member::{JoinRequest, Member, Role},
    ws::Head,
};

use super::StoreError;
use crate::Membership;

/// Where a page of the member list goes on: after this role and person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberCursor {
    pub role: Role,
    pub user_id: UserId,
}

#[async_trait]
pub trait MemberRows {
    /// The only source of a [`Membership`].
    async fn membership(&mut self, user: UserId, conversation: ConversationId) -> Result<Option<Membership>, StoreError>;

    /// False if the person is a member already. The read position starts at `read_seq` unless there is one from before.
    async fn insert_member(&mut self, member: &Membership, joined_at: Timestamp, read_seq: Seq) -> Result<bool, StoreError>;

    /// Keeps the read position, for a return.
    async fn delete_member(&mut self, member: &Membership) -> Result<(), StoreError>;

    async fn set_role(&mut self, member: &Membership, role: Role) -> Result<(), StoreError>;

    /// Counts the rows anew and stores the count with the conversation; the result of the count.
    async fn recount_members(&mut self, conversation: ConversationId) -> Result<u32, StoreError>;

    async fn owner_count(&mut self, member: &Membership) -> Result<u32, StoreError>;

    /// Owners first, then moderators, then the others; each in order of id.
    async fn members(&mut self, member: &Membership, after: Option<MemberCursor>, limit: u32) -> Result<Vec<Member>, StoreError>;

    /// Everyone; for conversations that are about to vanish.
    async fn member_ids(&mut self, member: &Membership) -> Result<Vec<UserId>, StoreError>;

    /// Owners and moderators. Needs no membership, since it is they who are told, not the asker.
    async fn caretakers(&mut self, conversation: ConversationId) -> Result<Vec<UserId>, StoreError>;

    /// Where each conversation of a person stands.
    async fn heads_of(&mut self, user: UserId) -> Result<Vec<Head>, StoreError>;

    /// Where these conversations stand; those that do not exist are left out.
    async fn heads(&mut self, conversations: &[ConversationId]) -> Result<Vec<Head>, StoreError>;

    /// False if the person has asked already.
    async fn insert_join_request(&mut self, conversation: ConversationId, user: UserId, now: Timestamp) -> Result<bool, StoreError>;

    async fn join_requests(&mut self, member: &Membership) -> Result<Vec<JoinRequest>, StoreError>;

    /// False if there was none.
    async fn delete_join_request(&mut self, member: &Membership, user: UserId) -> Result<bool, StoreError>;
}
