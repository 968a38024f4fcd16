//! Faults that are planted between the use cases and their ports, for a checker that has to find them.

mod tx;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use api::app::Wrap;
use async_trait::async_trait;
use domain::ports::{
    Bus, Signal, Store, StoreError, Subscription, Tx,
    store::{Answer, AppendMessage, Appended, MovePosition, Moved, WriterMeter},
};
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, UserId,
    message::{Content, Message},
};
use uuid::Uuid;

use self::tx::PlantedTx;

/// What is wrong with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The unique index over (author, nonce) is gone: every retry is stored once more.
    NonceIndexDropped,
    /// Committed events are not published.
    PublishSkipped,
    /// Now and then two messages take the same `seq`, and the later one overwrites the earlier.
    SeqWithoutLock,
    /// What a client that comes back is told begins one event too late.
    ResumeOffByOne,
    /// The log tells messages as they were sent, whatever became of them.
    ErasedTextReplayed,
    /// The stream is not told who stopped being a member.
    EventToNonMember,
}

/// A server with one of them, or with none.
pub struct Planted(pub Option<Bug>);

impl Wrap for Planted {
    fn store(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        match self.0 {
            Some(bug @ (Bug::NonceIndexDropped | Bug::SeqWithoutLock | Bug::ResumeOffByOne | Bug::ErasedTextReplayed)) => {
                Arc::new(PlantedStore { inner: store, bug, memory: Arc::default() })
            }
            _ => store,
        }
    }

    fn bus(&self, bus: Arc<dyn Bus>) -> Arc<dyn Bus> {
        match self.0 {
            Some(bug @ (Bug::PublishSkipped | Bug::EventToNonMember)) => Arc::new(PlantedBus { inner: bus, bug }),
            _ => bus,
        }
    }
}

struct PlantedBus {
    inner: Arc<dyn Bus>,
    bug: Bug,
}

impl Bus for PlantedBus {
    fn publish(&self, signal: Signal) {
        match (self.bug, signal) {
            (Bug::PublishSkipped, Signal::Event { .. }) => {}
            (Bug::EventToNonMember, Signal::Event { conversation_id, seq, event, gained, hidden_from, .. }) => {
                self.inner.publish(Signal::Event { conversation_id, seq, event, gained, lost: Vec::new(), hidden_from });
            }
            (_, signal) => self.inner.publish(signal),
        }
    }

    fn subscribe(&self) -> Box<dyn Subscription> {
        self.inner.subscribe()
    }
}

/// What the planted store remembers of what it let through.
#[derive(Default)]
struct Memory {
    nonces: HashSet<(UserId, Nonce)>,
    /// The last place that was given in each conversation, and how many.
    last: HashMap<ConversationId, (Seq, u64)>,
    as_sent: HashMap<MessageId, Content>,
}

struct PlantedStore {
    inner: Arc<dyn Store>,
    bug: Bug,
    memory: Arc<Mutex<Memory>>,
}

impl PlantedStore {
    fn twice(&self, mut message: AppendMessage) -> Answer<Appended> {
        let nonce = message.nonce;
        if !self.memory.lock().unwrap().nonces.insert((message.author_id, nonce)) {
            message.nonce = Nonce(Uuid::new_v4());
        }
        let answer = self.inner.append(message);
        Box::pin(async move {
            Ok(match answer.await? {
                Appended::Stored(message) => Appended::Stored(Message { nonce: Some(nonce), ..message }),
                other => other,
            })
        })
    }

    /// Every tenth message of a conversation is answered with the place of the one before, and is not there.
    fn overwritten(&self, message: AppendMessage) -> Answer<Appended> {
        const EVERY: u64 = 10;
        let memory = self.memory.clone();
        if let Some((seq, count)) = memory.lock().unwrap().last.get_mut(&message.conversation_id)
            && count.is_multiple_of(EVERY)
        {
            *count += 1;
            let stored = Message {
                id: message.id,
                conversation_id: message.conversation_id,
                seq: *seq,
                author_id: message.author_id,
                created_at: message.at,
                nonce: Some(message.nonce),
                version: 0,
                edited_at: None,
                mentions: Vec::new(),
                content: Content::Text { body: message.body },
            };
            return Box::pin(async move { Ok(Appended::Stored(stored)) });
        }
        let answer = self.inner.append(message);
        Box::pin(async move {
            let appended = answer.await?;
            if let Appended::Stored(message) = &appended {
                let mut memory = memory.lock().unwrap();
                let (last, count) = memory.last.entry(message.conversation_id).or_default();
                (*last, *count) = (message.seq, *count + 1);
            }
            Ok(appended)
        })
    }

    fn remembered(&self, message: AppendMessage) -> Answer<Appended> {
        let memory = self.memory.clone();
        let answer = self.inner.append(message);
        Box::pin(async move {
            let appended = answer.await?;
            if let Appended::Stored(message) = &appended {
                memory.lock().unwrap().as_sent.insert(message.id, message.content.clone());
            }
            Ok(appended)
        })
    }
}

#[async_trait]
impl Store for PlantedStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        let inner = self.inner.read().await?;
        Ok(Box::new(PlantedTx { inner, bug: self.bug, memory: self.memory.clone() }))
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.inner.write().await
    }

    fn append(&self, message: AppendMessage) -> Answer<Appended> {
        match self.bug {
            Bug::NonceIndexDropped => self.twice(message),
            Bug::SeqWithoutLock => self.overwritten(message),
            _ => self.remembered(message),
        }
    }

    fn move_position(&self, job: MovePosition) -> Answer<Option<Moved>> {
        self.inner.move_position(job)
    }

    fn writer_meter(&self) -> WriterMeter {
        self.inner.writer_meter()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
