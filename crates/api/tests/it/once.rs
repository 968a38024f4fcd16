//! Once, for ever: whatever is sent or asked for again finds what the first try made.

use futures::future::join_all;
use serde_json::json;
use shared_types::{ErrorCode, Nonce, conversation::Conversation, message::Message, route, ws::ClientFrame};
use testkit::{Answer, Person, World};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn p2_sixty_four_identical_sends_at_once_are_one_message() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let nonce = Nonce(Uuid::new_v4());
    let mut socket = ann.connects().await;
    for _ in 0..8 {
        socket.say(&ClientFrame::Send { conversation_id: room, nonce, body: "once".try_into().unwrap() }).await;
    }
    let answers = join_all((0..64).map(|_| ann.tries_to_say(room, nonce, "once"))).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let messages: Vec<Message> = answers.iter().map(Answer::ok).collect();
    assert!(created <= 1, "{created} answers said that they were the first");
    assert!(messages.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(bob.reads_all(room).await, ["once"]);
}

#[tokio::test]
async fn p2_a_retry_after_a_restart_finds_the_first_message() {
    let mut world = World::new().await;
    let (mut ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let nonce = Nonce(Uuid::new_v4());
    let first: Message = ann.tries_to_say(room, nonce, "once").await.ok();
    world.restart().await;
    ann.moved_to(&world.url);
    let again = ann.tries_to_say(room, nonce, "once").await;
    assert_eq!((again.status.as_u16(), again.ok::<Message>()), (200, first));
    ann.tries_to_say(room, nonce, "something else").await.refused(409, ErrorCode::NonceReused);
}

async fn creates(person: &Person, key: &str, body: &serde_json::Value) -> Answer {
    Answer::to(person.request(reqwest::Method::POST, route::CONVERSATIONS).header("Idempotency-Key", key).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_creating_request_under_a_key_makes_one_thing() {
    let mut world = World::new().await;
    let (mut ann, bob) = world.ann_and_bob().await;
    let body = json!({"kind": "room", "name": "tides", "visibility": "private", "user_ids": [bob.id]});
    let answers = join_all((0..8).map(|_| creates(&ann, "key-1", &body))).await;
    let rooms: Vec<_> = answers.iter().map(|answer| answer.ok::<Conversation>().id).collect();
    assert!(rooms.windows(2).all(|pair| pair[0] == pair[1]), "{rooms:?}");
    world.restart().await;
    ann.moved_to(&world.url);
    assert_eq!(creates(&ann, "key-1", &body).await.ok::<Conversation>().id, rooms[0]);
    creates(&ann, "key-1", &json!({"kind": "room", "name": "currents", "visibility": "private"})).await.refused(409, ErrorCode::KeyReused);
    let private = ann.conversations().await.into_iter().filter(|it| it.name.as_ref().is_some_and(|name| name.as_str() == "tides"));
    assert_eq!(private.count(), 1);
    creates(&ann, &"k".repeat(129), &body).await.refused(422, ErrorCode::InvalidFormat);
    let mut bob = bob;
    bob.moved_to(&world.url);
    assert_ne!(
        creates(&bob, "key-1", &json!({"kind": "room", "name": "x", "visibility": "private"})).await.ok::<Conversation>().id,
        rooms[0]
    );
}

#[tokio::test]
async fn p2_a_retry_by_somebody_who_has_left_since_finds_the_first_message() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let nonce = Nonce(Uuid::new_v4());
    let first: Message = bob.tries_to_say(room, nonce, "farewell").await.ok();
    bob.post(&route::path(route::LEAVE, &[&room]), &json!(null)).await.done();
    assert_eq!(bob.tries_to_say(room, nonce, "farewell").await.ok::<Message>(), first);
    bob.tries_to_say(room, Nonce(Uuid::new_v4()), "one more").await.refused(404, ErrorCode::NotFound);
}
