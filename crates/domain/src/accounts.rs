//! Making an account and changing one's own.

use shared_types::{
    Invalid,
    account::{ChangePassword, Register, UpdateProfile},
    error::ErrorCode,
    server::ServerInfo,
    text::{Bio, DisplayName},
    user::{Me, ServerRole, User},
};

use crate::{
    Ctx, Error, Result, log, members, names,
    ports::{Signal, Verified, store::NewAccount},
    sessions::{self, Identity, Opened, Origin},
};

/// The first account becomes the server's owner; every account starts in the default rooms.
pub async fn register(ctx: &Ctx, request: Register, origin: Origin) -> Result<Opened> {
    let display_name = match request.display_name {
        Some(name) => name,
        None => DisplayName::try_from(request.username.as_str()).map_err(|invalid| Error::invalid("display_name", invalid))?,
    };
    if request.password.as_str().to_lowercase().contains(request.username.as_str())
        && request.password.as_str().len() < request.username.as_str().len() + 6
    {
        return Err(Error::invalid(
            "password",
            Invalid::new(ErrorCode::PasswordCommon, "A password that is little more than the username is soon guessed."),
        ));
    }
    let username_key = names::key(request.username.as_str());
    let email_key = names::email_key(request.email.as_str());
    refuse_if_taken(ctx, &username_key, &email_key).await?;
    let turn = ctx.secrets.hashing_turn().await?;
    // While this one waited for its turn, another may have got the name.
    refuse_if_taken(ctx, &username_key, &email_key).await?;
    let password_hash = ctx.secrets.hash_password(&turn, request.password.as_str()).await?;

    let mut tx = ctx.store.write().await?;
    // Sign-ups wait for each other at the rooms that they all enter: only one of them finds the server without an owner.
    let rooms = tx.default_rooms().await?;
    for room in &rooms {
        tx.lock_conversation(*room).await?;
    }
    let now = ctx.now();
    let id = ctx.new_user_id();
    let display_key = names::key(display_name.as_str());
    let role = if tx.has_accounts().await? { ServerRole::Member } else { ServerRole::Owner };
    let lookalike = tx.name_in_use(&display_key, id).await?;
    let terms = names::user_terms(&request.username, &display_name);
    let user = User { id, username: request.username, display_name, bio: Bio::trusted(String::new()), lookalike, role, created_at: now };
    let me = Me { user: user.clone(), email: request.email.clone(), shares_receipts: true };
    tx.insert_account(&NewAccount { user, email: request.email, username_key, email_key, display_key, password_hash, terms }).await?;
    let mut joined = Vec::new();
    for room in rooms {
        joined.extend(members::enter(ctx, &mut *tx, room, id).await?);
    }
    let opened = sessions::open(ctx, &mut *tx, me, origin).await?;
    tx.commit().await?;
    log::publish_all(ctx, joined);
    Ok(opened)
}

async fn refuse_if_taken(ctx: &Ctx, username_key: &str, email_key: &str) -> Result<()> {
    let mut tx = ctx.store.read().await?;
    if tx.credentials(username_key).await?.is_some() {
        return Err(Error::UsernameTaken);
    }
    if tx.credentials(email_key).await?.is_some() {
        return Err(Error::EmailTaken);
    }
    Ok(())
}

pub async fn me(ctx: &Ctx, me: Identity) -> Result<Me> {
    ctx.store.read().await?.me(me.user_id).await?.ok_or(Error::SessionEnded)
}

/// The change shows on every open client at once.
pub async fn update_profile(ctx: &Ctx, me: Identity, update: UpdateProfile) -> Result<Me> {
    let mut tx = ctx.store.write().await?;
    let mut changed = tx.me(me.user_id).await?.ok_or(Error::SessionEnded)?;
    if let Some(bio) = update.bio {
        changed.user.bio = bio;
    }
    if let Some(name) = update.display_name {
        changed.user.display_name = name;
    }
    let switched = update.shares_receipts.filter(|wanted| *wanted != changed.shares_receipts);
    if let Some(shares) = switched {
        changed.shares_receipts = shares;
    }
    let display_key = names::key(changed.user.display_name.as_str());
    changed.user.lookalike = tx.name_in_use(&display_key, me.user_id).await?;
    let terms = names::user_terms(&changed.user.username, &changed.user.display_name);
    tx.update_profile(&changed, &display_key, &terms, ctx.now()).await?;
    tx.commit().await?;
    if let Some(on) = switched {
        ctx.bus.publish(Signal::ReceiptsSwitched { user_id: me.user_id, on });
    }
    ctx.bus.publish(Signal::UserChanged(changed.user.clone()));
    Ok(changed)
}

/// Ends every other session of the person.
pub async fn change_password(ctx: &Ctx, me: Identity, change: ChangePassword) -> Result<()> {
    let credentials = ctx.store.read().await?.credentials_of(me.user_id).await?.ok_or(Error::SessionEnded)?;
    let account = credentials.me.user.id.to_string();
    ctx.login_throttle.admit(&account, "password change", ctx.now()).map_err(|retry_after_s| Error::RateLimited { retry_after_s })?;
    if ctx.secrets.verify_password(&change.current.0, Some(&credentials.password_hash)).await? == Verified::No {
        return Err(Error::invalid("current", Invalid::new(ErrorCode::InvalidCredentials, "That is not your present password.")));
    }
    ctx.login_throttle.forgive(&account, "password change");
    let turn = ctx.secrets.hashing_turn().await?;
    let hash = ctx.secrets.hash_password(&turn, change.new.as_str()).await?;
    let mut tx = ctx.store.write().await?;
    tx.set_password_hash(me.user_id, &hash).await?;
    let ended = sessions::delete_others(&mut *tx, me).await?;
    tx.commit().await?;
    ctx.bus.publish(Signal::SessionsEnded(ended));
    Ok(())
}

/// What anyone may know before signing in.
pub async fn server_info(ctx: &Ctx, version: &str) -> Result<ServerInfo> {
    let first_run = !ctx.store.read().await?.has_accounts().await?;
    Ok(ServerInfo { version: version.to_owned(), first_run, limits: shared_types::limits::Limits::default() })
}
