//! Staying signed in, and the end of it.

use reqwest::{Client, header};
use serde_json::json;
use shared_types::{
    ErrorCode,
    account::{Session, SessionList, SignedIn},
    route,
    ws::{ServerFrame, close},
};
use testkit::{Answer, PASSWORD, World};

async fn log_in(world: &World, login: &str, password: &str) -> Answer {
    Answer::to(Client::new().post(format!("{}{}", world.url, route::LOGIN)).json(&json!({"login": login, "password": password}))).await
}

fn cookie_of(answer: &Answer) -> String {
    answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned()
}

async fn refresh(world: &World, cookie: &str) -> Answer {
    let pair = cookie.split(';').next().unwrap().to_owned();
    Answer::to(Client::new().post(format!("{}{}", world.url, route::REFRESH)).header(header::COOKIE, pair)).await
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_are_told_alike() {
    let world = World::new().await;
    world.person("ann").await;
    let without_id = |answer: Answer| {
        let mut body = answer.error();
        body.request_id.clear();
        (answer.status, body)
    };
    assert_eq!(without_id(log_in(&world, "ann", "wrong horse").await), without_id(log_in(&world, "nobody", "wrong horse").await));
    for login in ["ann", "ANN", "ann@example.org", "Ann@Example.org"] {
        log_in(&world, login, PASSWORD).await.ok::<SignedIn>();
    }
}

#[tokio::test]
async fn the_eleventh_failure_waits() {
    let world = World::new().await;
    world.person("ann").await;
    for _ in 0..10 {
        log_in(&world, "ann", "wrong horse").await.refused(401, ErrorCode::InvalidCredentials);
    }
    let waits = log_in(&world, "ann", PASSWORD).await;
    waits.refused(429, ErrorCode::RateLimited);
    assert!(waits.headers.contains_key(header::RETRY_AFTER));
    world.clock.advance_ms(181_000);
    log_in(&world, "ann", PASSWORD).await.done();
}

#[tokio::test]
async fn the_refresh_cookie_is_out_of_reach_of_scripts() {
    let world = World::new().await;
    world.person("ann").await;
    let cookie = cookie_of(&log_in(&world, "ann", PASSWORD).await);
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let first = cookie_of(&log_in(&world, "ann", PASSWORD).await);
    let second = cookie_of(&refresh(&world, &first).await);
    assert_ne!(first.split(';').next(), second.split(';').next());
    // Two tabs that wake at one moment are no theft.
    assert!(refresh(&world, &first).await.status.is_success());
    world.clock.advance_ms(60_000);
    refresh(&world, &first).await.refused(401, ErrorCode::SessionEnded);
    refresh(&world, &second).await.refused(401, ErrorCode::SessionEnded);
    // Another session of the same person is another family.
    ann.get(route::ME).await.done();
}

#[tokio::test]
async fn a_session_lasts_for_its_days_and_no_longer() {
    let world = World::new().await;
    world.person("ann").await;
    let mut cookie = cookie_of(&log_in(&world, "ann", PASSWORD).await);
    for _ in 0..3 {
        world.clock.advance_ms(29 * 86_400_000);
        cookie = cookie_of(&refresh(&world, &cookie).await);
    }
    world.clock.advance_ms(30 * 86_400_000);
    refresh(&world, &cookie).await.refused(401, ErrorCode::SessionEnded);
}

#[tokio::test]
async fn an_access_token_expires_and_the_browser_stays_signed_in_over_a_restart() {
    let mut world = World::new().await;
    let mut ann = world.person("ann").await;
    world.clock.advance_ms(15 * 60 * 1000);
    ann.get(route::ME).await.refused(401, ErrorCode::TokenExpired);
    let before = world.url.clone();
    world.restart().await;
    assert_ne!(before, world.url);
    ann.moved_to(&world.url);
    let signed_in = Answer::to(ann.http.post(format!("{}{}", ann.url, route::REFRESH))).await.ok::<SignedIn>();
    ann.token = signed_in.access_token;
    ann.get(route::ME).await.done();
}

#[tokio::test]
async fn signing_out_closes_the_socket_and_the_door() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut socket = ann.connects().await;
    Answer::to(ann.http.post(format!("{}{}", ann.url, route::LOGOUT))).await.done();
    assert_eq!(socket.close_code().await, close::SESSION_ENDED);
    ann.get(route::ME).await.refused(401, ErrorCode::SessionEnded);
    Answer::to(ann.http.post(format!("{}{}", ann.url, route::LOGOUT))).await.done();
}

#[tokio::test]
async fn devices_are_listed_announced_and_sent_away() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let mut laptop = ann.connects().await;
    let phone = ann.another_device().await;
    let announced: Session =
        laptop.hears_that(|frame| if let ServerFrame::NewSession { session } = frame { Some(session.clone()) } else { None }).await;
    let list = ann.get(route::MY_SESSIONS).await.ok::<SessionList>().sessions;
    assert_eq!(list.iter().map(|session| session.current).collect::<Vec<_>>(), [true, false]);
    assert_eq!(list[1].id, announced.id);

    let mut pocket = phone.connects().await;
    bob.delete(&route::path(route::MY_SESSION, &[&announced.id])).await.refused(404, ErrorCode::NotFound);
    ann.delete(&route::path(route::MY_SESSION, &[&announced.id])).await.done();
    assert_eq!(pocket.close_code().await, close::SESSION_ENDED);
    phone.get(route::ME).await.refused(401, ErrorCode::SessionEnded);

    let tablet = ann.another_device().await;
    ann.delete(route::MY_SESSIONS).await.done();
    tablet.get(route::ME).await.refused(401, ErrorCode::SessionEnded);
    assert!(laptop.drain().await.iter().all(|frame| matches!(frame, ServerFrame::NewSession { .. })), "the one that asked stays");
}
