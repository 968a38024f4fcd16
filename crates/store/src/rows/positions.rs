//! Twin of `domain::ports::store::positions`.

use async_trait::async_trait;
use domain::{
    Membership,
    ports::{
        StoreError,
        store::{MovePosition, Moved, Position, PositionRows},
    },
};
use sea_orm::{FromQueryResult, Value};
use shared_types::{
    ConversationId, UserId,
    limits::UNREAD_MAX,
    message::{PlacedPosition, ReadPosition, Receipt},
    ws::Head,
};

use super::convert;
use crate::{
    error::{corrupt, translate},
    tx::SqlTx,
};

/// What others said behind a position, counted to a bound. `$1` conversation, `$2` person, `$3` position, `$4` first
/// readable place.
const UNREAD: &str = "SELECT COUNT(*) AS counted FROM (SELECT 1 FROM event WHERE conversation_id = $1 AND author_id <> $2 \
                      AND seq > $3 AND seq >= $4 AND kind = 1 LIMIT $5) unread_events";

/// Of these, those that name the person.
const MENTIONS: &str = "SELECT COUNT(*) AS counted FROM (SELECT 1 FROM mention WHERE conversation_id = $1 AND account_id = $2 \
                        AND seq > $3 AND seq >= $4 LIMIT $5) unread_mentions";

const STANDING: &str = "SELECT m.conversation_id, m.account_id, m.role, m.history_from, c.head_seq, c.member_count, \
    COALESCE(r.seq, 0) AS read_seq, COALESCE(r.rev, 0) AS read_rev, COALESCE(r.delivered_seq, 0) AS delivered_seq, a.shares_receipts \
    FROM member m JOIN conversation c ON c.id = m.conversation_id JOIN account a ON a.id = m.account_id \
    LEFT JOIN read_position r ON r.account_id = m.account_id AND r.conversation_id = m.conversation_id \
    WHERE m.account_id = $1";

/// Two nodes may write at once: of two positions the greater stays.
const STORE: &str = "INSERT INTO read_position (account_id, conversation_id, seq, rev, delivered_seq) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (account_id, conversation_id) DO UPDATE SET \
    seq = CASE WHEN excluded.rev > read_position.rev OR (excluded.rev = read_position.rev AND excluded.seq > read_position.seq) \
          THEN excluded.seq ELSE read_position.seq END, \
    rev = CASE WHEN excluded.rev > read_position.rev THEN excluded.rev ELSE read_position.rev END, \
    delivered_seq = CASE WHEN excluded.delivered_seq > read_position.delivered_seq THEN excluded.delivered_seq ELSE read_position.delivered_seq END";

const RECEIPTS: &str = "SELECT r.account_id, r.delivered_seq, r.seq FROM member m \
    JOIN account a ON a.id = m.account_id AND a.shares_receipts \
    JOIN read_position r ON r.account_id = m.account_id AND r.conversation_id = m.conversation_id \
    WHERE m.conversation_id = $1 AND m.account_id <> $2 ORDER BY m.account_id LIMIT $3";

#[derive(FromQueryResult)]
struct Standing {
    conversation_id: uuid::Uuid,
    account_id: uuid::Uuid,
    role: i16,
    history_from: i64,
    head_seq: i64,
    member_count: i32,
    read_seq: i64,
    read_rev: i32,
    delivered_seq: i64,
    shares_receipts: bool,
}

impl Standing {
    fn member(&self) -> Membership {
        let (conversation, user) = (ConversationId(self.conversation_id), UserId(self.account_id));
        Membership::from_row(conversation, user, convert::role(self.role), convert::seq(self.history_from))
    }

    fn position(&self) -> Position {
        Position {
            read_seq: convert::seq(self.read_seq),
            read_rev: convert::count(self.read_rev.into()),
            delivered_seq: convert::seq(self.delivered_seq),
        }
    }
}

impl SqlTx {
    async fn counted(&self, sql: &str, values: [Value; 5]) -> Result<u32, StoreError> {
        let row = self.first(sql, values).await?.ok_or_else(|| corrupt("count"))?;
        let counted: i64 = row.try_get("", "counted").map_err(translate)?;
        Ok(convert::count(counted))
    }

    async fn standing(&self, user: UserId, conversation: ConversationId) -> Result<Option<Standing>, StoreError> {
        let sql = format!("{STANDING} AND m.conversation_id = $2");
        Ok(self.all::<Standing>(&sql, [user.0.into(), conversation.0.into()]).await?.pop())
    }

    async fn store_position(&self, member: &Membership, position: Position) -> Result<(), StoreError> {
        let values: [Value; 5] = [
            member.user_id().0.into(),
            member.conversation_id().0.into(),
            convert::seq_value(position.read_seq),
            i32::try_from(position.read_rev).unwrap_or(i32::MAX).into(),
            convert::seq_value(position.delivered_seq),
        ];
        self.run(STORE, values).await.map(|_| ())
    }

    /// One move of the writer's batch.
    pub async fn move_position(&self, job: &MovePosition) -> Result<Option<Moved>, StoreError> {
        let Some(standing) = self.standing(job.user_id, job.conversation_id).await? else { return Ok(None) };
        let (member, before) = (standing.member(), standing.position());
        let now = before.after(job.step, convert::seq(standing.head_seq));
        if now != before {
            self.store_position(&member, now).await?;
        }
        let (member_count, shares_receipts) = (convert::count(standing.member_count.into()), standing.shares_receipts);
        Ok(Some(Moved { member, before, now, member_count, shares_receipts }))
    }
}

#[async_trait]
impl PositionRows for SqlTx {
    async fn read_position(&mut self, member: &Membership) -> Result<ReadPosition, StoreError> {
        let standing = self.standing(member.user_id(), member.conversation_id()).await?.ok_or_else(|| corrupt("member"))?;
        let behind = || -> [Value; 5] {
            [
                standing.conversation_id.into(),
                standing.account_id.into(),
                standing.read_seq.into(),
                standing.history_from.into(),
                i64::from(UNREAD_MAX).into(),
            ]
        };
        Ok(ReadPosition {
            conversation_id: member.conversation_id(),
            read_seq: convert::seq(standing.read_seq),
            read_rev: convert::count(standing.read_rev.into()),
            unread: self.counted(UNREAD, behind()).await?,
            mentions: self.counted(MENTIONS, behind()).await?,
            head_seq: convert::seq(standing.head_seq),
        })
    }

    async fn positions_of(&mut self, user: UserId) -> Result<Vec<(Membership, Head, Position)>, StoreError> {
        let rows: Vec<Standing> = self.all(STANDING, [user.0.into()]).await?;
        let position = |row: Standing| {
            let head = Head { conversation_id: ConversationId(row.conversation_id), seq: convert::seq(row.head_seq) };
            (row.member(), head, row.position())
        };
        Ok(rows.into_iter().map(position).collect())
    }

    async fn read_everything(&mut self, user: UserId) -> Result<Vec<PlacedPosition>, StoreError> {
        let mut before = Vec::new();
        for (member, head, position) in self.positions_of(user).await? {
            if position.read_seq < head.seq {
                let step =
                    domain::ports::store::Move { read: Some(domain::ports::store::ReadMove::Place { seq: head.seq }), delivered: None };
                self.store_position(&member, position.after(step, head.seq)).await?;
                before.push(PlacedPosition { conversation_id: head.conversation_id, read_seq: position.read_seq });
            }
        }
        Ok(before)
    }

    async fn receipts(&mut self, member: &Membership, limit: u32) -> Result<Vec<Receipt>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            account_id: uuid::Uuid,
            delivered_seq: i64,
            seq: i64,
        }
        let values = [member.conversation_id().0.into(), member.user_id().0.into(), i64::from(limit).into()];
        let rows: Vec<Row> = self.all(RECEIPTS, values).await?;
        let receipt = |row: Row| Receipt {
            user_id: UserId(row.account_id),
            delivered_seq: convert::seq(row.delivered_seq.max(row.seq)),
            read_seq: convert::seq(row.seq),
        };
        Ok(rows.into_iter().map(receipt).collect())
    }
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    vec![UNREAD.into(), MENTIONS.into(), STANDING.into(), format!("{STANDING} AND m.conversation_id = $2"), RECEIPTS.into()]
}
