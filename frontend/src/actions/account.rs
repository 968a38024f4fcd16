//! Signing up, in and out; the own profile, password and sessions.

use client::model::Kept;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    SessionId,
    account::{ChangePassword, GivenPassword, Login, Register, Session, SignedIn, UpdateProfile},
};

use super::connection;
use crate::{
    api::{self, Answer, ApiFailure},
    browser,
    state::{AppState, Phase, SignedOutNotice, kept},
};

const FIRST_BOOT_PAUSE_MS: u32 = 1_000;
const LONGEST_BOOT_PAUSE_MS: u32 = 15_000;
/// What was kept of a conversation is shown if the server tells nothing newer within this time.
const NEWS_PATIENCE_MS: u32 = 700;
/// Stored from the wish to leave until the server knows of it.
const LEAVING: &str = "parlance.leaving";

/// Begins with what this device has kept of whoever was signed in last, at once and also without a network; else finds out
/// whether somebody is signed in. Then connects. Call once at the start, and again when a person taps "Try again"
/// while `app.boot_failed`; it also tries again by itself.
pub fn boot(app: AppState) {
    connection::listen_once(app);
    app.boot_failed.set(false);
    let round = app.core.try_update_value(|core| {
        core.boot_round += 1;
        core.boot_round
    });
    let is_current = move || app.look(|core| Some(core.boot_round) == round).unwrap_or_default();
    spawn_local(async move {
        let kept = kept::read().await;
        if !is_current() || app.phase.get_untracked() == Phase::SignedIn {
            return;
        }
        if let Some(kept) = kept.filter(|_| !is_leaving()) {
            refresh_server(app);
            return take_up(app, kept);
        }
        let mut pause_ms = FIRST_BOOT_PAUSE_MS;
        loop {
            refresh_server(app);
            let answer = if is_leaving() { finish_leaving().await } else { api::resume().await };
            if !is_current() || app.phase.get_untracked() == Phase::SignedIn {
                return;
            }
            match answer {
                Ok(signed_in) => return enter(app, signed_in),
                Err(failure) if failure.is_passing() || failure == ApiFailure::Unreadable => app.boot_failed.set(true),
                Err(_) => return app.phase.set(Phase::SignedOut { notice: None }),
            }
            TimeoutFuture::new(pause_ms).await;
            if !is_current() {
                return;
            }
            pause_ms = (pause_ms * 2).min(LONGEST_BOOT_PAUSE_MS);
        }
    });
}

/// Reads what anyone may know of the server into `app.server`.
pub fn refresh_server(app: AppState) {
    spawn_local(async move {
        if let Ok(info) = api::get_server().await {
            app.server.set(Some(info));
        }
    });
}

/// Makes an account and enters. On success `app.phase` is [`Phase::SignedIn`] already.
pub async fn sign_up(app: AppState, register: Register) -> Answer<()> {
    enter(app, api::register(&register).await?);
    connection::tell_tabs_signed_in();
    refresh_server(app);
    Ok(())
}

/// Enters by username or e-mail address. On success `app.phase` is [`Phase::SignedIn`] already.
pub async fn sign_in(app: AppState, login: String, password: String) -> Answer<()> {
    enter(app, api::log_in(&Login { login, password: GivenPassword(password) }).await?);
    connection::tell_tabs_signed_in();
    Ok(())
}

/// Leaves, here and in the other tabs. Drafts stay on this device; what was kept for reading does not.
pub fn sign_out(app: AppState) {
    // With the network gone the cookie stays for now; the page leaves all the same, and nobody comes back by that cookie.
    browser::store_text(LEAVING, "1");
    spawn_local(async move {
        let _ = finish_leaving().await;
    });
    connection::tell_tabs_signed_out();
    leave(app, None);
}

/// Ends every other session of the person too.
pub async fn change_password(_app: AppState, change: ChangePassword) -> Answer<()> {
    api::change_password(&change).await
}

/// The new name shows everywhere as soon as the server has it.
pub async fn update_profile(app: AppState, update: UpdateProfile) -> Answer<()> {
    let me = api::update_me(&update).await?;
    connection::adopt_me(app, me);
    Ok(())
}

pub async fn load_sessions(_app: AppState) -> Answer<Vec<Session>> {
    api::list_sessions().await
}

pub async fn end_session(_app: AppState, id: SessionId) -> Answer<()> {
    api::end_session(id).await
}

pub async fn end_other_sessions(_app: AppState) -> Answer<()> {
    api::end_other_sessions().await
}

fn enter(app: AppState, signed_in: SignedIn) {
    browser::forget(LEAVING);
    browser::keep_for(&signed_in.user.user.id.to_string());
    connection::adopt_me(app, signed_in.user);
    app.phase.set(Phase::SignedIn);
    connection::start(app);
}

/// Enters with what was kept, before anybody has been asked. If the session is over, the first answer tells.
fn take_up(app: AppState, kept: Kept) {
    api::token::expect(kept.me.user.id);
    let surplus = app.work(|core| core.model.take_up(kept)).unwrap_or_default();
    kept::is_as_kept(app, surplus);
    app.phase.set(Phase::SignedIn);
    connection::start(app);
    let make_do = move || app.work(|core| core.model.make_do());
    if browser::is_online() {
        spawn_local(async move {
            TimeoutFuture::new(NEWS_PATIENCE_MS).await;
            make_do();
        });
    } else {
        make_do();
    }
}

/// Somebody signed out here, and the server may not have heard of it yet.
fn is_leaving() -> bool {
    browser::stored_text(LEAVING).is_some()
}

async fn finish_leaving() -> Answer<SignedIn> {
    match api::log_out().await {
        Err(failure) if failure.is_passing() => Err(failure),
        _ => {
            browser::forget(LEAVING);
            Err(ApiFailure::SignedOut)
        }
    }
}

/// Forgets everything of the person but what the device keeps for them.
pub(super) fn leave(app: AppState, notice: Option<SignedOutNotice>) {
    api::token::forget();
    connection::stop(app);
    browser::forget_kept();
    app.phase.set(Phase::SignedOut { notice });
    refresh_server(app);
}
