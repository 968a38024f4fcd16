//! Where everything stands for one person: the list over REST, and the frame that starts a socket.

use shared_types::{
    ConversationId,
    conversation::{Conversation, ConversationList},
    ws::Ready,
};

use crate::{Ctx, Error, Result, people, ports::Tx, sessions::Identity};

pub async fn conversations(ctx: &Ctx, me: Identity) -> Result<ConversationList> {
    let mut tx = ctx.store.read().await?;
    list(&mut *tx, me).await
}

async fn list(tx: &mut dyn Tx, me: Identity) -> Result<ConversationList> {
    let conversations = tx.conversations_of(me.user_id).await?;
    let users = people::mentioned_in(tx, conversations.iter().filter_map(|conversation| conversation.last_message.as_ref())).await?;
    Ok(ConversationList { conversations, users })
}

/// One conversation of the person who asks.
pub async fn conversation(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<Conversation> {
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, id).await?.ok_or(Error::NotFound)?;
    Ok(tx.conversation_for(&member).await?)
}

/// Read in one snapshot of the database, after the socket has begun to collect events: the two meet without a gap.
pub async fn ready(ctx: &Ctx, me: Identity, build: &str) -> Result<Ready> {
    let mut tx = ctx.store.read().await?;
    tx.session(me.session_id).await?.ok_or(Error::SessionEnded)?;
    let person = tx.me(me.user_id).await?.ok_or(Error::SessionEnded)?;
    let list = list(&mut *tx, me).await?;
    Ok(Ready { me: person, session_id: me.session_id, list, now: ctx.now(), build: build.to_owned() })
}
