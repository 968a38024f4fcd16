//! A second device of a person, whose session is ended while its socket is open.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use shared_types::route;
use tokio::time::{Instant, timeout_at};

use super::{
    call::{Answer, Caller},
    cast::Cast,
};
use crate::{
    check::{EndedSession, Micros},
    person::Person,
    socket::{Lost, Socket},
};

/// How long the socket of an ended session is watched.
const WATCH: Duration = Duration::from_secs(12);

/// Signs in once more, opens a socket, ends the session from the first device. None if anything went wrong on the way, as
/// it does when the server dies: then nothing can be said.
pub async fn open_and_end(cast: &Cast, mut person: Person, caller: Caller) -> Option<EndedSession> {
    person.renew().await.ok()?;
    let device = caller.with_token(person.token());
    let (mut socket, ready) = Socket::open(caller.server(), person.token()).await.ok()?;
    let path = route::path(route::MY_SESSION, &[&ready.session_id]);
    let Answer::Ok(_) = caller.write::<Value>(Method::DELETE, &path, &()).await else { return None };
    let ended = cast.now();
    let let_in: Answer<Value> = device.get(route::ME, &()).await;
    let was_let_in = match let_in {
        Answer::Ok(_) => true,
        Answer::Expired => false,
        _ => return None,
    };
    let until = Instant::now() + WATCH;
    let mut heard = 0;
    let closed = loop {
        match timeout_at(until, socket.hear()).await {
            Ok(Ok(_)) => heard = cast.now(),
            Ok(Err(Lost::Unauthenticated | Lost::Cut(_))) => break cast.now(),
            Ok(Err(Lost::Broken(_))) => return None,
            Err(_) => break Micros::MAX,
        }
    };
    Some(EndedSession { who: cast.who(person.id()), ended, closed, heard, was_let_in })
}
