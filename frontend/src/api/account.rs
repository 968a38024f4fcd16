//! Signing up, signing in, sessions, the own profile, and what anyone may know of the server.

use shared_types::{
    SessionId,
    account::{ChangePassword, Login, Register, Session, SessionList, SignedIn, UpdateProfile},
    route,
    server::ServerInfo,
    user::Me,
};

use super::{
    Answer,
    http::{Verb, ask, call, json, order, parse},
    token,
};

pub async fn get_server() -> Answer<ServerInfo> {
    parse(&ask(Verb::Get, route::SERVER, None, None).await?)
}

/// The client's own page, as the server has it now.
pub async fn get_page() -> Answer<String> {
    ask(Verb::Get, "/", None, None).await
}

pub async fn register(register: &Register) -> Answer<SignedIn> {
    let signed_in: SignedIn = parse(&ask(Verb::Post, route::REGISTER, json(register), None).await?)?;
    token::keep(&signed_in);
    Ok(signed_in)
}

pub async fn log_in(login: &Login) -> Answer<SignedIn> {
    let signed_in: SignedIn = parse(&ask(Verb::Post, route::LOGIN, json(login), None).await?)?;
    token::keep(&signed_in);
    Ok(signed_in)
}

/// Signs in by the refresh cookie, if there is one that holds.
pub async fn resume() -> Answer<SignedIn> {
    token::refresh().await
}

pub async fn log_out() -> Answer<()> {
    ask(Verb::Post, route::LOGOUT, None, None).await.map(|_| ())
}

pub async fn get_me() -> Answer<Me> {
    call(Verb::Get, route::ME, None).await
}

pub async fn update_me(update: &UpdateProfile) -> Answer<Me> {
    call(Verb::Patch, route::ME, json(update)).await
}

pub async fn change_password(change: &ChangePassword) -> Answer<()> {
    order(Verb::Post, route::MY_PASSWORD, json(change)).await
}

pub async fn list_sessions() -> Answer<Vec<Session>> {
    call(Verb::Get, route::MY_SESSIONS, None).await.map(|list: SessionList| list.sessions)
}

pub async fn end_session(id: SessionId) -> Answer<()> {
    order(Verb::Delete, &route::path(route::MY_SESSION, &[&id]), None).await
}

pub async fn end_other_sessions() -> Answer<()> {
    order(Verb::Delete, route::MY_SESSIONS, None).await
}
