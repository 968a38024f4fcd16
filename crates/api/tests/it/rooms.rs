//! The directory, and joining by what is at hand.

use serde_json::{Value, json};
use shared_types::{
    ErrorCode,
    conversation::{Conversation, Joined, RoomPage, Visibility},
    route,
    search::UserList,
};
use testkit::World;

#[tokio::test]
async fn a_room_is_joined_by_name_alias_link_or_id() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room("Tide Charts", Visibility::Public).await;
    let targets = [
        "tide charts".to_owned(),
        "#tide-charts".into(),
        format!("{}/c/{room}", world.url),
        format!("{}/r/tide-charts", world.url),
        room.to_string(),
    ];
    for target in targets {
        let Joined::Member { conversation } = bob.post(route::JOIN, &json!({"target": target})).await.ok() else { panic!("{target}") };
        assert_eq!(conversation.id, room);
        bob.post(&route::path(route::LEAVE, &[&room]), &Value::Null).await.done();
    }
    bob.post(route::JOIN, &json!({"target": "#nowhere"})).await.refused(404, ErrorCode::NotFound);
    bob.post(route::JOIN, &json!({"target": " "})).await.refused(422, ErrorCode::InvalidFormat);
}

#[tokio::test]
async fn an_old_alias_still_leads_to_the_room() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room("Tides", Visibility::Public).await;
    ann.patch(&route::path(route::CONVERSATION, &[&room]), &json!({"alias": "harbour"})).await.done();
    for alias in ["#tides", "#harbour"] {
        let Joined::Member { conversation } = bob.post(route::JOIN, &json!({"target": alias})).await.ok() else { panic!("{alias}") };
        assert_eq!(conversation.id, room);
    }
    let taken = json!({"kind": "room", "name": "Other", "alias": "tides", "visibility": "public"});
    bob.post(route::CONVERSATIONS, &taken).await.refused(409, ErrorCode::AliasTaken);
}

/// A private room appears on no surface for those outside, and every route answers them as for an id that names nothing.
#[tokio::test]
async fn a_private_room_does_not_exist_for_strangers() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let canary = "canary";
    let room = ann.opens_room(canary, Visibility::Private).await;
    ann.says(room, canary).await;
    let nowhere = uuid::Uuid::new_v4().to_string();
    let ask = |method: &'static str, path: String, body: Value| {
        let bob = bob.clone();
        async move { testkit::Answer::to(bob.request(method.parse().unwrap(), &path).json(&body)).await }
    };
    let calls = [
        ("GET", "", json!(null)),
        ("PATCH", "", json!({"topic": "x"})),
        ("DELETE", "", json!(null)),
        ("GET", "/members", json!(null)),
        ("POST", "/members", json!({"user_ids": [bob.id]})),
        ("DELETE", &*format!("/members/{}", ann.id), json!(null)),
        ("PATCH", &*format!("/members/{}", ann.id), json!({"role": "member"})),
        ("POST", "/join", json!(null)),
        ("POST", "/leave", json!(null)),
        ("POST", "/join-requests", json!(null)),
        ("GET", "/join-requests", json!(null)),
        ("PUT", &*format!("/join-requests/{}", bob.id), json!(null)),
        ("DELETE", &*format!("/join-requests/{}", bob.id), json!(null)),
        ("GET", "/messages", json!(null)),
        ("GET", "/events", json!(null)),
        ("POST", "/messages", json!({"nonce": uuid::Uuid::new_v4(), "body": "x"})),
        ("PUT", "/read", json!({"seq": 1})),
    ];
    for (method, rest, body) in calls {
        let real = ask(method, format!("/api/v1/conversations/{room}{rest}"), body.clone()).await;
        let none = ask(method, format!("/api/v1/conversations/{nowhere}{rest}"), body).await;
        let shape = |answer: &testkit::Answer| {
            let mut body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
            if let Some(object) = body.as_object_mut() {
                object.remove("request_id");
            }
            (answer.status, body)
        };
        assert_eq!(shape(&real), shape(&none), "{method} {rest}");
        assert!(!real.text.contains(canary), "{method} {rest}");
    }
    for path in [route::ROOMS, "/api/v1/rooms?query=can", route::CONVERSATIONS] {
        assert!(!bob.get(path).await.text.contains(canary), "{path}");
    }
    for target in [canary, "#canary"] {
        bob.post(route::JOIN, &json!({"target": target})).await.refused(404, ErrorCode::NotFound);
    }
    assert_eq!(
        bob.post(route::JOIN, &json!({"target": room})).await.ok::<Joined>(),
        bob.post(route::JOIN, &json!({"target": nowhere})).await.ok::<Joined>()
    );
}

#[tokio::test]
async fn the_directory_is_searched_and_paged_most_active_first() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    for name in ["Tide Charts", "Boats", "Tidal Pools"] {
        ann.opens_room(name, Visibility::Public).await;
    }
    let names = |page: &RoomPage| page.rooms.iter().map(|room| room.name.to_string()).collect::<Vec<_>>();
    let hits = bob.get("/api/v1/rooms?query=tid").await.ok::<RoomPage>();
    assert_eq!(names(&hits), ["Tidal Pools", "Tide Charts"]);
    assert!(hits.rooms.iter().all(|room| !room.joined && room.member_count == 1));
    let first = bob.get("/api/v1/rooms?limit=2").await.ok::<RoomPage>();
    let second = bob.get(&format!("/api/v1/rooms?limit=2&cursor={}", first.next.clone().unwrap())).await.ok::<RoomPage>();
    assert_eq!([names(&first), names(&second)].concat(), ["Tidal Pools", "Boats", "Tide Charts", "general"]);
}

#[tokio::test]
async fn people_are_found_by_any_beginning_in_any_case() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    bob.patch(route::ME, &json!({"display_name": "Róbert Brandt"})).await.done();
    for query in ["bo", "ROB", "brand", "rob+br", "@bob"] {
        let found = ann.get(&format!("/api/v1/users?query={query}")).await.ok::<UserList>().users;
        assert_eq!(found.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["bob"], "{query}");
    }
    assert!(ann.get("/api/v1/users?query=obert").await.ok::<UserList>().users.is_empty());
    let both = ann.get(&format!("/api/v1/users?ids={},{},{}", ann.id, bob.id, uuid::Uuid::new_v4())).await.ok::<UserList>().users;
    assert_eq!(both.len(), 2);
}

#[tokio::test]
async fn the_owner_chooses_where_newcomers_start() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room("Welcome", Visibility::Public).await;
    let path = route::path(route::CONVERSATION, &[&room]);
    let everyone = route::path(route::EVERYONE, &[&room]);
    ann.put(&everyone, &Value::Null).await.refused(409, ErrorCode::Conflict);
    ann.patch(&path, &json!({"is_default": true})).await.ok::<Conversation>();
    let cat = world.person("cat").await;
    assert_eq!(cat.sees(room).await.member_count, 2);
    bob.get(&path).await.refused(404, ErrorCode::NotFound);
    cat.put(&everyone, &Value::Null).await.refused(403, ErrorCode::Forbidden);
    cat.patch(&path, &json!({"is_default": false})).await.refused(403, ErrorCode::Forbidden);
    ann.put(&everyone, &Value::Null).await.done();
    assert_eq!(bob.sees(room).await.member_count, 3);
}
