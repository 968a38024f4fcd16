//! Twin of `domain::ports::store::upkeep`.

use async_trait::async_trait;
use domain::ports::{
    StoreError,
    store::{Claim, UpkeepRows},
};
use sea_orm::FromQueryResult;
use shared_types::{ConversationId, Timestamp, server::Difference};

use crate::{
    error::{corrupt, translate},
    tx::SqlTx,
};

/// Each finds the conversations in which a stored value is not what counting gives, and names both.
const RECOUNTS: &[(&str, &str)] = &[
    (
        "head_seq",
        "SELECT c.id, c.head_seq AS stored, COALESCE(MAX(e.seq), 0) AS counted FROM conversation c \
         LEFT JOIN event e ON e.conversation_id = c.id GROUP BY c.id, c.head_seq HAVING c.head_seq <> COALESCE(MAX(e.seq), 0)",
    ),
    (
        "events_without_holes",
        "SELECT c.id, c.head_seq AS stored, COUNT(e.seq) AS counted FROM conversation c \
         LEFT JOIN event e ON e.conversation_id = c.id GROUP BY c.id, c.head_seq HAVING c.head_seq <> COUNT(e.seq)",
    ),
    (
        "last_message_seq",
        "SELECT c.id, c.last_message_seq AS stored, COALESCE(MAX(e.seq), 0) AS counted FROM conversation c \
         LEFT JOIN event e ON e.conversation_id = c.id AND e.kind IN (1, 5) GROUP BY c.id, c.last_message_seq \
         HAVING c.last_message_seq <> COALESCE(MAX(e.seq), 0)",
    ),
    (
        "member_count",
        "SELECT c.id, CAST(c.member_count AS BIGINT) AS stored, COUNT(m.account_id) AS counted FROM conversation c \
         LEFT JOIN member m ON m.conversation_id = c.id GROUP BY c.id, c.member_count HAVING c.member_count <> COUNT(m.account_id)",
    ),
    (
        "mentions",
        "SELECT told.conversation_id AS id, told.named AS stored, COALESCE(counted.named, 0) AS counted FROM \
         (SELECT e.conversation_id, CAST(SUM(LENGTH(e.mentions)) / 16 AS BIGINT) AS named FROM event e \
            WHERE e.mentions IS NOT NULL AND e.target_seq IS NULL GROUP BY e.conversation_id) told \
         LEFT JOIN (SELECT n.conversation_id, COUNT(*) AS named FROM mention n GROUP BY n.conversation_id) counted \
           ON counted.conversation_id = told.conversation_id WHERE told.named <> COALESCE(counted.named, 0)",
    ),
    (
        "mentions_of_what_was_erased",
        "SELECT n.conversation_id AS id, CAST(0 AS BIGINT) AS stored, COUNT(*) AS counted FROM mention n \
         JOIN event e ON e.conversation_id = n.conversation_id AND e.seq = n.seq WHERE e.mentions IS NULL OR e.kind <> 1 \
         GROUP BY n.conversation_id",
    ),
    (
        "read_past_the_end",
        "SELECT c.id, c.head_seq AS stored, MAX(r.seq) AS counted FROM conversation c JOIN read_position r ON r.conversation_id = c.id \
         GROUP BY c.id, c.head_seq HAVING MAX(r.seq) > c.head_seq",
    ),
];

#[derive(FromQueryResult)]
struct Row {
    id: uuid::Uuid,
    stored: i64,
    counted: i64,
}

#[async_trait]
impl UpkeepRows for SqlTx {
    async fn claimed(&mut self, claim: &Claim) -> Result<Option<(Vec<u8>, ConversationId)>, StoreError> {
        let sql = "SELECT fingerprint, conversation_id FROM idempotency_key WHERE account_id = $1 AND name = $2";
        let Some(row) = self.first(sql, [claim.user_id.0.into(), claim.name.clone().into()]).await? else { return Ok(None) };
        let fingerprint = row.try_get("", "fingerprint").map_err(translate)?;
        Ok(Some((fingerprint, ConversationId(row.try_get("", "conversation_id").map_err(translate)?))))
    }

    async fn claim(&mut self, claim: &Claim, made: ConversationId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO idempotency_key (account_id, name, fingerprint, conversation_id, created_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [claim.user_id.0.into(), claim.name.clone().into(), claim.fingerprint.clone().into(), made.0.into(), now.0.into()];
        self.run(sql, values).await.map(|_| ())
    }

    async fn recount(&mut self) -> Result<(u64, Vec<Difference>), StoreError> {
        let row = self.first("SELECT COUNT(*) AS counted FROM conversation", []).await?.ok_or_else(|| corrupt("count"))?;
        let conversations: i64 = row.try_get("", "counted").map_err(translate)?;
        let mut differences = Vec::new();
        for (what, sql) in RECOUNTS {
            for row in self.all::<Row>(sql, []).await? {
                let conversation_id = ConversationId(row.id);
                differences.push(Difference { conversation_id, what: (*what).to_owned(), stored: row.stored, counted: row.counted });
            }
        }
        Ok((conversations.unsigned_abs(), differences))
    }
}
