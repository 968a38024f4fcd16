//! Saying something, and reading what was said.

use shared_types::{
    ConversationId, Seq,
    message::{Message, MessagePage, ReadPosition, SendMessage},
    page::{self, EventsQuery, HistoryQuery},
    ws::{Event, EventPage},
};

use crate::{
    Ctx, Error, Membership, Result, log, people,
    ports::{
        Signal, Tx,
        store::{AppendMessage, Appended, Stretch},
    },
    sessions::Identity,
};

/// A message and whether it was stored just now, or had been by an earlier try.
pub struct Sent {
    pub message: Message,
    pub is_new: bool,
}

/// Stores and delivers a message, once per nonce for ever.
pub async fn send(ctx: &Ctx, me: Identity, conversation_id: ConversationId, draft: SendMessage) -> Result<Sent> {
    let message = AppendMessage {
        id: ctx.new_message_id(),
        conversation_id,
        author_id: me.user_id,
        nonce: draft.nonce,
        body: draft.body,
        at: ctx.now(),
    };
    match ctx.store.append(message).await? {
        Appended::Stored(message) => {
            log::publish(ctx, message.clone().into());
            Ok(Sent { message, is_new: true })
        }
        Appended::Repeated(message) => Ok(Sent { message, is_new: false }),
        Appended::NonceReused => Err(Error::NonceReused),
        Appended::NotAMember => Err(Error::NotFound),
    }
}

/// One page of what the reader may see.
pub async fn history(ctx: &Ctx, me: Identity, conversation_id: ConversationId, query: HistoryQuery) -> Result<MessagePage> {
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, conversation_id).await?.ok_or(Error::NotFound)?;
    let limit = page::size(query.limit);
    let stretch = match (query.before, query.after, query.around, query.at) {
        (None, None, None, None) => Stretch::Newest,
        (Some(seq), None, None, None) => Stretch::Before(seq),
        (None, Some(seq), None, None) => Stretch::After(seq),
        (None, None, Some(seq), None) => Stretch::Around(seq),
        (None, None, None, Some(at)) => match tx.seq_at(&member, at).await? {
            Some(seq) => Stretch::After(seq.previous()),
            None => Stretch::Newest,
        },
        _ => return Err(Error::Conflict("At most one of before, after, around and at, please.")),
    };
    let messages = tx.history(&member, stretch, limit).await?;
    let users = people::mentioned_in(&mut *tx, &messages).await?;
    let head_seq = head_of(&mut *tx, &member).await?;
    let first_readable = member.history_from().max(Seq::START.next());
    // An empty page after the head (or before the start) has nothing to look at; what was asked tells which end it is.
    let at_start = match (messages.first(), stretch) {
        (Some(first), _) => first.seq <= first_readable,
        (None, Stretch::After(after)) => after < first_readable,
        (None, _) => true,
    };
    let at_end = match (messages.last(), stretch) {
        (Some(last), _) => last.seq >= head_seq,
        (None, Stretch::Before(before)) => before > head_seq,
        (None, _) => true,
    };
    Ok(MessagePage { at_start, at_end, messages, users, head_seq })
}

/// The log from a place on, for programs that keep up with everything.
pub async fn events(ctx: &Ctx, me: Identity, conversation_id: ConversationId, query: EventsQuery) -> Result<EventPage> {
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, conversation_id).await?.ok_or(Error::NotFound)?;
    let messages = tx.history(&member, Stretch::After(query.after), page::size(query.limit)).await?;
    let users = people::mentioned_in(&mut *tx, &messages).await?;
    let head_seq = head_of(&mut *tx, &member).await?;
    Ok(EventPage { events: messages.into_iter().map(|message| Event::Message { message }).collect(), users, head_seq })
}

async fn head_of(tx: &mut dyn Tx, member: &Membership) -> Result<Seq> {
    Ok(tx.heads(&[member.conversation_id()]).await?.first().map_or(Seq::START, |head| head.seq))
}

/// Moves the reader's position forward on all their devices. A position past the head means the head.
pub async fn mark_read(ctx: &Ctx, me: Identity, conversation_id: ConversationId, seq: Seq) -> Result<ReadPosition> {
    let mut tx = ctx.store.write().await?;
    let member = tx.membership(me.user_id, conversation_id).await?.ok_or(Error::NotFound)?;
    let head = head_of(&mut *tx, &member).await?;
    tx.advance_read(&member, seq.min(head)).await?;
    let position = tx.read_position(&member).await?;
    tx.commit().await?;
    ctx.bus.publish(Signal::Read { user_id: me.user_id, position });
    Ok(position)
}
