//! Twin of `domain::ports::store::members`.

use async_trait::async_trait;
use domain::{
    Membership,
    ports::{
        StoreError,
        store::{MemberCursor, MemberRows},
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Value};
use shared_types::{
    ConversationId, Seq, Timestamp, UserId,
    member::{JoinRequest, Member, Role},
    ws::Head,
};

use super::convert;
use crate::{
    dialect,
    entity::{account, join_request, member},
    error::{corrupt, translate},
    tx::SqlTx,
};

#[derive(FromQueryResult)]
struct HeadRow {
    id: uuid::Uuid,
    head_seq: i64,
}

impl From<HeadRow> for Head {
    fn from(row: HeadRow) -> Self {
        Self { conversation_id: ConversationId(row.id), seq: convert::seq(row.head_seq) }
    }
}

const MEMBER_PAGE: &str = "SELECT a.*, m.role AS member_role, m.joined_at FROM member m JOIN account a ON a.id = m.account_id \
                           WHERE m.conversation_id = $1 AND (m.role, m.account_id) > ($2, $3) ORDER BY m.role, m.account_id LIMIT $4";

const HEADS_OF: &str = "SELECT c.id, c.head_seq FROM member m JOIN conversation c ON c.id = m.conversation_id WHERE m.account_id = $1";

#[async_trait]
impl MemberRows for SqlTx {
    async fn membership(&mut self, user: UserId, conversation: ConversationId) -> Result<Option<Membership>, StoreError> {
        let row = member::Entity::find_by_id((conversation.0, user.0)).one(&self.inner).await.map_err(translate)?;
        Ok(row.map(|row| Membership::from_row(conversation, user, convert::role(row.role), convert::seq(row.history_from))))
    }

    async fn insert_member(&mut self, member: &Membership, joined_at: Timestamp, read_seq: Seq) -> Result<bool, StoreError> {
        let sql = "INSERT INTO member (conversation_id, account_id, role, joined_at, history_from) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let (conversation, user): (Value, Value) = (member.conversation_id().0.into(), member.user_id().0.into());
        let role = convert::role_row(member.role());
        let values = [conversation.clone(), user.clone(), role.into(), joined_at.0.into(), convert::seq_value(member.history_from())];
        if self.run(sql, values).await? == 0 {
            return Ok(false);
        }
        let sql = "INSERT INTO read_position (account_id, conversation_id, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.run(sql, [user, conversation, convert::seq_value(read_seq)]).await?;
        Ok(true)
    }

    async fn delete_member(&mut self, member: &Membership) -> Result<(), StoreError> {
        let key = (member.conversation_id().0, member.user_id().0);
        member::Entity::delete_by_id(key).exec(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn set_role(&mut self, member: &Membership, role: Role) -> Result<(), StoreError> {
        let row = member::ActiveModel {
            conversation_id: Set(member.conversation_id().0),
            account_id: Set(member.user_id().0),
            role: Set(convert::role_row(role)),
            ..Default::default()
        };
        member::Entity::update(row).exec(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn recount_members(&mut self, conversation: ConversationId) -> Result<u32, StoreError> {
        let sql = "UPDATE conversation SET member_count = (SELECT COUNT(*) FROM member WHERE conversation_id = $1) WHERE id = $1 RETURNING member_count";
        let row = self.first(sql, [conversation.0.into()]).await?.ok_or_else(|| corrupt("conversation"))?;
        let count: i32 = row.try_get("", "member_count").map_err(translate)?;
        Ok(convert::count(count.into()))
    }

    async fn owner_count(&mut self, member: &Membership) -> Result<u32, StoreError> {
        let owners = member::Entity::find()
            .filter(member::Column::ConversationId.eq(member.conversation_id().0))
            .filter(member::Column::Role.eq(convert::role_row(Role::Owner)));
        let count = owners.count(&self.inner).await.map_err(translate)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn members(&mut self, member: &Membership, after: Option<MemberCursor>, limit: u32) -> Result<Vec<Member>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            #[sea_orm(nested)]
            account: account::Model,
            member_role: i16,
            joined_at: i64,
        }
        let (role, user) = after.map_or((-1, uuid::Uuid::nil()), |after| (convert::role_row(after.role), after.user_id.0));
        let values = [member.conversation_id().0.into(), role.into(), user.into(), i64::from(limit).into()];
        let rows: Vec<Row> = self.all(MEMBER_PAGE, values).await?;
        let member = |row: Row| Member {
            user: convert::user(row.account),
            role: convert::role(row.member_role),
            joined_at: Timestamp(row.joined_at),
        };
        Ok(rows.into_iter().map(member).collect())
    }

    async fn member_ids(&mut self, member: &Membership) -> Result<Vec<UserId>, StoreError> {
        self.ids(member::Entity::find().filter(member::Column::ConversationId.eq(member.conversation_id().0))).await
    }

    async fn caretakers(&mut self, conversation: ConversationId) -> Result<Vec<UserId>, StoreError> {
        let caretakers = member::Entity::find()
            .filter(member::Column::ConversationId.eq(conversation.0))
            .filter(member::Column::Role.lte(convert::role_row(Role::Moderator)));
        self.ids(caretakers).await
    }

    async fn heads_of(&mut self, user: UserId) -> Result<Vec<Head>, StoreError> {
        Ok(self.all::<HeadRow>(HEADS_OF, [user.0.into()]).await?.into_iter().map(Head::from).collect())
    }

    async fn heads(&mut self, conversations: &[ConversationId]) -> Result<Vec<Head>, StoreError> {
        let mut heads = Vec::with_capacity(conversations.len());
        for chunk in conversations.chunks(dialect::MAX_VALUES) {
            let sql = format!("SELECT id, head_seq FROM conversation WHERE id IN ({})", dialect::list(chunk.len(), 1));
            let rows = self.all::<HeadRow>(&sql, chunk.iter().map(|id| id.0.into())).await?;
            heads.extend(rows.into_iter().map(Head::from));
        }
        Ok(heads)
    }

    async fn insert_join_request(&mut self, conversation: ConversationId, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO join_request (conversation_id, account_id, requested_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(self.run(sql, [conversation.0.into(), user.0.into(), now.0.into()]).await? == 1)
    }

    async fn join_requests(&mut self, member: &Membership) -> Result<Vec<JoinRequest>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            #[sea_orm(nested)]
            account: account::Model,
            requested_at: i64,
        }
        let sql = "SELECT a.*, j.requested_at FROM join_request j JOIN account a ON a.id = j.account_id \
                   WHERE j.conversation_id = $1 ORDER BY j.requested_at, a.id LIMIT 200";
        let rows: Vec<Row> = self.all(sql, [member.conversation_id().0.into()]).await?;
        Ok(rows
            .into_iter()
            .map(|row| JoinRequest { user: convert::user(row.account), requested_at: Timestamp(row.requested_at) })
            .collect())
    }

    async fn delete_join_request(&mut self, member: &Membership, user: UserId) -> Result<bool, StoreError> {
        let key = (member.conversation_id().0, user.0);
        Ok(join_request::Entity::delete_by_id(key).exec(&self.inner).await.map_err(translate)?.rows_affected == 1)
    }
}

impl SqlTx {
    async fn ids(&self, members: sea_orm::Select<member::Entity>) -> Result<Vec<UserId>, StoreError> {
        let ids: Vec<uuid::Uuid> =
            members.select_only().column(member::Column::AccountId).into_tuple().all(&self.inner).await.map_err(translate)?;
        Ok(ids.into_iter().map(UserId).collect())
    }
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    vec![MEMBER_PAGE.into(), HEADS_OF.into()]
}
