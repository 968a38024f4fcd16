//! Twin of `domain::ports::store::conversations`.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    Membership,
    ports::{
        StoreError,
        store::{ConversationRecord, ConversationRows, NewConversation, RoomCursor},
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Value};
use shared_types::{
    ConversationId, Timestamp, UserId,
    conversation::{Conversation, ConversationKind, RoomCard},
    limits::UNREAD_MAX,
    message::Message,
    text::{Alias, RoomName, Topic},
    user::User,
};

use super::{accounts::words_filter, convert};
use crate::{
    dialect,
    entity::{account, conversation, event},
    error::{corrupt, translate},
    tx::SqlTx,
};

/// A person's conversations: `{one}` is empty for all, or narrows to `$3`.
const LIST: &str = "\
SELECT c.*, m.role AS my_role, COALESCE(r.seq, 0) AS read_seq, COALESCE(r.rev, 0) AS read_rev, \
  (SELECT COUNT(*) FROM (SELECT 1 FROM event e WHERE e.conversation_id = c.id AND e.seq > COALESCE(r.seq, 0) \
     AND e.seq >= m.history_from AND e.author_id <> m.account_id AND e.kind = 1 LIMIT $2) unread_events) AS unread, \
  (SELECT COUNT(*) FROM (SELECT 1 FROM mention n WHERE n.account_id = m.account_id AND n.conversation_id = c.id \
     AND n.seq > COALESCE(r.seq, 0) AND n.seq >= m.history_from LIMIT $2) unread_mentions) AS mentions \
FROM member m JOIN conversation c ON c.id = m.conversation_id \
LEFT JOIN read_position r ON r.account_id = m.account_id AND r.conversation_id = m.conversation_id \
WHERE m.account_id = $1{one} ORDER BY c.active_at DESC, c.id DESC";

/// The last thing said in each, as far as the person may see it.
const LAST_MESSAGES: &str = "\
SELECT e.* FROM member m JOIN conversation c ON c.id = m.conversation_id \
JOIN event e ON e.conversation_id = c.id AND e.seq = c.last_message_seq \
WHERE m.account_id = $1{one} AND c.last_message_seq >= m.history_from";

/// Everyone in the person's direct messages and groups.
const PEOPLE: &str = "\
SELECT a.*, m.conversation_id FROM member mine JOIN conversation c ON c.id = mine.conversation_id AND c.kind <> 3 \
JOIN member m ON m.conversation_id = c.id JOIN account a ON a.id = m.account_id \
WHERE mine.account_id = $1{one} ORDER BY m.role, m.account_id";

#[derive(FromQueryResult)]
struct ListRow {
    #[sea_orm(nested)]
    conversation: conversation::Model,
    my_role: i16,
    read_seq: i64,
    read_rev: i32,
    unread: i64,
    mentions: i64,
}

#[derive(FromQueryResult)]
struct PersonRow {
    #[sea_orm(nested)]
    account: account::Model,
    conversation_id: uuid::Uuid,
}

impl SqlTx {
    async fn seen_by(&self, user: UserId, only: Option<ConversationId>) -> Result<Vec<Conversation>, StoreError> {
        let narrowed = |sql: &str, n: usize| sql.replace("{one}", &only.map_or(String::new(), |_| format!(" AND c.id = ${n}")));
        let values = |more: &[Value]| {
            [user.0.into()].into_iter().chain(more.iter().cloned()).chain(only.map(|id| id.0.into())).collect::<Vec<Value>>()
        };
        let rows: Vec<ListRow> = self.all(&narrowed(LIST, 3), values(&[i64::from(UNREAD_MAX).into()])).await?;
        let last: Vec<event::Model> = self.all(&narrowed(LAST_MESSAGES, 2), values(&[])).await?;
        let people: Vec<PersonRow> = self.all(&narrowed(PEOPLE, 2), values(&[])).await?;

        let mut last: HashMap<uuid::Uuid, Message> =
            last.into_iter().map(|row| Ok((row.conversation_id, convert::message(row)?))).collect::<Result<_, StoreError>>()?;
        let mut members: HashMap<uuid::Uuid, Vec<User>> = HashMap::new();
        for row in people {
            members.entry(row.conversation_id).or_default().push(convert::user(row.account));
        }
        rows.into_iter()
            .map(|row| {
                let id = row.conversation.id;
                let record = record(row.conversation.clone())?;
                Ok(Conversation {
                    id: record.id,
                    kind: record.kind,
                    visibility: record.visibility,
                    name: record.name,
                    alias: record.alias,
                    topic: record.topic,
                    is_default: record.is_default,
                    created_at: Timestamp(row.conversation.created_at),
                    active_at: record.active_at,
                    head_seq: record.head_seq,
                    member_count: record.member_count,
                    people: members.remove(&id).unwrap_or_default(),
                    last_message: last.remove(&id),
                    my_role: convert::role(row.my_role),
                    read_seq: convert::seq(row.read_seq),
                    read_rev: convert::count(row.read_rev.into()),
                    unread: convert::count(row.unread),
                    mentions: convert::count(row.mentions),
                })
            })
            .collect()
    }
}

#[async_trait]
impl ConversationRows for SqlTx {
    async fn insert_conversation(&mut self, new: &NewConversation) -> Result<(), StoreError> {
        let row = conversation::ActiveModel {
            id: Set(new.id.0),
            kind: Set(convert::kind_row(new.kind)),
            visibility: Set(convert::visibility_row(new.visibility)),
            name: Set(new.name.as_ref().map(RoomName::to_string)),
            name_key: Set(new.name_key.clone()),
            alias: Set(new.alias.as_ref().map(Alias::to_string)),
            topic: Set(new.topic.to_string()),
            direct_key: Set(new.direct_key.clone()),
            is_default: Set(new.is_default),
            head_seq: Set(0),
            last_message_seq: Set(0),
            member_count: Set(0),
            created_at: Set(new.created_at.0),
            active_at: Set(new.created_at.0),
        };
        conversation::Entity::insert(row).exec_without_returning(&self.inner).await.map_err(translate)?;
        self.insert_terms("room_term (term, conversation_id)", &new.terms, new.id.0.into()).await
    }

    async fn lock_conversation(&mut self, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError> {
        let sql = format!("SELECT * FROM conversation WHERE id = $1{}", dialect::for_update(self.backend()));
        self.all::<conversation::Model>(&sql, [id.0.into()]).await?.pop().map(record).transpose()
    }

    async fn conversation(&mut self, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError> {
        conversation::Entity::find_by_id(id.0).one(&self.inner).await.map_err(translate)?.map(record).transpose()
    }

    async fn direct_conversation(&mut self, key: &[u8]) -> Result<Option<ConversationId>, StoreError> {
        let row = self.first("SELECT id FROM conversation WHERE direct_key = $1", [key.to_vec().into()]).await?;
        row.map(|row| row.try_get("", "id").map(ConversationId).map_err(translate)).transpose()
    }

    async fn update_conversation(
        &mut self,
        record: &ConversationRecord,
        name_key: Option<&str>,
        terms: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        let row = conversation::ActiveModel {
            id: Set(record.id.0),
            kind: Set(convert::kind_row(record.kind)),
            visibility: Set(convert::visibility_row(record.visibility)),
            name: Set(record.name.as_ref().map(RoomName::to_string)),
            name_key: Set(name_key.map(str::to_owned)),
            alias: Set(record.alias.as_ref().map(Alias::to_string)),
            topic: Set(record.topic.to_string()),
            is_default: Set(record.is_default),
            ..Default::default()
        };
        conversation::Entity::update(row).exec(&self.inner).await.map_err(translate)?;
        self.run("DELETE FROM room_term WHERE conversation_id = $1", [record.id.0.into()]).await?;
        self.insert_terms("room_term (term, conversation_id)", terms, record.id.0.into()).await
    }

    async fn insert_alias(&mut self, key: &str, id: ConversationId) -> Result<(), StoreError> {
        let owner = self.conversation_by_alias(key).await?;
        if owner == Some(id) {
            return Ok(());
        }
        self.run("INSERT INTO room_alias (alias_key, conversation_id) VALUES ($1, $2)", [key.into(), id.0.into()]).await.map(|_| ())
    }

    async fn conversation_by_alias(&mut self, key: &str) -> Result<Option<ConversationId>, StoreError> {
        let row = self.first("SELECT conversation_id FROM room_alias WHERE alias_key = $1", [key.into()]).await?;
        row.map(|row| row.try_get("", "conversation_id").map(ConversationId).map_err(translate)).transpose()
    }

    async fn public_room_by_name(&mut self, name_key: &str) -> Result<Option<ConversationId>, StoreError> {
        let row = self.first("SELECT id FROM conversation WHERE name_key = $1", [name_key.into()]).await?;
        row.map(|row| row.try_get("", "id").map(ConversationId).map_err(translate)).transpose()
    }

    async fn delete_conversation(&mut self, id: ConversationId) -> Result<(), StoreError> {
        conversation::Entity::delete_by_id(id.0).exec(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn conversations_of(&mut self, user: UserId) -> Result<Vec<Conversation>, StoreError> {
        self.seen_by(user, None).await
    }

    async fn conversation_for(&mut self, member: &Membership) -> Result<Conversation, StoreError> {
        self.seen_by(member.user_id(), Some(member.conversation_id())).await?.pop().ok_or_else(|| corrupt("conversation"))
    }

    async fn public_rooms(
        &mut self,
        viewer: UserId,
        words: &[Vec<u8>],
        after: Option<RoomCursor>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            #[sea_orm(nested)]
            conversation: conversation::Model,
            joined: i64,
        }
        let after = after.map_or((i64::MAX, uuid::Uuid::max()), |after| (after.active_at.0, after.id.0));
        let mut values: Vec<Value> = vec![viewer.0.into(), after.0.into(), after.1.into(), i64::from(limit).into()];
        let filters = words_filter(words, "room_term", "conversation_id", &mut values);
        let filters = if filters.is_empty() { String::new() } else { format!(" AND {filters}") };
        let sql = format!(
            "SELECT c.*, (SELECT COUNT(*) FROM member m WHERE m.conversation_id = c.id AND m.account_id = $1) AS joined \
             FROM conversation c WHERE c.visibility = 1 AND (c.active_at, c.id) < ($2, $3){filters} \
             ORDER BY c.active_at DESC, c.id DESC LIMIT $4"
        );
        self.all::<Row>(&sql, values).await?.into_iter().map(|row| card(row.conversation, row.joined > 0)).collect()
    }

    async fn default_rooms(&mut self) -> Result<Vec<ConversationId>, StoreError> {
        let rooms =
            conversation::Entity::find().select_only().column(conversation::Column::Id).filter(conversation::Column::IsDefault.eq(true));
        let ids: Vec<uuid::Uuid> = rooms.into_tuple().all(&self.inner).await.map_err(translate)?;
        Ok(ids.into_iter().map(ConversationId).collect())
    }

    async fn has_conversations(&mut self) -> Result<bool, StoreError> {
        Ok(self.first("SELECT 1 AS one FROM conversation LIMIT 1", []).await?.is_some())
    }
}

fn card(row: conversation::Model, joined: bool) -> Result<RoomCard, StoreError> {
    let room = record(row)?;
    Ok(RoomCard {
        id: room.id,
        name: room.name.ok_or_else(|| corrupt("name of a public room"))?,
        alias: room.alias,
        topic: room.topic,
        member_count: room.member_count,
        active_at: room.active_at,
        joined,
    })
}

fn record(row: conversation::Model) -> Result<ConversationRecord, StoreError> {
    let kind = convert::kind(row.kind)?;
    Ok(ConversationRecord {
        id: ConversationId(row.id),
        kind,
        visibility: convert::visibility(row.visibility),
        name: row.name.filter(|name| kind != ConversationKind::Direct && !name.is_empty()).map(RoomName::trusted),
        alias: row.alias.map(Alias::trusted),
        topic: Topic::trusted(row.topic),
        is_default: row.is_default,
        head_seq: convert::seq(row.head_seq),
        member_count: convert::count(row.member_count.into()),
        active_at: Timestamp(row.active_at),
    })
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    [LIST, LAST_MESSAGES, PEOPLE].iter().map(|sql| sql.replace("{one}", "")).collect()
}
