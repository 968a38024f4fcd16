//! Direct messages, groups and rooms as such.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;
use shared_types::{
    ErrorCode, Nonce,
    conversation::{Conversation, ConversationKind, Visibility},
    message::{Change, Content},
    route,
};
use testkit::{Person, World, body_of};
use uuid::Uuid;

async fn writes_to(from: &Person, to: &Person, body: &str) -> testkit::Answer {
    let message = json!({"nonce": Uuid::new_v4(), "body": body});
    from.post(route::CONVERSATIONS, &json!({"kind": "direct", "user_id": to.id, "message": message})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_has_one_conversation_however_often_both_start_it_at_once() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let (ann, bob) = (&ann, &bob);
    let calls = (0..100).map(|n| async move {
        let (from, to) = if n % 2 == 0 { (ann, bob) } else { (bob, ann) };
        writes_to(from, to, &n.to_string()).await.ok::<Conversation>().id
    });
    let ids: BTreeSet<_> = join_all(calls).await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    let id = ids.into_iter().next().unwrap();
    let said: BTreeSet<String> = ann.reads_all(id).await.into_iter().collect();
    assert_eq!(said.len(), 100, "every first message is in it");
    assert_eq!(bob.sees(id).await.kind, ConversationKind::Direct);
}

#[tokio::test]
async fn the_first_message_makes_the_conversation_and_the_receiver_hears_of_it() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let mut socket = bob.connects().await;
    let conversation = writes_to(&ann, &bob, "hi bob").await.ok::<Conversation>();
    let message = socket.hears_message(conversation.id).await;
    assert_eq!((message.seq.0, body_of(&message).as_deref()), (1, Some("hi bob")));
    assert_eq!(bob.sees(conversation.id).await.unread, 1);
    writes_to(&ann, &ann, "note").await.refused(422, ErrorCode::Conflict);
    let nobody = Person { id: shared_types::UserId(Uuid::new_v4()), ..bob.clone() };
    writes_to(&ann, &nobody, "hello?").await.refused(422, ErrorCode::NotFound);
}

#[tokio::test]
async fn starting_again_with_the_same_nonce_is_the_same_conversation() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let eve = world.person("eve").await;
    let nonce = Nonce(Uuid::new_v4());
    let group = json!({"kind": "group", "user_ids": [bob.id, eve.id], "message": {"nonce": nonce, "body": "hi both"}});
    let first = ann.post(route::CONVERSATIONS, &group).await.ok::<Conversation>();
    let again = ann.post(route::CONVERSATIONS, &group).await.ok::<Conversation>();
    assert_eq!((first.id, first.member_count), (again.id, 3));
    let direct = json!({"kind": "direct", "user_id": bob.id, "message": {"nonce": nonce, "body": "hi both"}});
    ann.post(route::CONVERSATIONS, &direct).await.refused(409, ErrorCode::NonceReused);
}

#[tokio::test]
async fn a_group_becomes_a_room_and_keeps_its_id_and_history() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let eve = world.person("eve").await;
    let group = json!({"kind": "group", "user_ids": [bob.id, eve.id], "message": {"nonce": Uuid::new_v4(), "body": "hi both"}});
    let group = ann.post(route::CONVERSATIONS, &group).await.ok::<Conversation>();
    let path = route::path(route::CONVERSATION, &[&group.id]);
    ann.patch(&path, &json!({"visibility": "public"})).await.refused(409, ErrorCode::Conflict);
    ann.patch(&path, &json!({"kind": "room"})).await.refused(422, ErrorCode::Required);
    bob.patch(&path, &json!({"kind": "room", "name": "Tides"})).await.refused(403, ErrorCode::Forbidden);
    let room = ann.patch(&path, &json!({"kind": "room", "name": "Tides", "visibility": "public"})).await.ok::<Conversation>();
    assert_eq!((room.id, room.kind, room.alias.unwrap().as_str()), (group.id, ConversationKind::Room, "tides"));
    let messages = bob.page(group.id, "").await.messages;
    assert!(messages.iter().any(|message| matches!(&message.content, Content::System { change: Change::BecameRoom { .. } })));
    assert_eq!(bob.reads_all(group.id).await, ["hi both"]);
    ann.patch(&path, &json!({"kind": "group"})).await.refused(409, ErrorCode::Conflict);
}

#[tokio::test]
async fn every_change_of_a_room_is_an_event_that_names_who_and_what() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room("Tides", Visibility::Public).await;
    bob.joins(room).await;
    let path = route::path(route::CONVERSATION, &[&room]);
    bob.patch(&path, &json!({"topic": "gulls"})).await.refused(403, ErrorCode::Forbidden);
    ann.patch(&path, &json!({"name": "Harbour", "topic": "Boats", "alias": "port"})).await.done();
    let changes: Vec<Change> = bob
        .page(room, "")
        .await
        .messages
        .into_iter()
        .filter_map(|message| match message.content {
            Content::System { change } => Some(change),
            _ => None,
        })
        .collect();
    let kinds: Vec<String> =
        changes.iter().map(|change| serde_json::to_value(change).unwrap()["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["created", "joined", "renamed", "topic_changed", "alias_changed"]);
}

#[tokio::test]
async fn names_and_aliases_of_public_rooms_are_unique_and_private_ones_betray_nothing() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    ann.opens_room("Tide Charts", Visibility::Public).await;
    let room =
        |name: &str, alias: Option<&str>, visibility: &str| json!({"kind": "room", "name": name, "alias": alias, "visibility": visibility});
    bob.post(route::CONVERSATIONS, &room("tide  charts", None, "public")).await.refused(409, ErrorCode::NameTaken);
    bob.post(route::CONVERSATIONS, &room("Other", Some("#tide-charts"), "public")).await.refused(409, ErrorCode::AliasTaken);
    bob.post(route::CONVERSATIONS, &room("Tide Charts", None, "private")).await.ok::<Conversation>();
    ann.opens_room("Secret", Visibility::Private).await;
    bob.post(route::CONVERSATIONS, &room("Secret", None, "public")).await.ok::<Conversation>();
}

#[tokio::test]
async fn a_deleted_room_is_gone_for_everyone_at_once() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut socket = bob.connects().await;
    let path = route::path(route::CONVERSATION, &[&room]);
    bob.delete(&path).await.refused(403, ErrorCode::Forbidden);
    ann.delete(&path).await.done();
    let gone = socket
        .hears_that(|frame| if let shared_types::ws::ServerFrame::Gone { conversation_id } = frame { Some(*conversation_id) } else { None })
        .await;
    assert_eq!(gone, room);
    bob.get(&path).await.refused(404, ErrorCode::NotFound);
    ann.tries_to_say(room, Nonce(Uuid::new_v4()), "anyone?").await.refused(404, ErrorCode::NotFound);
}
