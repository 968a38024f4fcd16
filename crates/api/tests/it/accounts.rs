//! Signing up, and changing one's own account.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use reqwest::Client;
use serde_json::json;
use shared_types::{
    ErrorCode,
    account::SignedIn,
    route,
    server::ServerInfo,
    user::{Me, ServerRole, User},
    ws::ServerFrame,
};
use testkit::{Answer, PASSWORD, Person, World};

async fn register(world: &World, username: &str, email: &str, password: &str) -> Answer {
    let body = json!({"username": username, "email": email, "password": password});
    Answer::to(Client::new().post(format!("{}{}", world.url, route::REGISTER)).json(&body)).await
}

#[tokio::test]
async fn the_first_account_owns_the_server_and_starts_in_general() {
    let world = World::new().await;
    let info = || async { Answer::to(Client::new().get(format!("{}{}", world.url, route::SERVER))).await.ok::<ServerInfo>() };
    assert!(info().await.first_run);
    let (ann, bob) = world.ann_and_bob().await;
    assert!(!info().await.first_run);
    assert_eq!(ann.get(route::ME).await.ok::<Me>().user.role, ServerRole::Owner);
    assert_eq!(bob.get(route::ME).await.ok::<Me>().user.role, ServerRole::Member);
    let general = &bob.conversations().await[0];
    assert_eq!((general.name.as_ref().unwrap().as_str(), general.member_count), ("general", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_first_sign_ups_at_once_one_owns_the_server() {
    let world = World::new().await;
    let world = &world;
    let roles =
        stream::iter(0..12).map(|n| async move { world.person(&format!("person{n}x")).await.get(route::ME).await.ok::<Me>().user.role });
    let roles = roles.buffer_unordered(12).collect::<Vec<_>>().await;
    assert_eq!(roles.iter().filter(|role| **role == ServerRole::Owner).count(), 1);
}

#[tokio::test]
async fn names_that_look_alike_are_one_name() {
    let world = World::new().await;
    register(&world, "modern", "a@example.org", PASSWORD).await.ok::<SignedIn>();
    for alike in ["MODERN", "modem", "mоdern"] {
        register(&world, alike, "b@example.org", PASSWORD).await.refused(409, ErrorCode::UsernameTaken);
    }
    register(&world, "other", "A@Example.org", PASSWORD).await.refused(409, ErrorCode::EmailTaken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sign_ups_of_one_name_make_one_account() {
    let world = World::new().await;
    let http = Client::new();
    let outcomes = stream::iter(0..1000).map(|n| {
        let body = json!({"username": "ann", "email": format!("ann{n}@example.org"), "password": PASSWORD});
        Answer::to(http.post(format!("{}{}", world.url, route::REGISTER)).json(&body))
    });
    let mut counts = BTreeMap::new();
    for answer in outcomes.buffer_unordered(1000).collect::<Vec<_>>().await {
        let code = if answer.status == 201 { None } else { Some(answer.error().code.as_str()) };
        *counts.entry((answer.status.as_u16(), code)).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([((201, None), 1), ((409, Some("username_taken")), 999)]));
}

#[tokio::test]
async fn weak_passwords_are_refused_by_the_shared_rule() {
    let world = World::new().await;
    register(&world, "ann", "ann@example.org", "short").await.refused(422, ErrorCode::TooShort);
    register(&world, "ann", "ann@example.org", "P4ssw0rd!2024").await.refused(422, ErrorCode::PasswordCommon);
    register(&world, "annabelle99", "ann@example.org", "annabelle991").await.refused(422, ErrorCode::PasswordCommon);
}

#[tokio::test]
async fn a_changed_profile_reaches_every_open_client() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let mut socket = bob.connects().await;
    ann.patch(route::ME, &json!({"display_name": "Ann Lee", "bio": "Tides and gulls"})).await.ok::<Me>();
    let changed: User = socket.hears_that(|frame| if let ServerFrame::User { user } = frame { Some(user.clone()) } else { None }).await;
    assert_eq!((changed.display_name.as_str(), changed.bio.as_str()), ("Ann Lee", "Tides and gulls"));
}

#[tokio::test]
async fn who_takes_a_look_alike_name_is_marked() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    ann.patch(route::ME, &json!({"display_name": "Ann Lee"})).await.done();
    let imitation = bob.patch(route::ME, &json!({"display_name": "Аnn  lee"})).await.ok::<Me>();
    assert!(imitation.user.lookalike);
    let own = bob.patch(route::ME, &json!({"display_name": "Bob Lee"})).await.ok::<Me>();
    assert!(!own.user.lookalike && !ann.get(route::ME).await.ok::<Me>().user.lookalike);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let phone = ann.another_device().await;
    let mut socket = phone.connects().await;
    ann.post(route::MY_PASSWORD, &json!({"current": "wrong horse", "new": "tide charts at dawn"}))
        .await
        .refused(422, ErrorCode::InvalidCredentials);
    ann.post(route::MY_PASSWORD, &json!({"current": PASSWORD, "new": "tide charts at dawn"})).await.done();
    assert_eq!(socket.close_code().await, shared_types::ws::close::SESSION_ENDED);
    phone.get(route::ME).await.refused(401, ErrorCode::SessionEnded);
    ann.get(route::ME).await.done();
}

/// No answer of a whole visit holds a password or a hash of one.
#[tokio::test]
async fn no_answer_ever_holds_a_password() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    ann.says(room, "hello").await;
    let members = route::path(route::MEMBERS, &[&room]);
    for path in [route::ME, route::MY_SESSIONS, "/api/v1/users?query=a", &members, route::CONVERSATIONS, route::ROOMS, route::OPENAPI] {
        let text = ann.get(path).await.text;
        assert!(!text.contains("$argon2") && !text.contains(PASSWORD) && !text.contains("password_hash"), "{path}");
    }
    let again = Person::sign_up(&world.url, "eve").await;
    assert!(!again.token.contains(PASSWORD));
}
