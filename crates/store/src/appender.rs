//! The message path: one task collects what arrives while the last commit runs, and commits it as one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::ports::{
    StoreError,
    store::{AppendMessage, Appended, Unique},
};
use sea_orm::{DatabaseConnection, FromQueryResult, TransactionTrait, Value};
use shared_types::{
    ConversationId, Nonce, Seq, Timestamp, UserId,
    message::{Content, Message},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    dialect,
    entity::event,
    error::translate,
    rows::{convert, messages},
    tx::SqlTx,
};

/// Messages that wait for the next commit. More get "unavailable", which loses nothing: the sender tries again.
const QUEUE: usize = 4_096;
/// Messages in one commit.
const BATCH: usize = 256;

struct Job {
    message: AppendMessage,
    answer: oneshot::Sender<Result<Appended, StoreError>>,
}

/// A handle to the task. Dropping the last handle ends it, after what is queued.
pub struct Appender {
    jobs: mpsc::Sender<Job>,
}

impl Appender {
    pub fn start(writer: DatabaseConnection) -> Self {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while queue.recv_many(&mut batch, BATCH).await > 0 {
                commit(&writer, &mut batch).await;
            }
        });
        Self { jobs }
    }

    pub async fn append(&self, message: AppendMessage) -> Result<Appended, StoreError> {
        let (answer, outcome) = oneshot::channel();
        self.jobs.try_send(Job { message, answer }).map_err(|_| StoreError::Unavailable("the queue of messages is full".into()))?;
        outcome.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer has stopped".into())))
    }
}

/// Commits a batch and answers each of its senders; empties it.
async fn commit(writer: &DatabaseConnection, batch: &mut Vec<Job>) {
    let messages: Vec<&AppendMessage> = batch.iter().map(|job| &job.message).collect();
    match append_all(writer, &messages).await {
        Ok(outcomes) => {
            for (job, outcome) in batch.drain(..).zip(outcomes) {
                let _ = job.answer.send(Ok(outcome));
            }
        }
        // Another node stored one of these nonces between our look and our insert: find out which, one by one.
        Err(StoreError::Taken(Unique::Nonce)) if batch.len() > 1 => {
            for job in batch.drain(..) {
                let outcome = append_all(writer, &[&job.message]).await.map(single);
                let _ = job.answer.send(outcome);
            }
        }
        Err(error) => {
            let cause = error.to_string();
            for job in batch.drain(..) {
                let _ = job.answer.send(Err(match &error {
                    StoreError::Full => StoreError::Full,
                    StoreError::Unavailable(_) | StoreError::Taken(_) => StoreError::Unavailable(cause.clone()),
                    StoreError::Failed(_) => StoreError::Failed(cause.clone()),
                }));
            }
        }
    }
}

fn single(mut outcomes: Vec<Appended>) -> Appended {
    outcomes.pop().unwrap_or(Appended::NotAMember)
}

#[derive(FromQueryResult)]
struct Locked {
    id: uuid::Uuid,
    head_seq: i64,
    active_at: i64,
}

/// Lock, check, number, store: five statements for a batch of any size. Outcomes stand in the order of the messages.
async fn append_all(writer: &DatabaseConnection, messages: &[&AppendMessage]) -> Result<Vec<Appended>, StoreError> {
    let backend = writer.get_database_backend();
    let tx = SqlTx::new(writer.begin_with_options(dialect::write_options(backend)).await.map_err(translate)?);
    // The locks come first and in order of id: nobody loses a membership in between, and two nodes cannot wait for each other.
    let mut heads = lock(&tx, messages).await?;
    let members = memberships(&tx, messages).await?;
    let mut known = earlier(&tx, messages).await?;

    let mut outcomes = Vec::with_capacity(messages.len());
    let mut values: Vec<Value> = Vec::with_capacity(messages.len() * 8);
    for draft in messages {
        let named = (draft.author_id, draft.nonce);
        let outcome = if let Some(message) = known.get(&named) {
            repeated(draft, message)
        } else if let Some(head) =
            heads.get_mut(&draft.conversation_id).filter(|_| members.contains(&(draft.conversation_id, draft.author_id)))
        {
            let message = head.next(draft);
            values.extend(messages::row_values(&message, convert::TEXT, draft.body.to_string()));
            known.insert(named, message.clone());
            Appended::Stored(message)
        } else {
            Appended::NotAMember
        };
        outcomes.push(outcome);
    }
    if !values.is_empty() {
        let sql = format!("{}{}", messages::INSERT_EVENTS, dialect::tuples(values.len() / 8, 8, 1));
        tx.run(&sql, values).await?;
        for (id, head) in heads.iter().filter(|(_, head)| head.moved) {
            let sql = "UPDATE conversation SET head_seq = $1, last_message_seq = $1, active_at = $2 WHERE id = $3";
            tx.run(sql, [convert::seq_value(head.seq), head.active_at.0.into(), id.0.into()]).await?;
        }
        tx.inner.commit().await.map_err(translate)?;
    }
    Ok(outcomes)
}

/// Where a locked conversation stands while a batch goes through it.
struct Head {
    seq: Seq,
    active_at: Timestamp,
    moved: bool,
}

impl Head {
    fn next(&mut self, draft: &AppendMessage) -> Message {
        self.seq = self.seq.next();
        self.active_at = self.active_at.max(draft.at);
        self.moved = true;
        Message {
            id: draft.id,
            conversation_id: draft.conversation_id,
            seq: self.seq,
            author_id: draft.author_id,
            created_at: self.active_at,
            nonce: Some(draft.nonce),
            content: Content::Text { body: draft.body.clone() },
        }
    }
}

fn repeated(draft: &AppendMessage, earlier: &Message) -> Appended {
    let is_same =
        earlier.conversation_id == draft.conversation_id && matches!(&earlier.content, Content::Text { body } if *body == draft.body);
    if is_same { Appended::Repeated(earlier.clone()) } else { Appended::NonceReused }
}

async fn lock(tx: &SqlTx, messages: &[&AppendMessage]) -> Result<BTreeMap<ConversationId, Head>, StoreError> {
    let ids: BTreeSet<ConversationId> = messages.iter().map(|message| message.conversation_id).collect();
    let sql = format!(
        "SELECT id, head_seq, active_at FROM conversation WHERE id IN ({}) ORDER BY id{}",
        dialect::list(ids.len(), 1),
        dialect::for_update(tx.backend())
    );
    let rows: Vec<Locked> = tx.all(&sql, ids.iter().map(|id| id.0.into())).await?;
    let head =
        |row: Locked| (ConversationId(row.id), Head { seq: convert::seq(row.head_seq), active_at: Timestamp(row.active_at), moved: false });
    Ok(rows.into_iter().map(head).collect())
}

async fn memberships(tx: &SqlTx, messages: &[&AppendMessage]) -> Result<HashSet<(ConversationId, UserId)>, StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        conversation_id: uuid::Uuid,
        account_id: uuid::Uuid,
    }
    let pairs: HashSet<_> = messages.iter().map(|message| (message.conversation_id, message.author_id)).collect();
    let sql = memberships_sql(pairs.len());
    let values = pairs.iter().flat_map(|(conversation, user)| [conversation.0.into(), user.0.into()]);
    let rows: Vec<Row> = tx.all(&sql, values).await?;
    Ok(rows.into_iter().map(|row| (ConversationId(row.conversation_id), UserId(row.account_id))).collect())
}

/// Messages that these nonces have named before.
async fn earlier(tx: &SqlTx, messages: &[&AppendMessage]) -> Result<HashMap<(UserId, Nonce), Message>, StoreError> {
    let sql = earlier_sql(messages.len());
    let values = messages.iter().flat_map(|message| [message.author_id.0.into(), message.nonce.0.into()]);
    let rows: Vec<event::Model> = tx.all(&sql, values).await?;
    rows.into_iter()
        .map(|row| {
            let message = convert::message(row)?;
            Ok(((message.author_id, message.nonce.unwrap_or(Nonce(uuid::Uuid::nil()))), message))
        })
        .collect()
}

fn memberships_sql(pairs: usize) -> String {
    format!(
        "SELECT conversation_id, account_id FROM member WHERE (conversation_id, account_id) IN (VALUES {})",
        dialect::tuples(pairs, 2, 1)
    )
}

fn earlier_sql(nonces: usize) -> String {
    format!("SELECT * FROM event WHERE (author_id, nonce) IN (VALUES {})", dialect::tuples(nonces, 2, 1))
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    vec![memberships_sql(3), earlier_sql(3), "SELECT id, head_seq, active_at FROM conversation WHERE id IN ($1, $2) ORDER BY id".into()]
}
