//! Starting, changing and deleting conversations.

use sha2::{Digest, Sha256};
use shared_types::{
    ConversationId, Invalid, Seq, UserId,
    conversation::{Conversation, ConversationKind, CreateConversation, UpdateConversation, Visibility},
    error::ErrorCode,
    member::Role,
    message::{Change, SendMessage},
    text::{Alias, RoomName, Topic},
};

use crate::{
    Ctx, Error, Membership, Result,
    log::{self, Committed},
    members, messages, names,
    ports::{
        Signal, Tx,
        store::{Claim, EventContent, NewConversation, NewEvent, StoreError, Unique},
    },
    sessions::Identity,
    snapshot,
};

/// The conversation, as its creator sees it. Repeating a call with the same nonce, or under the same claim, gives the same
/// conversation.
pub async fn create(ctx: &Ctx, me: Identity, request: CreateConversation, claim: Option<Claim>) -> Result<Conversation> {
    let claim = claim.as_ref();
    let id = match request {
        CreateConversation::Direct { user_id, message } => direct(ctx, me, user_id, &message, claim).await?,
        CreateConversation::Group { user_ids, name, message } => group(ctx, me, &user_ids, name, &message, claim).await?,
        CreateConversation::Room { name, alias, topic, visibility, user_ids } => {
            let details = RoomDetails { name, alias, topic, visibility };
            match room(ctx, me, details.clone(), &user_ids, claim).await {
                // The same request, sent twice at once to two nodes: the other one has claimed the name.
                Err(Error::Conflict(_)) if claim.is_some() => room(ctx, me, details, &user_ids, claim).await?,
                outcome => outcome?,
            }
        }
    };
    snapshot::conversation(ctx, me, id).await
}

#[derive(Clone)]
struct RoomDetails {
    name: RoomName,
    alias: Option<Alias>,
    topic: Option<Topic>,
    visibility: Visibility,
}

/// What an earlier request under the same name made.
async fn made_before(tx: &mut dyn Tx, claim: Option<&Claim>) -> Result<Option<ConversationId>> {
    let Some(claim) = claim else { return Ok(None) };
    match tx.claimed(claim).await? {
        None => Ok(None),
        Some((fingerprint, id)) if fingerprint == claim.fingerprint => Ok(Some(id)),
        Some(_) => Err(Error::KeyReused),
    }
}

/// In the transaction that makes it, so that a request is remembered exactly if it was carried out.
async fn remember(ctx: &Ctx, tx: &mut dyn Tx, claim: Option<&Claim>, id: ConversationId) -> Result<()> {
    if let Some(claim) = claim {
        tx.claim(claim, id, ctx.now()).await?;
    }
    Ok(())
}

/// Both sides may start it at the same instant: the unique key of the pair lets one in, and the other finds it there.
async fn direct(ctx: &Ctx, me: Identity, other: UserId, message: &SendMessage, claim: Option<&Claim>) -> Result<ConversationId> {
    if other == me.user_id {
        return Err(Error::invalid("user_id", Invalid::new(ErrorCode::Conflict, "A direct message is with somebody else.")));
    }
    let key = pair_key(me.user_id, other);
    for _ in 0..3 {
        match direct_once(ctx, me, other, &key, message, claim).await {
            Err(Error::Conflict(_)) => {}
            outcome => return outcome,
        }
    }
    Err(Error::Unavailable("the pair's key is contended".into()))
}

async fn direct_once(
    ctx: &Ctx,
    me: Identity,
    other: UserId,
    key: &[u8],
    message: &SendMessage,
    claim: Option<&Claim>,
) -> Result<ConversationId> {
    let mut tx = ctx.store.write().await?;
    if let Some(id) = made_before(&mut *tx, claim).await? {
        return Ok(id);
    }
    let existing = tx.direct_conversation(key).await?;
    if let Some(earlier) = repeated(&mut *tx, me, message).await? {
        return if Some(earlier) == existing { Ok(earlier) } else { Err(Error::NonceReused) };
    }
    let (id, gained) = if let Some(id) = existing {
        tx.lock_conversation(id).await?;
        (id, Vec::new())
    } else {
        if tx.users(&[other]).await?.is_empty() {
            return Err(Error::invalid("user_id", Invalid::new(ErrorCode::NotFound, "This person does not exist.")));
        }
        let mut new = blank(ctx, ConversationKind::Direct, Visibility::Private);
        new.direct_key = Some(key.to_vec());
        insert(ctx, &mut *tx, &new, &[(me.user_id, Role::Member), (other, Role::Member)]).await?;
        (new.id, vec![me.user_id, other])
    };
    let first = say(ctx, &mut *tx, me, id, message).await?;
    remember(ctx, &mut *tx, claim, id).await?;
    tx.commit().await?;
    log::publish(ctx, Committed { gained, ..first });
    Ok(id)
}

async fn group(
    ctx: &Ctx,
    me: Identity,
    user_ids: &[UserId],
    name: Option<RoomName>,
    message: &SendMessage,
    claim: Option<&Claim>,
) -> Result<ConversationId> {
    let mut tx = ctx.store.write().await?;
    if let Some(id) = made_before(&mut *tx, claim).await? {
        return Ok(id);
    }
    if let Some(earlier) = repeated(&mut *tx, me, message).await? {
        return Ok(earlier);
    }
    let people = members::people_named(&mut *tx, me, user_ids, 2).await?;
    let mut new = blank(ctx, ConversationKind::Group, Visibility::Private);
    new.name = name;
    let rows: Vec<_> = std::iter::once((me.user_id, Role::Owner)).chain(people.iter().map(|id| (*id, Role::Member))).collect();
    insert(ctx, &mut *tx, &new, &rows).await?;
    let mut created = members::record(ctx, &mut *tx, new.id, me.user_id, Change::Created {}).await?;
    created.gained = rows.into_iter().map(|(id, _)| id).collect();
    let first = say(ctx, &mut *tx, me, new.id, message).await?;
    remember(ctx, &mut *tx, claim, new.id).await?;
    tx.commit().await?;
    log::publish_all(ctx, [created, first]);
    Ok(new.id)
}

async fn room(ctx: &Ctx, me: Identity, details: RoomDetails, user_ids: &[UserId], claim: Option<&Claim>) -> Result<ConversationId> {
    let RoomDetails { name, alias, topic, visibility } = details;
    let mut tx = ctx.store.write().await?;
    if let Some(id) = made_before(&mut *tx, claim).await? {
        return Ok(id);
    }
    let people = members::people_named(&mut *tx, me, user_ids, 0).await?;
    let mut new = blank(ctx, ConversationKind::Room, visibility);
    if let Some(topic) = topic {
        new.topic = topic;
    }
    if visibility == Visibility::Public {
        let alias = free_alias(&mut *tx, alias, &name, new.id).await?;
        new.name_key = Some(names::key(name.as_str()));
        new.terms = names::room_terms(&name, alias.as_ref().map(Alias::as_str), new.topic.as_str());
        new.alias = alias;
    }
    new.name = Some(name);
    insert(ctx, &mut *tx, &new, &[(me.user_id, Role::Owner)]).await?;
    if let Some(alias) = &new.alias {
        tx.insert_alias(&names::key(alias.as_str()), new.id).await?;
    }
    let mut created = members::record(ctx, &mut *tx, new.id, me.user_id, Change::Created {}).await?;
    created.gained.push(me.user_id);
    let record = tx.lock_conversation(new.id).await?.ok_or(Error::NotFound)?;
    let added = members::let_in(ctx, &mut *tx, &record, me.user_id, &people, true).await?;
    remember(ctx, &mut *tx, claim, new.id).await?;
    tx.commit().await?;
    log::publish_all(ctx, std::iter::once(created).chain(added));
    Ok(new.id)
}

/// The alias that was asked for, or one that the name suggests. A taken suggestion is no error: the room has no alias then.
async fn free_alias(tx: &mut dyn Tx, asked: Option<Alias>, name: &RoomName, room: ConversationId) -> Result<Option<Alias>> {
    let is_asked = asked.is_some();
    let Some(alias) = asked.or_else(|| Alias::suggested_by(name)) else { return Ok(None) };
    match tx.conversation_by_alias(&names::key(alias.as_str())).await? {
        Some(owner) if owner != room => {
            if is_asked {
                Err(Error::AliasTaken)
            } else {
                Ok(None)
            }
        }
        _ => Ok(Some(alias)),
    }
}

/// What of the conversation is different afterwards becomes one event each, so that history tells who changed what.
pub async fn update(ctx: &Ctx, me: Identity, id: ConversationId, update: UpdateConversation) -> Result<Conversation> {
    let mut tx = ctx.store.write().await?;
    let (mut record, member) = members::locked(&mut *tx, me, id).await?;
    let runs_the_server = tx.me(me.user_id).await?.is_some_and(|me| me.user.role.runs_the_server());
    let is_owner = member.role() == Role::Owner || runs_the_server;
    let mut changes = Vec::new();
    match record.kind {
        ConversationKind::Direct => return Err(Error::Conflict("A direct message has no name and no settings.")),
        ConversationKind::Room if !member.role().looks_after() && !runs_the_server => {
            return Err(Error::Forbidden("Only those who look after the room change it."));
        }
        _ => {}
    }
    let becomes_room = match update.kind {
        None => false,
        Some(kind) if kind == record.kind => false,
        Some(ConversationKind::Room) if record.kind == ConversationKind::Group => true,
        Some(_) => return Err(Error::Conflict("Only a group can change its kind, and only to a room.")),
    };
    let was = record.clone();
    if let Some(name) = update.name {
        record.name = Some(name);
    }
    if let Some(topic) = update.topic {
        record.topic = topic;
    }
    if let Some(visibility) = update.visibility {
        record.visibility = visibility;
    }
    if becomes_room {
        record.kind = ConversationKind::Room;
    }
    if record.kind == ConversationKind::Group && record.visibility == Visibility::Public {
        return Err(Error::Conflict("A group is private. Make it a room first."));
    }
    if (becomes_room || record.visibility != was.visibility) && !is_owner {
        return Err(Error::Forbidden("Only an owner decides that."));
    }
    if let Some(is_default) = update.is_default.filter(|wanted| *wanted != record.is_default) {
        if !runs_the_server {
            return Err(Error::Forbidden("Only those who run the server choose the rooms that newcomers start in."));
        }
        record.is_default = is_default;
    }
    if record.is_default && record.visibility == Visibility::Private {
        return Err(Error::Conflict("Newcomers start in public rooms only."));
    }
    let Some(name) = record.name.clone().or_else(|| (record.kind == ConversationKind::Group).then(|| RoomName::trusted(String::new())))
    else {
        return Err(Error::invalid("name", Invalid::new(ErrorCode::Required, "A room needs a name.")));
    };
    let is_public = record.visibility == Visibility::Public;
    record.alias = if is_public { free_alias(&mut *tx, update.alias.or_else(|| was.alias.clone()), &name, id).await? } else { None };

    if becomes_room {
        changes.push(Change::BecameRoom { name: name.clone(), visibility: record.visibility });
    } else {
        if record.name != was.name {
            changes.push(Change::Renamed { name: name.clone() });
        }
        if record.visibility != was.visibility {
            changes.push(Change::VisibilityChanged { visibility: record.visibility });
        }
    }
    if record.topic != was.topic {
        changes.push(Change::TopicChanged { topic: record.topic.clone() });
    }
    if record.alias != was.alias {
        changes.push(Change::AliasChanged { alias: record.alias.clone() });
    }
    let name_key = is_public.then(|| names::key(name.as_str()));
    let terms =
        if is_public { names::room_terms(&name, record.alias.as_ref().map(Alias::as_str), record.topic.as_str()) } else { Vec::new() };
    tx.update_conversation(&record, name_key.as_deref(), &terms).await?;
    if let Some(alias) = record.alias.as_ref().filter(|alias| was.alias.as_ref() != Some(alias)) {
        tx.insert_alias(&names::key(alias.as_str()), id).await?;
    }
    let mut committed = Vec::new();
    for change in changes {
        committed.push(members::record(ctx, &mut *tx, id, me.user_id, change).await?);
    }
    tx.commit().await?;
    log::publish_all(ctx, committed);
    snapshot::conversation(ctx, me, id).await
}

/// With everything in it. Owners only; whoever runs the server too, if they are a member.
pub async fn delete(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let (record, member) = members::locked(&mut *tx, me, id).await?;
    let runs_the_server = tx.me(me.user_id).await?.is_some_and(|me| me.user.role.runs_the_server());
    if record.kind == ConversationKind::Direct {
        return Err(Error::Conflict("A direct message belongs to both and cannot be deleted by one."));
    }
    if member.role() != Role::Owner && !runs_the_server {
        return Err(Error::Forbidden("Only an owner deletes the conversation."));
    }
    let members = tx.member_ids(&member).await?;
    tx.delete_conversation(id).await?;
    tx.commit().await?;
    ctx.bus.publish(Signal::ConversationDeleted { conversation_id: id, members });
    Ok(())
}

/// The conversation in which an author has said this very thing before under this nonce.
async fn repeated(tx: &mut dyn Tx, me: Identity, message: &SendMessage) -> Result<Option<ConversationId>> {
    match tx.message_by_nonce(me.user_id, message.nonce).await? {
        None => Ok(None),
        Some(earlier) if earlier.was_sent_as(earlier.message.conversation_id, &message.body) => Ok(Some(earlier.message.conversation_id)),
        Some(_) => Err(Error::NonceReused),
    }
}

async fn say(ctx: &Ctx, tx: &mut dyn Tx, me: Identity, conversation_id: ConversationId, message: &SendMessage) -> Result<Committed> {
    let content = EventContent::Text { nonce: message.nonce, names: messages::named(&message.body), body: message.body.clone() };
    let event = NewEvent { id: ctx.new_message_id(), conversation_id, author_id: me.user_id, at: ctx.now(), content };
    Ok(tx.append_event(&event).await?.into())
}

async fn insert(ctx: &Ctx, tx: &mut dyn Tx, new: &NewConversation, members: &[(UserId, Role)]) -> Result<()> {
    tx.insert_conversation(new).await?;
    for (user, role) in members {
        tx.insert_member(&Membership::from_row(new.id, *user, *role, Seq::START), ctx.now(), Seq::START).await?;
    }
    tx.recount_members(new.id).await?;
    Ok(())
}

fn blank(ctx: &Ctx, kind: ConversationKind, visibility: Visibility) -> NewConversation {
    NewConversation {
        id: ctx.new_conversation_id(),
        kind,
        visibility,
        name: None,
        name_key: None,
        alias: None,
        topic: Topic::trusted(String::new()),
        direct_key: None,
        is_default: false,
        created_at: ctx.now(),
        terms: Vec::new(),
    }
}

/// The same for both, whoever starts.
fn pair_key(a: UserId, b: UserId) -> Vec<u8> {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    Sha256::new().chain_update(low.0.as_bytes()).chain_update(high.0.as_bytes()).finalize().to_vec()
}

/// A server that has no conversation yet gets `#general`, where everyone starts.
pub async fn ensure_general(ctx: &Ctx) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    if tx.has_conversations().await? {
        return Ok(());
    }
    let mut new = blank(ctx, ConversationKind::Room, Visibility::Public);
    let name = RoomName::trusted("general".into());
    let alias = Alias::trusted("general".into());
    new.topic = Topic::trusted("The room where everyone starts".into());
    new.terms = names::room_terms(&name, Some(alias.as_str()), new.topic.as_str());
    new.name_key = Some(names::key(name.as_str()));
    new.name = Some(name);
    new.is_default = true;
    let alias_key = names::key(alias.as_str());
    new.alias = Some(alias);
    let made = async {
        tx.insert_conversation(&new).await?;
        tx.insert_alias(&alias_key, new.id).await?;
        tx.commit().await
    };
    match made.await {
        // Another node, starting at the same moment, was faster.
        Ok(()) | Err(StoreError::Taken(Unique::RoomName | Unique::Alias)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
