//! The directory of public rooms, and joining by whatever a person has at hand.

use shared_types::{
    ConversationId, Invalid,
    conversation::{ConversationKind, Joined, RoomPage, Visibility},
    error::ErrorCode,
    page::{self, ListQuery},
};

use crate::{Ctx, Error, Result, log, members, names, ports::store::RoomCursor, sessions::Identity, snapshot};

/// People put into a default room per transaction, so that others get their turn in between.
const EVERYONE_PER_STEP: u32 = 100;

pub async fn discover(ctx: &Ctx, me: Identity, query: ListQuery) -> Result<RoomPage> {
    let after = query.cursor.as_deref().map(read_cursor).transpose()?;
    let limit = page::size(query.limit);
    let words = names::query_words(query.query.as_deref().unwrap_or_default());
    let rooms = ctx.store.read().await?.public_rooms(me.user_id, &words, after, limit).await?;
    let next = rooms.last().filter(|_| rooms.len() == limit as usize).map(|last| format!("{}.{}", last.active_at.0, last.id));
    Ok(RoomPage { rooms, next })
}

fn read_cursor(text: &str) -> Result<RoomCursor> {
    let parsed = text
        .split_once('.')
        .and_then(|(at, id)| Some(RoomCursor { active_at: shared_types::Timestamp(at.parse().ok()?), id: id.parse().ok()? }));
    parsed.ok_or_else(|| Error::invalid("cursor", Invalid::new(ErrorCode::InvalidFormat, "That is not a cursor of this list.")))
}

/// What somebody typed or pasted.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Id(ConversationId),
    /// A name or an alias.
    Name(String),
}

impl Target {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let path = text.split_once("://").map_or(text, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let path = path.split(['?', '#']).next().filter(|path| !path.is_empty()).unwrap_or(path).trim_matches('/');
        if let Some(id) = path.rsplit('/').next().and_then(|last| last.parse().ok()) {
            return Some(Self::Id(id));
        }
        let name = if text.contains("://") { path.strip_prefix("r/")? } else { path.strip_prefix("r/").unwrap_or(text) };
        Some(name.trim_start_matches('#').trim()).filter(|name| !name.is_empty()).map(|name| Self::Name(name.to_owned()))
    }
}

/// By name and alias only public rooms are found. By id a private room can be asked to open its door; whether there is
/// one, the answer does not tell.
pub async fn join(ctx: &Ctx, me: Identity, target: &str) -> Result<Joined> {
    let id = match Target::parse(target) {
        Some(Target::Id(id)) => id,
        Some(Target::Name(name)) => named(ctx, me, &name).await?,
        None => {
            return Err(Error::invalid("target", Invalid::new(ErrorCode::InvalidFormat, "Please give a room's name, #alias, link or id.")));
        }
    };
    match members::join(ctx, me, id).await {
        Ok(()) => Ok(Joined::Member { conversation: Box::new(snapshot::conversation(ctx, me, id).await?) }),
        Err(Error::NotFound) => {
            members::ask_to_join(ctx, me, id).await?;
            Ok(Joined::Requested {})
        }
        Err(error) => Err(error),
    }
}

async fn named(ctx: &Ctx, me: Identity, name: &str) -> Result<ConversationId> {
    let key = names::key(name);
    let mut tx = ctx.store.read().await?;
    let found = match tx.conversation_by_alias(&key).await? {
        Some(id) => Some(id),
        None => tx.public_room_by_name(&key).await?,
    };
    let id = found.ok_or(Error::NotFound)?;
    let record = tx.conversation(id).await?.ok_or(Error::NotFound)?;
    let is_public = record.kind == ConversationKind::Room && record.visibility == Visibility::Public;
    if is_public || tx.membership(me.user_id, id).await?.is_some() { Ok(id) } else { Err(Error::NotFound) }
}

/// Puts everyone who has an account into a room that became a default later. Only on request, and only by those who run
/// the server.
pub async fn admit_everyone(ctx: &Ctx, me: Identity, id: ConversationId) -> Result<()> {
    let asker = ctx.store.read().await?.me(me.user_id).await?.ok_or(Error::SessionEnded)?;
    if !asker.user.role.runs_the_server() {
        return Err(Error::Forbidden("Only those who run the server bring everyone in."));
    }
    let mut after = None;
    loop {
        let mut tx = ctx.store.write().await?;
        let (record, _) = members::locked(&mut *tx, me, id).await?;
        if !record.is_default {
            return Err(Error::Conflict("Make it a room that newcomers start in first."));
        }
        let people = tx.user_ids_after(after, EVERYONE_PER_STEP).await?;
        let Some(last) = people.last().copied() else { return Ok(()) };
        let committed = members::let_in(ctx, &mut *tx, &record, me.user_id, &people, true).await?;
        tx.commit().await?;
        log::publish_all(ctx, committed);
        after = Some(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_named_in_many_ways() {
        let id = "0193a000-0000-7000-8000-000000000001";
        for text in [id, &format!("https://chat.example.org/c/{id}"), &format!("http://127.0.0.1:8080/c/{id}?at=3#x"), &format!("/c/{id}/")]
        {
            assert_eq!(Target::parse(text), Some(Target::Id(id.parse().unwrap())), "{text}");
        }
        for text in ["#tide-charts", " tide-charts ", "r/tide-charts", "https://chat.example.org/r/tide-charts"] {
            assert_eq!(Target::parse(text), Some(Target::Name("tide-charts".into())), "{text}");
        }
        assert_eq!(Target::parse("Tide Charts"), Some(Target::Name("Tide Charts".into())));
        assert_eq!(Target::parse("  "), None);
        assert_eq!(Target::parse("https://example.org/other"), None);
    }
}
