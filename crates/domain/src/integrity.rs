//! Counts that cannot lie are recounted all the same: for those who run the server, and after every crash test.

use shared_types::server::Integrity;

use crate::{Ctx, Error, Result, sessions::Identity};

/// Everything that is stored beside the log, counted anew from the log. Reads the whole database once.
pub async fn check(ctx: &Ctx, me: Identity) -> Result<Integrity> {
    let mut tx = ctx.store.read().await?;
    let runs_the_server = tx.me(me.user_id).await?.is_some_and(|me| me.user.role.runs_the_server());
    if !runs_the_server {
        return Err(Error::NotFound);
    }
    let (conversations, differences) = tx.recount().await?;
    Ok(Integrity { conversations, differences })
}
