//! Twin of `domain::ports::store::messages`: the log.

use async_trait::async_trait;
use domain::{
    Membership,
    ports::{
        StoreError,
        store::{EventContent, MessageRows, NewEvent, Stretch},
    },
};
use sea_orm::Value;
use shared_types::{
    ConversationId, Nonce, Seq, Timestamp, UserId,
    message::{Content, Message},
};

use super::convert;
use crate::{
    entity::event,
    error::{corrupt, translate},
    tx::SqlTx,
};

/// The columns of a page, in the order of the entity.
const COLUMNS: &str = "conversation_id, seq, id, author_id, nonce, kind, body, created_at";

pub const INSERT_EVENTS: &str = "INSERT INTO event (conversation_id, seq, id, author_id, nonce, kind, body, created_at) VALUES ";

/// `$1` conversation, `$2` first and `$3` last place, `$4` how many.
fn page(order: &str) -> String {
    format!("SELECT {COLUMNS} FROM event WHERE conversation_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq {order} LIMIT $4")
}

impl SqlTx {
    async fn ascending(&self, conversation: ConversationId, from: Seq, limit: u32) -> Result<Vec<Message>, StoreError> {
        let values: [Value; 4] = [conversation.0.into(), convert::seq_value(from), i64::MAX.into(), i64::from(limit).into()];
        self.all::<event::Model>(&page("ASC"), values).await?.into_iter().map(convert::message).collect()
    }

    async fn descending(&self, member: &Membership, up_to: Seq, limit: u32) -> Result<Vec<Message>, StoreError> {
        let id = member.conversation_id();
        let values: [Value; 4] =
            [id.0.into(), convert::seq_value(member.history_from()), convert::seq_value(up_to), i64::from(limit).into()];
        let mut messages: Vec<Message> =
            self.all::<event::Model>(&page("DESC"), values).await?.into_iter().map(convert::message).collect::<Result<_, _>>()?;
        messages.reverse();
        Ok(messages)
    }
}

#[async_trait]
impl MessageRows for SqlTx {
    async fn append_event(&mut self, new: &NewEvent) -> Result<Message, StoreError> {
        let is_message = matches!(new.content, EventContent::Text { .. });
        // Times never decrease along the log, whatever the clocks do: `seq_at` searches by halves.
        let sql = "UPDATE conversation SET head_seq = head_seq + 1, \
                   last_message_seq = CASE WHEN $1 THEN head_seq + 1 ELSE last_message_seq END, \
                   active_at = CASE WHEN active_at > $2 THEN active_at ELSE $2 END \
                   WHERE id = $3 RETURNING head_seq, active_at";
        let row = self.first(sql, [is_message.into(), new.at.0.into(), new.conversation_id.0.into()]).await?;
        let row = row.ok_or_else(|| corrupt("conversation"))?;
        let seq: i64 = row.try_get("", "head_seq").map_err(translate)?;
        let created_at: i64 = row.try_get("", "active_at").map_err(translate)?;
        let (nonce, kind, body, content) = match &new.content {
            EventContent::Text { nonce, body } => (Some(*nonce), convert::TEXT, body.to_string(), Content::Text { body: body.clone() }),
            EventContent::System(change) => {
                let body = serde_json::to_string(change).map_err(|_| corrupt("system message"))?;
                (None, convert::SYSTEM, body, Content::System { change: change.clone() })
            }
        };
        let message = Message {
            id: new.id,
            conversation_id: new.conversation_id,
            seq: convert::seq(seq),
            author_id: new.author_id,
            created_at: Timestamp(created_at),
            nonce,
            content,
        };
        let sql = format!("{INSERT_EVENTS}{}", crate::dialect::tuples(1, 8, 1));
        self.run(&sql, row_values(&message, kind, body)).await?;
        Ok(message)
    }

    async fn message_by_nonce(&mut self, author: UserId, nonce: Nonce) -> Result<Option<Message>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM event WHERE author_id = $1 AND nonce = $2");
        self.all::<event::Model>(&sql, [author.0.into(), nonce.0.into()]).await?.pop().map(convert::message).transpose()
    }

    async fn history(&mut self, member: &Membership, stretch: Stretch, limit: u32) -> Result<Vec<Message>, StoreError> {
        let id = member.conversation_id();
        match stretch {
            Stretch::Newest => self.descending(member, Seq(i64::MAX.unsigned_abs()), limit).await,
            Stretch::Before(Seq(0)) => Ok(Vec::new()),
            Stretch::Before(seq) => self.descending(member, seq.previous(), limit).await,
            Stretch::After(seq) => self.ascending(id, Seq(seq.0.saturating_add(1)).max(member.history_from()), limit).await,
            Stretch::Around(seq) => {
                let mut page = self.descending(member, seq.previous(), limit / 2).await?;
                let rest = limit - u32::try_from(page.len()).unwrap_or_default();
                page.extend(self.ascending(id, seq.max(member.history_from()), rest).await?);
                Ok(page)
            }
        }
    }

    async fn seq_at(&mut self, member: &Membership, at: Timestamp) -> Result<Option<Seq>, StoreError> {
        let id = member.conversation_id();
        let head = self.first("SELECT head_seq FROM conversation WHERE id = $1", [id.0.into()]).await?;
        let head: i64 = head.ok_or_else(|| corrupt("conversation"))?.try_get("", "head_seq").map_err(translate)?;
        // The log has no holes, so that halving its places is a search by its clustered key: 24 steps for 10 million.
        let (mut low, mut high) = (convert::seq_row(member.history_from()).max(1), head + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let row =
                self.first("SELECT created_at FROM event WHERE conversation_id = $1 AND seq = $2", [id.0.into(), middle.into()]).await?;
            let created_at: i64 = row.ok_or_else(|| corrupt("log"))?.try_get("", "created_at").map_err(translate)?;
            if created_at < at.0 { low = middle + 1 } else { high = middle }
        }
        Ok((low <= head).then(|| convert::seq(low)))
    }

    async fn relay_log(&mut self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.ascending(conversation, after.next(), limit).await
    }
}

/// One row of [`INSERT_EVENTS`].
pub fn row_values(message: &Message, kind: i16, body: String) -> [Value; 8] {
    [
        message.conversation_id.0.into(),
        convert::seq_value(message.seq),
        message.id.0.into(),
        message.author_id.0.into(),
        message.nonce.map(|nonce| nonce.0).into(),
        kind.into(),
        body.into(),
        message.created_at.0.into(),
    ]
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    vec![
        page("ASC"),
        page("DESC"),
        format!("SELECT {COLUMNS} FROM event WHERE author_id = $1 AND nonce = $2"),
        "SELECT created_at FROM event WHERE conversation_id = $1 AND seq = $2".into(),
    ]
}
