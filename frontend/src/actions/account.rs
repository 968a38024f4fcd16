//! Signing up, in and out; the own profile, password and sessions.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    SessionId,
    account::{ChangePassword, GivenPassword, Login, Register, Session, SignedIn, UpdateProfile},
};

use super::connection;
use crate::{
    api::{self, Answer, ApiFailure},
    state::{AppState, Phase, SignedOutNotice},
};

const FIRST_BOOT_PAUSE_MS: u32 = 1_000;
const LONGEST_BOOT_PAUSE_MS: u32 = 15_000;

/// Finds out whether somebody is signed in, and connects. Call once at the start, and again when a person taps "Try again"
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
        let mut pause_ms = FIRST_BOOT_PAUSE_MS;
        loop {
            refresh_server(app);
            let answer = api::resume().await;
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

/// Leaves, here and in the other tabs. Drafts stay on this device.
pub fn sign_out(app: AppState) {
    spawn_local(async move {
        // With the network gone the cookie stays until it ends by itself; the page leaves all the same.
        let _ = api::log_out().await;
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
    connection::adopt_me(app, signed_in.user);
    app.phase.set(Phase::SignedIn);
    connection::start(app);
}

/// Forgets everything of the person but what the device keeps for them.
pub(super) fn leave(app: AppState, notice: Option<SignedOutNotice>) {
    api::token::forget();
    connection::stop(app);
    app.phase.set(Phase::SignedOut { notice });
    refresh_server(app);
}
