//! Twin of `domain::ports::store::messages`: the log.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    Membership,
    ports::{
        StoreError,
        store::{Amendment, Earlier, EventContent, Logged, MessageRows, Name, NewEvent, Stretch, StretchOfMessages},
    },
};
use sea_orm::{FromQueryResult, Value};
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, Timestamp, UserId,
    message::{Content, Message},
    ws::Event,
};

use super::convert;
use crate::{
    dialect,
    entity::event,
    error::{corrupt, translate},
    tx::SqlTx,
};

/// The columns of a page, in the order of the entity.
const COLUMNS: &str =
    "conversation_id, seq, id, author_id, nonce, kind, body, created_at, target_seq, version, edited_at, mentions, sent_seal";

/// How many values a row of [`INSERT_EVENTS`] has.
pub const WIDTH: usize = 10;
pub const INSERT_EVENTS: &str =
    "INSERT INTO event (conversation_id, seq, id, author_id, nonce, kind, body, created_at, target_seq, mentions) VALUES ";

/// `$1` conversation, `$2` first and `$3` last place, `$4` how many. Messages alone have no target.
fn page(order: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM event WHERE conversation_id = $1 AND seq >= $2 AND seq <= $3 AND target_seq IS NULL ORDER BY seq {order} LIMIT $4"
    )
}

/// Everything from a place on.
fn log_page() -> String {
    format!("SELECT {COLUMNS} FROM event WHERE conversation_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3")
}

/// Members of conversations whose names somebody may have written: `$n` are keys, then conversations.
fn named_sql(keys: usize, conversations: usize) -> String {
    format!(
        "SELECT m.conversation_id, a.id, a.username FROM account a JOIN member m ON m.account_id = a.id \
         WHERE a.username_key IN ({}) AND m.conversation_id IN ({})",
        dialect::list(keys, 1),
        dialect::list(conversations, keys + 1)
    )
}

const NEWCOMERS: &str = "SELECT account_id FROM member WHERE conversation_id = $1 AND history_from > $2";

/// Members by conversation and username.
pub type Members = HashMap<(ConversationId, String), UserId>;

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

    /// Events from a place on, each with its message as that is now.
    async fn events_from(&self, conversation: ConversationId, from: Seq, limit: u32) -> Result<Vec<Event>, StoreError> {
        let values: [Value; 3] = [conversation.0.into(), convert::seq_value(from), i64::from(limit).into()];
        let rows = self.all::<event::Model>(&log_page(), values).await?;
        let targets: Vec<i64> = rows.iter().filter_map(|row| row.target_seq).collect();
        let mut amended: HashMap<i64, Message> = HashMap::new();
        if !targets.is_empty() {
            let sql = format!("SELECT {COLUMNS} FROM event WHERE conversation_id = $1 AND seq IN ({})", dialect::list(targets.len(), 2));
            let values = std::iter::once(conversation.0.into()).chain(targets.iter().map(|seq| (*seq).into()));
            for row in self.all::<event::Model>(&sql, values).await? {
                amended.insert(row.seq, convert::message(row)?);
            }
        }
        rows.into_iter()
            .map(|row| {
                let Some(target) = row.target_seq else { return Ok(Event::Message { message: convert::message(row)? }) };
                let message = amended.get(&target).cloned().ok_or_else(|| corrupt("target of an event"))?;
                let (seq, by) = (convert::seq(row.seq), UserId(row.author_id));
                Ok(told(row.kind, seq, by, message))
            })
            .collect()
    }

    /// The places that the names of some texts lead to, one look for all of them.
    pub async fn members_named<'a>(&self, texts: impl Iterator<Item = (ConversationId, &'a [Name])> + Send) -> Result<Members, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            conversation_id: uuid::Uuid,
            id: uuid::Uuid,
            username: String,
        }
        let (mut keys, mut conversations): (Vec<&str>, Vec<uuid::Uuid>) = (Vec::new(), Vec::new());
        for (conversation, names) in texts.filter(|(_, names)| !names.is_empty()) {
            keys.extend(names.iter().map(|name| name.key.as_str()));
            conversations.push(conversation.0);
        }
        keys.sort_unstable();
        keys.dedup();
        conversations.sort_unstable();
        conversations.dedup();
        if keys.is_empty() {
            return Ok(Members::new());
        }
        let values: Vec<Value> = keys.iter().map(|key| (*key).into()).chain(conversations.iter().map(|id| (*id).into())).collect();
        let rows: Vec<Row> = self.all(&named_sql(keys.len(), conversations.len()), values).await?;
        Ok(rows.into_iter().map(|row| ((ConversationId(row.conversation_id), row.username), UserId(row.id))).collect())
    }

    /// What counts for the people that a message names.
    pub async fn insert_mentions<'a>(&self, messages: impl Iterator<Item = &'a Message> + Send) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::new();
        for message in messages {
            for user in &message.mentions {
                values.extend([user.0.into(), message.conversation_id.0.into(), convert::seq_value(message.seq)]);
            }
        }
        for chunk in values.chunks(3 * 1_000) {
            let sql = format!(
                "INSERT INTO mention (account_id, conversation_id, seq) VALUES {} ON CONFLICT DO NOTHING",
                dialect::tuples(chunk.len() / 3, 3, 1)
            );
            self.run(&sql, chunk.iter().cloned()).await?;
        }
        Ok(())
    }

    /// The next place of a locked conversation, and the time of its last event: times never decrease along the log, whatever
    /// the clocks do, since `seq_at` searches by halves.
    async fn next_place(
        &self,
        conversation: ConversationId,
        at: Option<Timestamp>,
        is_message: bool,
    ) -> Result<(Seq, Timestamp), StoreError> {
        let sql = "UPDATE conversation SET head_seq = head_seq + 1, \
                   last_message_seq = CASE WHEN $1 THEN head_seq + 1 ELSE last_message_seq END, \
                   active_at = CASE WHEN active_at > $2 THEN active_at ELSE $2 END \
                   WHERE id = $3 RETURNING head_seq, active_at";
        let at = at.unwrap_or(Timestamp(i64::MIN));
        let row = self.first(sql, [is_message.into(), at.0.into(), conversation.0.into()]).await?;
        let row = row.ok_or_else(|| corrupt("conversation"))?;
        let seq: i64 = row.try_get("", "head_seq").map_err(translate)?;
        let active_at: i64 = row.try_get("", "active_at").map_err(translate)?;
        Ok((convert::seq(seq), Timestamp(active_at)))
    }
}

/// The members among the names of one text, each once, without its author.
pub fn mentioned(members: &Members, conversation: ConversationId, author: UserId, names: &[Name]) -> Vec<UserId> {
    let mut users: Vec<UserId> = Vec::new();
    for name in names {
        if let Some(user) = members.get(&(conversation, name.username.clone())).filter(|user| **user != author && !users.contains(user)) {
            users.push(*user);
        }
    }
    users
}

fn hidden(event: &Event) -> Event {
    event.seq().map_or(Event::Unknown, |seq| Event::Hidden { seq })
}

fn told(kind: i16, seq: Seq, by: UserId, message: Message) -> Event {
    // A deletion has no text to tell a time by but the moment that it left on its message.
    let at = message.edited_at.unwrap_or(message.created_at);
    match (kind, &message.content) {
        (convert::DELETION, _) => Event::Deleted { seq, at, by, message },
        // Edited first and deleted later: nothing of the edit is left to tell.
        (convert::EDIT, _) => Event::Edited { seq, at, by, message },
        _ => Event::Unknown,
    }
}

#[async_trait]
impl MessageRows for SqlTx {
    async fn append_event(&mut self, new: &NewEvent) -> Result<Message, StoreError> {
        let is_message = matches!(new.content, EventContent::Text { .. });
        let (seq, created_at) = self.next_place(new.conversation_id, Some(new.at), is_message).await?;
        let (nonce, kind, body, content, mentions) = match &new.content {
            EventContent::Text { nonce, body, names } => {
                let members = self.members_named(std::iter::once((new.conversation_id, names.as_slice()))).await?;
                let mentions = mentioned(&members, new.conversation_id, new.author_id, names);
                (Some(*nonce), convert::TEXT, body.to_string(), Content::Text { body: body.clone() }, mentions)
            }
            EventContent::System(change) => {
                let body = serde_json::to_string(change).map_err(|_| corrupt("system message"))?;
                (None, convert::SYSTEM, body, Content::System { change: change.clone() }, Vec::new())
            }
        };
        let message = Message {
            id: new.id,
            conversation_id: new.conversation_id,
            seq,
            author_id: new.author_id,
            created_at,
            nonce,
            version: 0,
            edited_at: None,
            mentions,
            content,
        };
        let sql = format!("{INSERT_EVENTS}{}", dialect::tuples(1, WIDTH, 1));
        self.run(&sql, row_values(&message, kind, body, None)).await?;
        self.insert_mentions(std::iter::once(&message)).await?;
        Ok(message)
    }

    async fn message_by_nonce(&mut self, author: UserId, nonce: Nonce) -> Result<Option<Earlier>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM event WHERE author_id = $1 AND nonce = $2");
        self.all::<event::Model>(&sql, [author.0.into(), nonce.0.into()]).await?.pop().map(earlier).transpose()
    }

    async fn message(&mut self, member: &Membership, id: MessageId) -> Result<Option<Message>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM event WHERE id = $1");
        let row = self.all::<event::Model>(&sql, [id.0.into()]).await?.pop();
        let row = row.filter(|row| row.conversation_id == member.conversation_id().0 && row.target_seq.is_none());
        let message = row.map(convert::message).transpose()?;
        Ok(message.filter(|message| message.seq >= member.history_from()))
    }

    async fn amend(
        &mut self,
        message: &Message,
        by: UserId,
        event_id: MessageId,
        at: Timestamp,
        amendment: &Amendment,
    ) -> Result<Event, StoreError> {
        let id = message.conversation_id;
        let (seq, created_at) = self.next_place(id, None, false).await?;
        let mut now = Message { edited_at: Some(at), ..message.clone() };
        let (kind, row_kind, body) = match amendment {
            Amendment::Edit { body, names } => {
                let members = self.members_named(std::iter::once((id, names.as_slice()))).await?;
                now.mentions = mentioned(&members, id, message.author_id, names);
                now.version += 1;
                now.content = Content::Text { body: body.clone() };
                (convert::EDIT, convert::TEXT, body.to_string())
            }
            Amendment::Delete => {
                now.mentions = Vec::new();
                now.content = Content::Deleted {};
                (convert::DELETION, convert::DELETED, String::new())
            }
        };
        // Once the text is gone, this alone tells a retry of it from another message under the same nonce.
        let seal = match (&message.content, message.nonce) {
            (Content::Text { body }, Some(nonce)) if message.version == 0 => Some(domain::messages::seal(nonce, body)),
            _ => None,
        };
        let sql = "UPDATE event SET kind = $1, body = $2, version = $3, edited_at = $4, mentions = $5, sent_seal = COALESCE(sent_seal, $6) \
                   WHERE conversation_id = $7 AND seq = $8";
        let version = i32::try_from(now.version).unwrap_or(i32::MAX);
        let values: [Value; 8] = [
            row_kind.into(),
            body.into(),
            version.into(),
            at.0.into(),
            convert::mentions_value(&now.mentions),
            seal.into(),
            id.0.into(),
            convert::seq_value(message.seq),
        ];
        self.run(sql, values).await?;
        self.run("DELETE FROM mention WHERE conversation_id = $1 AND seq = $2", [id.0.into(), convert::seq_value(message.seq)]).await?;
        self.insert_mentions(std::iter::once(&now)).await?;
        // The row that tells of it: who, where in the log, and which message. No text.
        let marker = Message { id: event_id, seq, author_id: by, created_at, nonce: None, mentions: Vec::new(), ..now.clone() };
        let sql = format!("{INSERT_EVENTS}{}", dialect::tuples(1, WIDTH, 1));
        self.run(&sql, row_values(&marker, kind, String::new(), Some(message.seq))).await?;
        Ok(told(kind, seq, by, now))
    }

    async fn history(&mut self, member: &Membership, stretch: Stretch, limit: u32) -> Result<StretchOfMessages, StoreError> {
        let id = member.conversation_id();
        let is_short = |messages: &[Message], limit: u32| messages.len() < limit as usize;
        let from = |seq: Seq| seq.max(member.history_from());
        Ok(match stretch {
            Stretch::Newest => {
                let messages = self.descending(member, Seq(i64::MAX.unsigned_abs()), limit).await?;
                StretchOfMessages { reaches_start: is_short(&messages, limit), reaches_end: true, messages }
            }
            Stretch::Before(seq) => {
                let messages = if seq == Seq::START { Vec::new() } else { self.descending(member, seq.previous(), limit).await? };
                StretchOfMessages { reaches_start: is_short(&messages, limit), reaches_end: false, messages }
            }
            Stretch::After(seq) => {
                let messages = self.ascending(id, from(Seq(seq.0.saturating_add(1))), limit).await?;
                StretchOfMessages { reaches_start: false, reaches_end: is_short(&messages, limit), messages }
            }
            Stretch::Around(seq) => {
                let mut messages = self.descending(member, seq.previous(), limit / 2).await?;
                let reaches_start = is_short(&messages, limit / 2);
                let rest = limit - u32::try_from(messages.len()).unwrap_or_default();
                let later = self.ascending(id, from(seq), rest).await?;
                let reaches_end = is_short(&later, rest);
                messages.extend(later);
                StretchOfMessages { messages, reaches_start, reaches_end }
            }
        })
    }

    async fn log(&mut self, member: &Membership, after: Seq, limit: u32) -> Result<Vec<Event>, StoreError> {
        let from = Seq(after.0.saturating_add(1)).max(member.history_from());
        let events = self.events_from(member.conversation_id(), from, limit).await?;
        let is_from_before = |event: &Event| event.message().is_some_and(|message| message.seq < member.history_from());
        Ok(events.into_iter().map(|event| if is_from_before(&event) { hidden(&event) } else { event }).collect())
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

    async fn relay_log(&mut self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Logged>, StoreError> {
        let mut logged = Vec::new();
        for event in self.events_from(conversation, after.next(), limit).await? {
            let hidden_from = match (&event, event.message()) {
                (Event::Message { .. }, _) | (_, None) => Vec::new(),
                (_, Some(message)) => self.hidden_from(conversation, message.seq).await?,
            };
            logged.push(Logged { event, hidden_from });
        }
        Ok(logged)
    }

    async fn hidden_from(&mut self, conversation: ConversationId, seq: Seq) -> Result<Vec<UserId>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            account_id: uuid::Uuid,
        }
        let rows: Vec<Row> = self.all(NEWCOMERS, [conversation.0.into(), convert::seq_value(seq)]).await?;
        Ok(rows.into_iter().map(|row| UserId(row.account_id)).collect())
    }
}

/// A row as what its nonce named.
pub fn earlier(mut row: event::Model) -> Result<Earlier, StoreError> {
    let seal = row.sent_seal.take();
    Ok(Earlier { message: convert::message(row)?, seal })
}

/// One row of [`INSERT_EVENTS`].
pub fn row_values(message: &Message, kind: i16, body: String, target: Option<Seq>) -> [Value; WIDTH] {
    [
        message.conversation_id.0.into(),
        convert::seq_value(message.seq),
        message.id.0.into(),
        message.author_id.0.into(),
        message.nonce.map(|nonce| nonce.0).into(),
        kind.into(),
        body.into(),
        message.created_at.0.into(),
        target.map(convert::seq_row).into(),
        convert::mentions_value(&message.mentions),
    ]
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    vec![
        page("ASC"),
        page("DESC"),
        log_page(),
        NEWCOMERS.into(),
        named_sql(2, 2),
        format!("SELECT {COLUMNS} FROM event WHERE author_id = $1 AND nonce = $2"),
        format!("SELECT {COLUMNS} FROM event WHERE id = $1"),
        "SELECT created_at FROM event WHERE conversation_id = $1 AND seq = $2".into(),
    ]
}
