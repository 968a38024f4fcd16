//! Finding people, and looking them up by id.

use std::collections::BTreeSet;

use shared_types::{UserId, message::Message, page, user::User};

use crate::{Ctx, Error, Result, names, ports::Tx};

/// Ids that one look-up answers at most.
const LOOK_UP_MAX: usize = 100;

pub async fn find(ctx: &Ctx, query: &str, limit: Option<u32>) -> Result<Vec<User>> {
    let words = names::query_words(query);
    Ok(ctx.store.read().await?.find_users(&words, page::size(limit)).await?)
}

/// Unknown ids are left out.
pub async fn look_up(ctx: &Ctx, mut ids: Vec<UserId>) -> Result<Vec<User>> {
    ids.truncate(LOOK_UP_MAX);
    Ok(ctx.store.read().await?.users(&ids).await?)
}

pub async fn get(ctx: &Ctx, id: UserId) -> Result<User> {
    ctx.store.read().await?.users(&[id]).await?.pop().ok_or(Error::NotFound)
}

/// Everybody that some messages mention, with their current names.
pub(crate) async fn mentioned_in(tx: &mut dyn Tx, messages: impl IntoIterator<Item = &Message>) -> Result<Vec<User>> {
    let mut ids = BTreeSet::new();
    for message in messages {
        ids.insert(message.author_id);
        if let shared_types::message::Content::System { change } = &message.content {
            ids.extend(change.people());
        }
    }
    Ok(tx.users(&ids.into_iter().collect::<Vec<_>>()).await?)
}
