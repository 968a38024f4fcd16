//! The message path: one task collects what arrives while the last commit runs, and commits it as one transaction.
//!
//! A batch costs a fixed number of statements, whatever its size. It begins with the locks of its conversations, in order of
//! id, so that nobody loses a membership in between and two nodes cannot wait for each other. It looks for earlier uses of
//! its nonces only when an insert was refused for one: nonces are hardly ever used twice, and the unique index knows.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::ports::{
    StoreError,
    store::{Answer, AppendMessage, Appended, Earlier, MovePosition, Moved, Unique, WriterMeter},
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

/// Jobs that wait for the next commit. More get "unavailable", which loses nothing: the sender tries again.
const QUEUE: usize = 8_192;
/// Jobs in one commit.
const BATCH: usize = 512;

enum Job {
    Append(AppendMessage, oneshot::Sender<Result<Appended, StoreError>>),
    Move(MovePosition, oneshot::Sender<Result<Option<Moved>, StoreError>>),
}

/// A handle to the task. Dropping the last handle ends it, after what is queued.
pub struct Appender {
    jobs: mpsc::Sender<Job>,
    done: Arc<Done>,
}

/// What has been done since the start.
#[derive(Default)]
struct Done {
    commits: AtomicU64,
    messages: AtomicU64,
}

impl Appender {
    pub fn start(writer: DatabaseConnection) -> Self {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let done = Arc::<Done>::default();
        let counted = done.clone();
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while queue.recv_many(&mut batch, BATCH).await > 0 {
                let stored = commit(&writer, &mut batch).await;
                counted.commits.fetch_add(1, Ordering::Relaxed);
                counted.messages.fetch_add(stored, Ordering::Relaxed);
                // Those who were answered just now may have more to say: whatever is ready to run goes first, so that the next
                // batch holds it. Without load nothing is, and nobody waits.
                tokio::task::yield_now().await;
            }
        });
        Self { jobs, done }
    }

    pub fn meter(&self) -> WriterMeter {
        WriterMeter {
            waiting: self.jobs.max_capacity() - self.jobs.capacity(),
            capacity: self.jobs.max_capacity(),
            commits: self.done.commits.load(Ordering::Relaxed),
            messages: self.done.messages.load(Ordering::Relaxed),
        }
    }

    pub fn append(&self, message: AppendMessage) -> Answer<Appended> {
        let (answer, outcome) = oneshot::channel();
        self.queued(Job::Append(message, answer), outcome)
    }

    pub fn move_position(&self, step: MovePosition) -> Answer<Option<Moved>> {
        let (answer, outcome) = oneshot::channel();
        self.queued(Job::Move(step, answer), outcome)
    }

    fn queued<T: Send + 'static>(&self, job: Job, outcome: oneshot::Receiver<Result<T, StoreError>>) -> Answer<T> {
        let refused = self.jobs.try_send(job).is_err();
        Box::pin(async move {
            if refused {
                return Err(StoreError::Unavailable("the queue of the writer is full".into()));
            }
            outcome.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer has stopped".into())))
        })
    }
}

/// Commits a batch and answers each of its senders; empties it. Answers how many messages it stored.
async fn commit(writer: &DatabaseConnection, batch: &mut Vec<Job>) -> u64 {
    let mut count = 0;
    let (mut appends, mut moves) = (Vec::with_capacity(batch.len()), Vec::new());
    for job in batch.drain(..) {
        match job {
            Job::Append(message, answer) => appends.push((message, answer)),
            Job::Move(step, answer) => moves.push((step, answer)),
        }
    }
    let messages: Vec<&AppendMessage> = appends.iter().map(|(message, _)| message).collect();
    let steps: Vec<&MovePosition> = moves.iter().map(|(step, _)| step).collect();
    let mut outcome = write(writer, &messages, &steps, Nonces::Fresh).await;
    if matches!(outcome, Err(StoreError::Taken(_))) {
        outcome = write(writer, &messages, &steps, Nonces::LookedUp).await;
    }
    match outcome {
        Ok((stored, moved)) => {
            for ((_, answer), outcome) in appends.into_iter().zip(stored) {
                count += u64::from(matches!(outcome, Appended::Stored(_)));
                let _ = answer.send(Ok(outcome));
            }
            for ((_, answer), outcome) in moves.into_iter().zip(moved) {
                let _ = answer.send(Ok(outcome));
            }
        }
        // Another node stored one of these nonces between our look and our insert: find out which, one by one.
        Err(StoreError::Taken(Unique::Nonce)) => {
            for (message, answer) in appends {
                let outcome = write(writer, &[&message], &[], Nonces::LookedUp).await;
                let _ = answer.send(outcome.map(|(mut stored, _)| stored.pop().unwrap_or(Appended::NotAMember)));
            }
            for (step, answer) in moves {
                let _ = answer.send(write(writer, &[], &[&step], Nonces::Fresh).await.map(|(_, mut moved)| moved.pop().flatten()));
            }
        }
        Err(error) => {
            for (_, answer) in appends {
                let _ = answer.send(Err(again(&error)));
            }
            for (_, answer) in moves {
                let _ = answer.send(Err(again(&error)));
            }
        }
    }
    count
}

/// One error for many who wait.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Unavailable(cause) => StoreError::Unavailable(cause.clone()),
        StoreError::Taken(_) => StoreError::Unavailable(error.to_string()),
        StoreError::Failed(cause) => StoreError::Failed(cause.clone()),
    }
}

/// What is known of the nonces of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nonces {
    /// Presumably none has been used; the index refuses the batch if one has.
    Fresh,
    LookedUp,
}

type Outcomes = (Vec<Appended>, Vec<Option<Moved>>);

/// Outcomes stand in the order of what was asked.
async fn write(
    writer: &DatabaseConnection,
    drafts: &[&AppendMessage],
    steps: &[&MovePosition],
    nonces: Nonces,
) -> Result<Outcomes, StoreError> {
    let backend = writer.get_database_backend();
    let tx = SqlTx::new(writer.begin_with_options(dialect::write_options(backend)).await.map_err(translate)?);
    let stored = if drafts.is_empty() { Vec::new() } else { append_all(&tx, drafts, nonces).await? };
    let mut moved = Vec::with_capacity(steps.len());
    for step in steps {
        moved.push(tx.move_position(step).await?);
    }
    tx.inner.commit().await.map_err(translate)?;
    Ok((stored, moved))
}

async fn append_all(tx: &SqlTx, drafts: &[&AppendMessage], nonces: Nonces) -> Result<Vec<Appended>, StoreError> {
    let mut heads = lock(tx, drafts).await?;
    let members = memberships(tx, drafts).await?;
    let named = tx.members_named(drafts.iter().map(|draft| (draft.conversation_id, draft.names.as_slice()))).await?;
    // Nobody inserts the draft of a stranger, so no index can tell that it is a retry of what they said while they belonged.
    let is_doubtful = |draft: &&&AppendMessage| nonces == Nonces::LookedUp || !members.contains(&(draft.conversation_id, draft.author_id));
    let doubtful: Vec<&AppendMessage> = drafts.iter().filter(is_doubtful).copied().collect();
    let mut known = if doubtful.is_empty() { HashMap::new() } else { earlier(tx, &doubtful).await? };

    let mut outcomes = Vec::with_capacity(drafts.len());
    let mut rows: Vec<Value> = Vec::with_capacity(drafts.len() * messages::WIDTH);
    for draft in drafts {
        let name = (draft.author_id, draft.nonce);
        let outcome = if let Some(earlier) = known.get(&name) {
            let is_same = earlier.was_sent_as(draft.conversation_id, &draft.body);
            if is_same { Appended::Repeated(earlier.message.clone()) } else { Appended::NonceReused }
        } else if let Some(head) =
            heads.get_mut(&draft.conversation_id).filter(|_| members.contains(&(draft.conversation_id, draft.author_id)))
        {
            let mentions = messages::mentioned(&named, draft.conversation_id, draft.author_id, &draft.names);
            let message = head.next(draft, mentions);
            rows.extend(messages::row_values(&message, convert::TEXT, draft.body.to_string(), None));
            known.insert(name, Earlier { message: message.clone(), seal: None });
            Appended::Stored(message)
        } else {
            Appended::NotAMember
        };
        outcomes.push(outcome);
    }
    insert(tx, rows).await?;
    move_heads(tx, &heads).await?;
    let mentioning = outcomes.iter().filter_map(|outcome| match outcome {
        Appended::Stored(message) if !message.mentions.is_empty() => Some(message),
        _ => None,
    });
    tx.insert_mentions(mentioning).await?;
    Ok(outcomes)
}

/// In pieces of powers of two, so that the database finds every statement prepared.
async fn insert(tx: &SqlTx, rows: Vec<Value>) -> Result<(), StoreError> {
    let mut left = rows.len() / messages::WIDTH;
    let mut rows = rows.into_iter();
    while left > 0 {
        let piece = (1 << left.ilog2()).min(MOST_ROWS);
        let sql = format!("{}{}", messages::INSERT_EVENTS, dialect::tuples(piece, messages::WIDTH, 1));
        tx.run(&sql, rows.by_ref().take(piece * messages::WIDTH)).await?;
        left -= piece;
    }
    Ok(())
}

/// Rows of one insert.
const MOST_ROWS: usize = 128;

/// One statement for all conversations; the last is repeated to fill the list up to a power of two.
async fn move_heads(tx: &SqlTx, heads: &BTreeMap<ConversationId, Head>) -> Result<(), StoreError> {
    let moved: Vec<_> = heads.iter().filter(|(_, head)| head.moved).collect();
    let Some(last) = moved.last() else { return Ok(()) };
    let length = moved.len().next_power_of_two();
    let values = moved
        .iter()
        .chain(std::iter::repeat_n(last, length - moved.len()))
        .flat_map(|(id, head)| -> [Value; 3] { [id.0.into(), convert::seq_value(head.seq), head.active_at.0.into()] });
    tx.run(&move_heads_sql(length), values).await.map(|_| ())
}

/// Where a locked conversation stands while a batch goes through it.
struct Head {
    seq: Seq,
    active_at: Timestamp,
    moved: bool,
}

impl Head {
    fn next(&mut self, draft: &AppendMessage, mentions: Vec<UserId>) -> Message {
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
            version: 0,
            edited_at: None,
            mentions,
            content: Content::Text { body: draft.body.clone() },
        }
    }
}

#[derive(FromQueryResult)]
struct Locked {
    id: uuid::Uuid,
    head_seq: i64,
    active_at: i64,
}

async fn lock(tx: &SqlTx, drafts: &[&AppendMessage]) -> Result<BTreeMap<ConversationId, Head>, StoreError> {
    let ids: BTreeSet<ConversationId> = drafts.iter().map(|message| message.conversation_id).collect();
    let sql = format!("{}{}", lock_sql(ids.len().next_power_of_two()), dialect::for_update(tx.backend()));
    let rows: Vec<Locked> = tx.all(&sql, padded(ids.iter().map(|id| [id.0.into()]))).await?;
    let head =
        |row: Locked| (ConversationId(row.id), Head { seq: convert::seq(row.head_seq), active_at: Timestamp(row.active_at), moved: false });
    Ok(rows.into_iter().map(head).collect())
}

async fn memberships(tx: &SqlTx, drafts: &[&AppendMessage]) -> Result<HashSet<(ConversationId, UserId)>, StoreError> {
    #[derive(FromQueryResult)]
    struct Row {
        conversation_id: uuid::Uuid,
        account_id: uuid::Uuid,
    }
    let pairs: HashSet<_> = drafts.iter().map(|message| (message.conversation_id, message.author_id)).collect();
    let sql = memberships_sql(pairs.len().next_power_of_two());
    let values = padded(pairs.iter().map(|(conversation, user)| [conversation.0.into(), user.0.into()]));
    let rows: Vec<Row> = tx.all(&sql, values).await?;
    Ok(rows.into_iter().map(|row| (ConversationId(row.conversation_id), UserId(row.account_id))).collect())
}

/// Messages that these nonces have named before.
async fn earlier(tx: &SqlTx, drafts: &[&AppendMessage]) -> Result<HashMap<(UserId, Nonce), Earlier>, StoreError> {
    let sql = earlier_sql(drafts.len().next_power_of_two());
    let values = padded(drafts.iter().map(|message| [message.nonce.0.into(), message.author_id.0.into()]));
    let rows: Vec<event::Model> = tx.all(&sql, values).await?;
    rows.into_iter()
        .map(|row| {
            let earlier = messages::earlier(row)?;
            Ok(((earlier.message.author_id, earlier.message.nonce.unwrap_or(Nonce(uuid::Uuid::nil()))), earlier))
        })
        .collect()
}

/// Tuples of a list, the last one repeated up to the next power of two: a list has few lengths then, and the database finds
/// every statement prepared.
fn padded<const N: usize>(tuples: impl Iterator<Item = [Value; N]>) -> Vec<Value> {
    let mut values: Vec<Value> = tuples.flatten().collect();
    let length = values.len() / N;
    let last = values[values.len().saturating_sub(N)..].to_vec();
    for _ in length..length.next_power_of_two() {
        values.extend(last.iter().cloned());
    }
    values
}

fn lock_sql(conversations: usize) -> String {
    format!("SELECT id, head_seq, active_at FROM conversation WHERE id IN ({}) ORDER BY id", dialect::list(conversations, 1))
}

fn memberships_sql(pairs: usize) -> String {
    format!(
        "SELECT conversation_id, account_id FROM member WHERE (conversation_id, account_id) IN (VALUES {})",
        dialect::tuples(pairs, 2, 1)
    )
}

fn earlier_sql(nonces: usize) -> String {
    format!("SELECT * FROM event WHERE nonce IS NOT NULL AND (nonce, author_id) IN (VALUES {})", dialect::tuples(nonces, 2, 1))
}

fn move_heads_sql(conversations: usize) -> String {
    format!(
        "UPDATE conversation SET head_seq = moved.column2, last_message_seq = moved.column2, active_at = moved.column3 \
         FROM (VALUES {}) AS moved WHERE conversation.id = moved.column1",
        dialect::tuples(conversations, 3, 1)
    )
}

#[cfg(test)]
pub fn hot_statements() -> Vec<String> {
    vec![memberships_sql(4), earlier_sql(4), lock_sql(2), move_heads_sql(2)]
}
