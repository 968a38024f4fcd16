//! The access token: in memory only, renewed in time, by one tab at a time.
//!
//! The refresh cookie works once: two tabs that renew at the same moment would look like a thief. Hence a lock among the tabs; and
//! within this tab, whoever waits for the lock while another caller renews finds the new token there.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use client::session::{Session, Standing};
use futures::lock::Mutex;
use shared_types::{UserId, account::SignedIn, route};

use super::{
    Answer, ApiFailure,
    http::{Verb, ask, parse},
};
use crate::browser;

const LOCK: &str = "parlance.refresh";

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
    /// Whose session it is, or ought to be: known before there is a token if this device has kept it.
    static OWNER: Cell<Option<UserId>> = const { Cell::new(None) };
    /// Told when the session has ended without the person's wish.
    static ENDED: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
    static TURN: Arc<Mutex<()>> = Arc::default();
}

/// Whom to tell when the session ends.
pub(crate) fn on_end(told: impl Fn() + 'static) {
    ENDED.set(Some(Box::new(told)));
}

/// Somebody was signed in here when the page was last open: a token is fetched when one is needed.
pub(crate) fn expect(owner: UserId) {
    OWNER.set(Some(owner));
}

pub(crate) fn keep(signed_in: &SignedIn) {
    OWNER.set(Some(signed_in.user.user.id));
    SESSION.set(Some(Session::new(&signed_in.access_token, signed_in.expires_in, browser::now())));
}

/// Forgets the token, by the person's own wish.
pub(crate) fn forget() {
    SESSION.set(None);
    OWNER.set(None);
}

/// Forgets the token because the session is over, and tells.
pub(crate) fn end() {
    SESSION.set(None);
    if OWNER.take().is_some() {
        ENDED.with_borrow(|told| {
            if let Some(told) = told {
                told();
            }
        });
    }
}

/// A token that holds for a while.
pub(crate) async fn fresh() -> Answer<String> {
    match SESSION.with_borrow(|session| session.as_ref().map(|session| (session.standing(browser::now()), session.token().to_owned()))) {
        None => renewed("").await,
        Some((Standing::Fresh, token)) => Ok(token),
        Some((Standing::Due, token)) => match renewed(&token).await {
            // Not yet over: better try with the old one than fail.
            Err(failure) if failure.is_passing() => Ok(token),
            answer => answer,
        },
        Some((Standing::Over, token)) => renewed(&token).await,
    }
}

/// Another token than the present one.
pub(crate) async fn renew() -> Answer<String> {
    renewed(&present()).await
}

/// Another token than this one.
pub(super) async fn renewed(old: &str) -> Answer<String> {
    let _turn = TURN.with(Arc::clone).lock_owned().await;
    // Somebody in this tab renewed it while we waited.
    let current = present();
    let Some(owner) = OWNER.get() else { return Err(ApiFailure::SignedOut) };
    if current != old {
        return Ok(current);
    }
    match refresh().await {
        Ok(signed_in) if signed_in.user.user.id == owner => Ok(signed_in.access_token),
        // Another person has signed in with this browser: nothing on this page is theirs.
        Ok(_) => {
            end();
            Err(ApiFailure::SignedOut)
        }
        Err(failure) if failure.status() == Some(401) || matches!(failure, ApiFailure::SignedOut) => {
            end();
            Err(ApiFailure::SignedOut)
        }
        Err(failure) => Err(failure),
    }
}

/// The token of this tab, empty if there is none yet.
fn present() -> String {
    SESSION.with_borrow(|session| session.as_ref().map_or_else(String::new, |session| session.token().to_owned()))
}

/// Trades the refresh cookie for a new pair of tokens.
pub(super) async fn refresh() -> Answer<SignedIn> {
    let _lock = browser::acquire(LOCK).await;
    let answer = ask(Verb::Post, route::REFRESH, None, None).await?;
    // No cookie: nobody is signed in here, which is no fault.
    if answer.is_empty() {
        return Err(ApiFailure::SignedOut);
    }
    let signed_in: SignedIn = parse(&answer)?;
    keep(&signed_in);
    Ok(signed_in)
}
