//! Signing in, staying signed in, and the end of both.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use shared_types::{
    SessionId, UserId,
    account::{Login, Session, SignedIn},
    limits,
    user::Me,
    ws::Ticket,
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{
    Ctx, Error, Result, names,
    ports::{
        AccessClaims, Signal, Tx, Verified,
        store::{NewSession, SessionRecord},
    },
};

/// Seconds an access token lives.
pub const ACCESS_S: u32 = 600;
/// Days a session lives without being used.
const SESSION_DAYS: i64 = 30;
/// A refresh token that has just been replaced still answers for so long: two tabs may wake at the same moment.
const ROTATION_GRACE_MS: i64 = 10_000;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub device: String,
    pub address: String,
}

/// Who makes a request. Only [`authenticate`] and its siblings make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user_id: UserId,
    pub session_id: SessionId,
}

/// A session and what its device is told.
pub struct Opened {
    pub signed_in: SignedIn,
    /// For the cookie; `None` where the device has the newest already.
    pub refresh_token: Option<String>,
    pub session_id: SessionId,
}

/// Seconds the refresh cookie lives.
pub const fn refresh_lifetime_s() -> i64 {
    SESSION_DAYS * 86_400
}

/// Unknown login and wrong password take the same time and give the same answer.
pub async fn log_in(ctx: &Ctx, login: Login, origin: Origin) -> Result<Opened> {
    let login_key = if login.login.contains('@') { names::email_key(&login.login) } else { names::key(login.login.trim()) };
    ctx.login_throttle.admit(&login_key, &origin.address, ctx.now()).map_err(|retry_after_s| Error::RateLimited { retry_after_s })?;
    let found = ctx.store.read().await?.credentials(&login_key).await?;
    let hash = found.as_ref().map(|credentials| credentials.password_hash.as_str());
    let verified = ctx.secrets.verify_password(&login.password.0, hash).await?;
    let Some(credentials) = found.filter(|_| verified != Verified::No) else { return Err(Error::InvalidCredentials) };
    ctx.login_throttle.forgive(&login_key, &origin.address);

    let fresh_hash = if verified == Verified::YesButOutdated {
        let turn = ctx.secrets.hashing_turn().await?;
        Some(ctx.secrets.hash_password(&turn, &login.password.0).await?)
    } else {
        None
    };
    let mut tx = ctx.store.write().await?;
    if let Some(hash) = fresh_hash {
        tx.set_password_hash(credentials.me.user.id, &hash).await?;
    }
    let opened = open(ctx, &mut *tx, credentials.me, origin).await?;
    let session = tx.session(opened.session_id).await?;
    tx.commit().await?;
    if let Some(record) = session {
        let user_id = record.user_id;
        ctx.bus.publish(Signal::SessionStarted { user_id, session: on_the_wire(record, None) });
    }
    Ok(opened)
}

/// Writes a new session row and makes its tokens; the caller commits.
pub(crate) async fn open(ctx: &Ctx, tx: &mut dyn Tx, me: Me, origin: Origin) -> Result<Opened> {
    let now = ctx.now();
    let id = ctx.new_session_id();
    let refresh_token = new_refresh_token(ctx, id);
    let session = NewSession {
        id,
        user_id: me.user.id,
        refresh_hash: digest(&refresh_token),
        created_at: now,
        expires_at: now.plus_ms(SESSION_DAYS * 86_400_000),
        device: origin.device,
        address: origin.address,
    };
    tx.insert_session(&session).await?;
    let signed_in = access(ctx, me, id)?;
    Ok(Opened { signed_in, refresh_token: Some(refresh_token), session_id: id })
}

/// Those of the sessions that have not ended; for a node that may have missed it.
pub async fn live(ctx: &Ctx, sessions: &[SessionId]) -> Result<Vec<SessionId>> {
    Ok(ctx.store.read().await?.live_sessions(sessions).await?)
}

/// Exchanges a refresh token for a new one and an access token. A token that was exchanged before, beyond a short grace,
/// has been stolen or copied: the whole session ends.
pub async fn refresh(ctx: &Ctx, token: &str, origin: Origin) -> Result<Opened> {
    let session_id = session_named_by(token).ok_or(Error::Unauthenticated)?;
    let given = digest(token);
    let now = ctx.now();
    let mut tx = ctx.store.write().await?;
    let record = tx.session(session_id).await?.filter(|record| record.expires_at > now).ok_or(Error::SessionEnded)?;
    let me = tx.me(record.user_id).await?.ok_or(Error::SessionEnded)?;
    let is = |hash: &[u8]| bool::from(hash.ct_eq(&given));

    if is(&record.refresh_hash) {
        let next = new_refresh_token(ctx, session_id);
        let expires_at = now.plus_ms(SESSION_DAYS * 86_400_000);
        if !tx.rotate_session(session_id, &given, &digest(&next), now, expires_at).await? {
            return Err(Error::Unavailable("the session was refreshed at the same moment".into()));
        }
        tx.touch_session(session_id, now, &origin.address).await?;
        tx.commit().await?;
        return Ok(Opened { signed_in: access(ctx, me, session_id)?, refresh_token: Some(next), session_id });
    }
    let was_current = record.previous_hash.as_deref().is_some_and(is);
    if was_current && now.since_ms(record.rotated_at) <= ROTATION_GRACE_MS {
        return Ok(Opened { signed_in: access(ctx, me, session_id)?, refresh_token: None, session_id });
    }
    if was_current || record.previous_hash.is_some() {
        tx.delete_session(session_id).await?;
        tx.commit().await?;
        ctx.bus.publish(Signal::SessionsEnded(vec![session_id]));
        return Err(Error::SessionEnded);
    }
    Err(Error::Unauthenticated)
}

/// The identity behind an access token, if its session is still open at this moment.
pub async fn authenticate(ctx: &Ctx, access_token: &str) -> Result<Identity> {
    let claims = ctx.secrets.read_access(access_token, ctx.now())?;
    let record = ctx.store.read().await?.session(claims.session_id).await?;
    identity(ctx, record.filter(|record| record.user_id == claims.user_id))
}

fn identity(ctx: &Ctx, record: Option<SessionRecord>) -> Result<Identity> {
    let record = record.filter(|record| record.expires_at > ctx.now()).ok_or(Error::SessionEnded)?;
    Ok(Identity { user_id: record.user_id, session_id: record.id })
}

/// A pass that opens one socket, once, within [`limits::TICKET_MS`].
pub async fn create_ticket(ctx: &Ctx, me: Identity) -> Result<Ticket> {
    let mut bytes = [0; 32];
    ctx.secrets.fill_random(&mut bytes);
    let ticket = URL_SAFE_NO_PAD.encode(bytes);
    let mut tx = ctx.store.write().await?;
    tx.insert_ticket(&digest(&ticket), me.session_id, ctx.now().plus_ms(limits::TICKET_MS)).await?;
    tx.commit().await?;
    Ok(Ticket { ticket, expires_in: u32::try_from(limits::TICKET_MS / 1000).unwrap_or(30) })
}

pub async fn redeem_ticket(ctx: &Ctx, ticket: &str) -> Result<Identity> {
    let mut tx = ctx.store.write().await?;
    let session = tx.take_ticket(&digest(ticket), ctx.now()).await?.ok_or(Error::Unauthenticated)?;
    let record = tx.session(session).await?;
    tx.commit().await?;
    identity(ctx, record)
}

/// The current session first, then by last activity.
pub async fn list(ctx: &Ctx, me: Identity) -> Result<Vec<Session>> {
    let mut records = ctx.store.read().await?.sessions_of(me.user_id).await?;
    records.sort_by_key(|record| (record.id != me.session_id, -record.last_active_at.0));
    Ok(records.into_iter().map(|record| on_the_wire(record, Some(me.session_id))).collect())
}

/// Ends one session of the person who asks.
pub async fn end(ctx: &Ctx, me: Identity, session_id: SessionId) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let record = tx.session(session_id).await?.filter(|record| record.user_id == me.user_id).ok_or(Error::NotFound)?;
    tx.delete_session(record.id).await?;
    tx.commit().await?;
    ctx.bus.publish(Signal::SessionsEnded(vec![session_id]));
    Ok(())
}

/// Ends the session that a refresh cookie names, whatever the state of the access token. Idempotent.
pub async fn end_by_refresh_token(ctx: &Ctx, token: &str) -> Result<()> {
    let Some(session_id) = session_named_by(token) else { return Ok(()) };
    let mut tx = ctx.store.write().await?;
    let named = tx.session(session_id).await?.filter(|record| {
        let given = digest(token);
        bool::from(record.refresh_hash.ct_eq(&given)) || record.previous_hash.as_ref().is_some_and(|hash| bool::from(hash.ct_eq(&given)))
    });
    if named.is_some() {
        tx.delete_session(session_id).await?;
        tx.commit().await?;
        ctx.bus.publish(Signal::SessionsEnded(vec![session_id]));
    }
    Ok(())
}

/// Ends all sessions of the person but the one that asks.
pub async fn end_others(ctx: &Ctx, me: Identity) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let ended = delete_others(&mut *tx, me).await?;
    tx.commit().await?;
    ctx.bus.publish(Signal::SessionsEnded(ended));
    Ok(())
}

pub(crate) async fn delete_others(tx: &mut dyn Tx, me: Identity) -> Result<Vec<SessionId>> {
    let mut ended = Vec::new();
    for record in tx.sessions_of(me.user_id).await? {
        if record.id != me.session_id && tx.delete_session(record.id).await? {
            ended.push(record.id);
        }
    }
    Ok(ended)
}

/// Removes what has run out; called now and then.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let mut tx = ctx.store.write().await?;
    let ended = tx.delete_expired_sessions(ctx.now()).await?;
    tx.commit().await?;
    if !ended.is_empty() {
        ctx.bus.publish(Signal::SessionsEnded(ended));
    }
    Ok(())
}

fn access(ctx: &Ctx, me: Me, session_id: SessionId) -> Result<SignedIn> {
    let now = ctx.now();
    let claims = AccessClaims { user_id: me.user.id, session_id };
    let access_token = ctx.secrets.sign_access(claims, now, now.plus_ms(i64::from(ACCESS_S) * 1000))?;
    Ok(SignedIn { user: me, access_token, expires_in: ACCESS_S })
}

fn on_the_wire(record: SessionRecord, current: Option<SessionId>) -> Session {
    Session {
        id: record.id,
        current: current == Some(record.id),
        device: record.device,
        address: record.address,
        created_at: record.created_at,
        last_active_at: record.last_active_at,
    }
}

/// Session id and 32 random bytes, so that the row is found by key and no hash has to be searched.
fn new_refresh_token(ctx: &Ctx, session_id: SessionId) -> String {
    let mut bytes = [0; 48];
    bytes[..16].copy_from_slice(session_id.0.as_bytes());
    ctx.secrets.fill_random(&mut bytes[16..]);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn session_named_by(token: &str) -> Option<SessionId> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 48)?;
    Uuid::from_slice(&bytes[..16]).ok().map(SessionId)
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
