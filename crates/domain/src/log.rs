//! From commit to bus, and the reads by which a node finds what the bus lost.

use shared_types::{
    ConversationId, Seq, UserId,
    message::Message,
    ws::{Event, Head},
};

use crate::{
    Ctx, Result,
    ports::{Signal, store::Logged},
};

/// A committed event on its way out, with the memberships that it began and ended.
pub(crate) struct Committed {
    pub message: Message,
    pub gained: Vec<UserId>,
    pub lost: Vec<UserId>,
}

impl From<Message> for Committed {
    fn from(message: Message) -> Self {
        Self { message, gained: Vec::new(), lost: Vec::new() }
    }
}

/// The last line of a use case that wrote to the log.
pub(crate) fn publish(ctx: &Ctx, committed: Committed) {
    let Committed { message, gained, lost } = committed;
    let (conversation_id, seq) = (message.conversation_id, message.seq);
    ctx.bus.publish(Signal::Event { conversation_id, seq, event: Event::Message { message }, gained, lost, hidden_from: Vec::new() });
}

/// An event about an earlier message. It changes no membership.
pub(crate) fn publish_amendment(ctx: &Ctx, conversation_id: ConversationId, event: Event, hidden_from: Vec<UserId>) {
    if let Some(seq) = event.seq() {
        ctx.bus.publish(Signal::Event { conversation_id, seq, event, gained: Vec::new(), lost: Vec::new(), hidden_from });
    }
}

pub(crate) fn publish_all(ctx: &Ctx, committed: impl IntoIterator<Item = Committed>) {
    for one in committed {
        publish(ctx, one);
    }
}

/// Where these conversations stand; for the relay of a node.
pub async fn heads(ctx: &Ctx, conversations: &[ConversationId]) -> Result<Vec<Head>> {
    Ok(ctx.store.read().await?.heads(conversations).await?)
}

/// The log from a place on; for the relay of a node, which knows who may see it.
pub async fn relay_after(ctx: &Ctx, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Logged>> {
    Ok(ctx.store.read().await?.relay_log(conversation, after, limit).await?)
}

/// The conversations of a person and where they stand; for the relay of a node.
pub async fn heads_of(ctx: &Ctx, user: UserId) -> Result<Vec<Head>> {
    Ok(ctx.store.read().await?.heads_of(user).await?)
}
