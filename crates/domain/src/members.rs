//! Coming, going, and who looks after a place.

use std::collections::BTreeSet;

use shared_types::{
    ConversationId, Invalid, UserId,
    conversation::{ConversationKind, Visibility},
    error::ErrorCode,
    limits,
    member::{AddMembers, JoinRequest, Member, MemberPage, Role},
    message::Change,
    page,
};

use crate::{
    Ctx, Error, Membership, Result,
    log::{self, Committed},
    ports::{
        Signal, Tx,
        store::{ConversationRecord, EventContent, MemberCursor, NewEvent},
    },
    sessions::Identity,
};

/// Locks a conversation of the person who asks. The lock comes first: whoever loses their row loses it before or after,
/// never in between.
pub(crate) async fn locked(tx: &mut dyn Tx, me: Identity, id: ConversationId) -> Result<(ConversationRecord, Membership)> {
    let record = tx.lock_conversation(id).await?.ok_or(Error::NotFound)?;
    let member = tx.membership(me.user_id, id).await?.ok_or(Error::NotFound)?;
    Ok((record, member))
}

/// Appends a system event to a conversation that the transaction has locked.
pub(crate) async fn record(
    ctx: &Ctx,
    tx: &mut dyn Tx,
    conversation_id: ConversationId,
    author_id: UserId,
    change: Change,
) -> Result<Committed> {
    let event = NewEvent { id: ctx.new_message_id(), conversation_id, author_id, at: ctx.now(), content: EventContent::System(change) };
    Ok(tx.append_event(&event).await?.into())
}

/// Lets a person into a room by themselves: the event, or `None` if they are in already. An empty room gets its owner.
pub(crate) async fn enter(ctx: &Ctx, tx: &mut dyn Tx, room: ConversationId, user: UserId) -> Result<Option<Committed>> {
    let Some(record) = tx.lock_conversation(room).await? else { return Ok(None) };
    let role = if record.member_count == 0 { Role::Owner } else { Role::Member };
    let member = Membership::from_row(room, user, role, shared_types::Seq::START);
    if !tx.insert_member(&member, ctx.now(), record.head_seq).await? {
        return Ok(None);
    }
    tx.recount_members(room).await?;
    let mut committed = self::record(ctx, tx, room, user, Change::Joined {}).await?;
    committed.gained.push(user);
    Ok(Some(committed))
}

pub async fn list(ctx: &Ctx, me: Identity, id: ConversationId, cursor: Option<String>, limit: Option<u32>) -> Result<MemberPage> {
    let after = cursor.as_deref().map(read_cursor).transpose()?;
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, id).await?.ok_or(Error::NotFound)?;
    let limit = page::size(limit);
    let members = tx.members(&member, after, limit).await?;
    let next = members.last().filter(|_| members.len() == limit as usize).map(write_cursor);
    Ok(MemberPage { members, next })
}

fn write_cursor(last: &Member) -> String {
    let rank = match last.role {
        Role::Owner => 0,
        Role::Moderator => 1,
        Role::Member | Role::Unknown => 2,
    };
    format!("{rank}.{}", last.user.id)
}

fn read_cursor(text: &str) -> Result<MemberCursor> {
    let parsed = text.split_once('.').and_then(|(rank, id)| {
        let role = match rank {
            "0" => Role::Owner,
            "1" => Role::Moderator,
            "2" => Role::Member,
            _ => return None,
        };
        Some(MemberCursor { role, user_id: id.parse().ok()? })
    });
    parsed.ok_or_else(|| Error::invalid("cursor", Invalid::new(ErrorCode::InvalidFormat, "That is not a cursor of this list.")))
}

/// Checks a list of people from a request: without the asker and repetitions, within bounds, everyone exists.
pub(crate) async fn people_named(tx: &mut dyn Tx, me: Identity, ids: &[UserId], least: usize) -> Result<Vec<UserId>> {
    let wanted: BTreeSet<UserId> = ids.iter().copied().filter(|id| *id != me.user_id).collect();
    let refuse = |code, message: &str, limit| Err(Error::invalid("user_ids", Invalid::new(code, message).with_limit(limit)));
    if wanted.len() < least {
        return refuse(ErrorCode::TooShort, "Please name more people.", least);
    }
    if wanted.len() > limits::MEMBERS_PER_CALL {
        return refuse(ErrorCode::TooLong, "That is more people than one call takes.", limits::MEMBERS_PER_CALL);
    }
    let wanted: Vec<UserId> = wanted.into_iter().collect();
    if tx.users(&wanted).await?.len() != wanted.len() {
        return Err(Error::invalid("user_ids", Invalid::new(ErrorCode::NotFound, "One of these people does not exist.")));
    }
    Ok(wanted)
}

/// Writes rows for people who are let in, and the event that says so. `None` if all were members before.
pub(crate) async fn let_in(
    ctx: &Ctx,
    tx: &mut dyn Tx,
    record: &ConversationRecord,
    by: UserId,
    people: &[UserId],
    with_history: bool,
) -> Result<Option<Committed>> {
    let history_from = if with_history { shared_types::Seq::START } else { record.head_seq.next() };
    let mut gained = Vec::new();
    for user in people {
        let member = Membership::from_row(record.id, *user, Role::Member, history_from);
        if tx.insert_member(&member, ctx.now(), record.head_seq).await? {
            tx.delete_join_request(&member, *user).await?;
            gained.push(*user);
        }
    }
    if gained.is_empty() {
        return Ok(None);
    }
    tx.recount_members(record.id).await?;
    let committed = self::record(ctx, tx, record.id, by, Change::Added { user_ids: gained.clone() }).await?;
    Ok(Some(Committed { gained, ..committed }))
}

/// Any member of a group or room brings others in.
pub async fn add(ctx: &Ctx, me: Identity, id: ConversationId, request: AddMembers) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let (record, _) = locked(&mut *tx, me, id).await?;
    if record.kind == ConversationKind::Direct {
        return Err(Error::Conflict("A direct message is between two people. Start a group instead."));
    }
    let people = people_named(&mut *tx, me, &request.user_ids, 1).await?;
    let committed = let_in(ctx, &mut *tx, &record, me.user_id, &people, request.with_history).await?;
    tx.commit().await?;
    log::publish_all(ctx, committed);
    Ok(())
}

/// Those who look after the place remove members; only owners remove owners. Leaving is something else.
pub async fn remove(ctx: &Ctx, me: Identity, id: ConversationId, user: UserId) -> Result<()> {
    if user == me.user_id {
        return leave(ctx, me, id).await;
    }
    let mut tx = ctx.store.write().await?;
    let (record, asker) = locked(&mut *tx, me, id).await?;
    if record.kind == ConversationKind::Direct {
        return Err(Error::Conflict("Nobody can be removed from a direct message."));
    }
    let target = tx.membership(user, id).await?.ok_or(Error::NotFound)?;
    if !asker.role().looks_after() || (target.role() == Role::Owner && asker.role() != Role::Owner) {
        return Err(Error::Forbidden("You may not remove this person."));
    }
    tx.delete_member(&target).await?;
    tx.recount_members(id).await?;
    let committed = self::record(ctx, &mut *tx, id, me.user_id, Change::Removed { user_id: user }).await?;
    tx.commit().await?;
    log::publish(ctx, Committed { lost: vec![user], ..committed });
    Ok(())
}

pub async fn set_role(ctx: &Ctx, me: Identity, id: ConversationId, user: UserId, role: Role) -> Result<()> {
    if role == Role::Unknown {
        return Err(Error::invalid("role", Invalid::new(ErrorCode::UnknownValue, "A role is owner, moderator or member.")));
    }
    let mut tx = ctx.store.write().await?;
    let (record, asker) = locked(&mut *tx, me, id).await?;
    if record.kind == ConversationKind::Direct {
        return Err(Error::Conflict("A direct message has no roles."));
    }
    let target = tx.membership(user, id).await?.ok_or(Error::NotFound)?;
    if asker.role() != Role::Owner {
        return Err(Error::Forbidden("Only an owner gives roles."));
    }
    if target.role() == role {
        return Ok(());
    }
    if target.role() == Role::Owner && tx.owner_count(&target).await? == 1 {
        return Err(Error::LastOwner);
    }
    tx.set_role(&target, role).await?;
    let committed = self::record(ctx, &mut *tx, id, me.user_id, Change::RoleChanged { user_id: user, role }).await?;
    tx.commit().await?;
    log::publish(ctx, committed);
    Ok(())
}

/// Idempotent: whoever is not a member has left. The read position stays, for a return.
pub async fn leave(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let (record, member) = match locked(&mut *tx, me, id).await {
        Err(Error::NotFound) => return Ok(()),
        found => found?,
    };
    if record.kind == ConversationKind::Direct {
        return Err(Error::Conflict("A direct message cannot be left."));
    }
    if member.role() == Role::Owner && record.member_count > 1 && tx.owner_count(&member).await? == 1 {
        return Err(Error::LastOwner);
    }
    tx.delete_member(&member).await?;
    tx.recount_members(id).await?;
    let committed = self::record(ctx, &mut *tx, id, me.user_id, Change::Left {}).await?;
    tx.commit().await?;
    log::publish(ctx, Committed { lost: vec![me.user_id], ..committed });
    Ok(())
}

/// Joins a public room. Idempotent. What is not public does not exist for those outside.
pub async fn join(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let record = tx.lock_conversation(id).await?.ok_or(Error::NotFound)?;
    if tx.membership(me.user_id, id).await?.is_some() {
        return Ok(());
    }
    if record.kind != ConversationKind::Room || record.visibility != Visibility::Public {
        return Err(Error::NotFound);
    }
    let committed = enter(ctx, &mut *tx, id, me.user_id).await?;
    tx.commit().await?;
    log::publish_all(ctx, committed);
    Ok(())
}

/// Asks to be let into a private room. The answer is the same whether there is such a room or not.
pub async fn ask_to_join(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let record = tx.conversation(id).await?;
    let is_member = tx.membership(me.user_id, id).await?.is_some();
    if is_member || !record.is_some_and(|record| record.kind == ConversationKind::Room && record.visibility == Visibility::Private) {
        return Ok(());
    }
    let is_new = tx.insert_join_request(id, me.user_id, ctx.now()).await?;
    let caretakers = tx.caretakers(id).await?;
    let user = tx.users(&[me.user_id]).await?.pop();
    tx.commit().await?;
    if let Some(user) = user.filter(|_| is_new) {
        ctx.bus.publish(Signal::JoinRequested { conversation_id: id, caretakers, user });
    }
    Ok(())
}

pub async fn join_requests(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<Vec<JoinRequest>> {
    let mut tx = ctx.store.read().await?;
    let member = tx.membership(me.user_id, id).await?.ok_or(Error::NotFound)?;
    if !member.role().looks_after() {
        return Err(Error::Forbidden("Only those who look after the room see who asks."));
    }
    Ok(tx.join_requests(&member).await?)
}

/// Lets somebody in who has asked, or turns them down.
pub async fn answer_join_request(ctx: &Ctx, me: Identity, id: ConversationId, user: UserId, approve: bool) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let (record, member) = locked(&mut *tx, me, id).await?;
    if !member.role().looks_after() {
        return Err(Error::Forbidden("Only those who look after the room let people in."));
    }
    if !tx.delete_join_request(&member, user).await? {
        return Err(Error::NotFound);
    }
    let committed = if approve { let_in(ctx, &mut *tx, &record, me.user_id, &[user], true).await? } else { None };
    tx.commit().await?;
    log::publish_all(ctx, committed);
    Ok(())
}
