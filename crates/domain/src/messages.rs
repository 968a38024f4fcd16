//! Saying something, saying it otherwise, taking it back, and reading what was said.

use std::future::Future;

use sha2::{Digest, Sha256};
use shared_types::{
    ConversationId, ErrorCode, Invalid, MessageId, Nonce, Seq,
    conversation::ConversationKind,
    limits, mention,
    message::{
        Content, EditMessage, MarkRead, Message, MessagePage, PlacePositions, PlacedPosition, PositionsMoved, ReadPosition, SendMessage,
    },
    page::{self, EventsQuery, HistoryQuery},
    text::MessageBody,
    ws::EventPage,
};

use crate::{
    Ctx, Error, Membership, Result, log, members, names, people,
    ports::{
        Signal, Tx,
        store::{Amendment, AppendMessage, Appended, Move, MovePosition, Name, ReadMove, Stretch, StretchOfMessages},
    },
    receipts,
    sessions::Identity,
};

/// A message and whether it was stored just now, or had been by an earlier try.
pub struct Sent {
    pub message: Message,
    pub is_new: bool,
}

/// Stores and delivers a message, once per nonce for ever. The call itself takes the message's place in the queue: two calls
/// one after the other are stored in that order, whichever is awaited first.
pub fn send(
    ctx: &Ctx,
    me: Identity,
    conversation_id: ConversationId,
    draft: SendMessage,
) -> impl Future<Output = Result<Sent>> + Send + use<> {
    let appended = ctx.store.append(AppendMessage {
        id: ctx.new_message_id(),
        conversation_id,
        author_id: me.user_id,
        nonce: draft.nonce,
        names: named(&draft.body),
        body: draft.body,
        at: ctx.now(),
    });
    let ctx = ctx.clone();
    async move {
        match appended.await? {
            Appended::Stored(message) => {
                log::publish(&ctx, message.clone().into());
                Ok(Sent { message, is_new: true })
            }
            Appended::Repeated(message) => Ok(Sent { message, is_new: false }),
            Appended::NonceReused => Err(Error::NonceReused),
            Appended::NotAMember => Err(Error::NotFound),
        }
    }
}

/// Whom a text names, with the keys by which people are found.
pub(crate) fn named(body: &MessageBody) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    for mention in mention::mentions(body.as_str()) {
        if !found.iter().any(|name| name.username == mention.username) {
            found.push(Name { key: names::key(&mention.username), username: mention.username });
        }
    }
    found
}

/// What is kept of a text that was erased, to tell a retry of its sending from another message under the same nonce. The
/// nonce salts it, so that equal texts leave unequal seals.
pub fn seal(nonce: Nonce, body: &MessageBody) -> Vec<u8> {
    Sha256::new().chain_update(nonce.0.as_bytes()).chain_update(body.as_str()).finalize().to_vec()
}

/// Gives an own message another text.
pub async fn edit(ctx: &Ctx, me: Identity, conversation_id: ConversationId, id: MessageId, edit: EditMessage) -> Result<Message> {
    let mut tx = ctx.store.write().await?;
    let (_, member) = members::locked(&mut *tx, me, conversation_id).await?;
    let message = tx.message(&member, id).await?.ok_or(Error::NotFound)?;
    if message.author_id != me.user_id {
        return Err(Error::Forbidden("Only its author edits a message."));
    }
    let Content::Text { body } = &message.content else {
        return Err(match message.content {
            Content::Deleted {} => Error::EditConflict,
            _ => Error::Conflict("There is no text to edit."),
        });
    };
    if *body == edit.body {
        return Ok(message);
    }
    if edit.version.is_some_and(|version| version != message.version) {
        return Err(Error::EditConflict);
    }
    let amendment = Amendment::Edit { names: named(&edit.body), body: edit.body };
    amended(ctx, tx, me, &message, &amendment).await
}

/// Erases a message: an own one, or any in a room that one looks after. Doing it twice is no error.
pub async fn delete(ctx: &Ctx, me: Identity, conversation_id: ConversationId, id: MessageId) -> Result<Message> {
    let mut tx = ctx.store.write().await?;
    let (record, member) = members::locked(&mut *tx, me, conversation_id).await?;
    let message = tx.message(&member, id).await?.ok_or(Error::NotFound)?;
    let looks_after = record.kind == ConversationKind::Room && member.role().looks_after();
    if message.author_id != me.user_id && !looks_after {
        return Err(Error::Forbidden("Only its author, or somebody who looks after the room, deletes a message."));
    }
    match message.content {
        Content::Deleted {} => Ok(message),
        Content::System { .. } => Err(Error::Conflict("What the conversation tells of itself stays.")),
        _ => amended(ctx, tx, me, &message, &Amendment::Delete).await,
    }
}

async fn amended(ctx: &Ctx, mut tx: Box<dyn Tx>, me: Identity, message: &Message, amendment: &Amendment) -> Result<Message> {
    let event = tx.amend(message, me.user_id, ctx.new_message_id(), ctx.now(), amendment).await?;
    let hidden_from = tx.hidden_from(message.conversation_id, message.seq).await?;
    tx.commit().await?;
    let now = event.message().cloned().ok_or_else(|| Error::internal("an amendment without a message"))?;
    log::publish_amendment(ctx, now.conversation_id, event, hidden_from);
    Ok(now)
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
    let found = tx.history(&member, stretch, limit).await?;
    let users = people::mentioned_in(&mut *tx, &found.messages).await?;
    let head_seq = head_of(&mut *tx, &member).await?;
    let floor = member.history_from().previous();
    let (after, through) = covered(&found, stretch, floor, head_seq);
    Ok(MessagePage { at_start: after <= floor, at_end: through >= head_seq, messages: found.messages, after, through, users, head_seq })
}

/// What a page covers: on a side where the search ended for want of messages, all that there is.
fn covered(found: &StretchOfMessages, stretch: Stretch, floor: Seq, head: Seq) -> (Seq, Seq) {
    let first = found.messages.first().map_or(floor, |first| first.seq.previous());
    let last = found.messages.last().map_or(head, |last| last.seq);
    let after = match stretch {
        Stretch::After(seq) => seq.max(floor),
        _ if found.reaches_start => floor,
        _ => first,
    };
    let through = match stretch {
        Stretch::Before(seq) => seq.previous(),
        _ if found.reaches_end => head,
        _ => last,
    };
    (after, through.max(after))
}

/// The log from a place on, for programs that keep up with everything.
pub async fn events(ctx: &Ctx, me: Identity, conversation_id: ConversationId, query: EventsQuery) -> Result<EventPage> {
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, conversation_id).await?.ok_or(Error::NotFound)?;
    let events = tx.log(&member, query.after, page::size(query.limit)).await?;
    let users = people::mentioned_in(&mut *tx, events.iter().filter_map(shared_types::ws::Event::message)).await?;
    let head_seq = head_of(&mut *tx, &member).await?;
    Ok(EventPage { events, users, head_seq })
}

async fn head_of(tx: &mut dyn Tx, member: &Membership) -> Result<Seq> {
    Ok(tx.heads(&[member.conversation_id()]).await?.first().map_or(Seq::START, |head| head.seq))
}

/// Moves the reader's position on all their devices.
pub async fn mark_read(ctx: &Ctx, me: Identity, conversation_id: ConversationId, mark: MarkRead) -> Result<ReadPosition> {
    let read = if mark.back { ReadMove::Place { seq: mark.seq } } else { ReadMove::Forward { seq: mark.seq, rev: mark.rev } };
    Ok(move_read(ctx, me, conversation_id, read).await?.0)
}

/// Where the reader stands now, and the place that they stood at before.
async fn move_read(ctx: &Ctx, me: Identity, conversation_id: ConversationId, read: ReadMove) -> Result<(ReadPosition, Seq)> {
    let step = Move { read: Some(read), delivered: None };
    let job = MovePosition { conversation_id, user_id: me.user_id, step };
    let moved = ctx.store.move_position(job).await?.ok_or(Error::NotFound)?;
    let position = ctx.store.read().await?.read_position(&moved.member).await?;
    receipts::tell(ctx, &moved);
    ctx.bus.publish(Signal::Read { user_id: me.user_id, position });
    Ok((position, moved.before.read_seq))
}

/// Everything is read. The answer tells how to undo it.
pub async fn read_all(ctx: &Ctx, me: Identity) -> Result<PositionsMoved> {
    let mut tx = ctx.store.write().await?;
    let before = tx.read_everything(me.user_id).await?;
    tx.commit().await?;
    let mut positions = Vec::with_capacity(before.len());
    let mut tx = ctx.store.read().await?;
    for place in &before {
        if let Some(member) = tx.membership(me.user_id, place.conversation_id).await? {
            positions.push(tx.read_position(&member).await?);
        }
    }
    for position in &positions {
        ctx.bus.publish(Signal::Read { user_id: me.user_id, position: *position });
    }
    Ok(PositionsMoved { positions, before })
}

/// Sets positions exactly, back or forth. What is no conversation of the reader's is passed over.
pub async fn place_positions(ctx: &Ctx, me: Identity, request: PlacePositions) -> Result<PositionsMoved> {
    if request.positions.len() > limits::POSITIONS_MAX {
        let message = format!("At most {} positions at once, please.", limits::POSITIONS_MAX);
        return Err(Error::invalid("positions", Invalid::new(ErrorCode::TooLong, message).with_limit(limits::POSITIONS_MAX)));
    }
    let mut moved = PositionsMoved { positions: Vec::new(), before: Vec::new() };
    for place in request.positions {
        match move_read(ctx, me, place.conversation_id, ReadMove::Place { seq: place.read_seq }).await {
            Ok((position, before)) => {
                moved.positions.push(position);
                moved.before.push(PlacedPosition { conversation_id: place.conversation_id, read_seq: before });
            }
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(moved)
}
