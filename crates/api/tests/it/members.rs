//! Coming, going, and who looks after a place.

use serde_json::{Value, json};
use shared_types::{
    ErrorCode, Nonce,
    conversation::Visibility,
    member::{JoinRequestList, MemberPage, Role},
    route,
    ws::{ClientFrame, Event, ServerFrame},
};
use testkit::{World, body_of};
use uuid::Uuid;

#[tokio::test]
async fn who_leaves_and_returns_finds_their_place_again() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    bob.joins(room).await;
    let read = ann.says(room, "read").await;
    bob.put(&route::path(route::READ, &[&room]), &json!({"seq": read.seq})).await.done();
    let leave = route::path(route::LEAVE, &[&room]);
    bob.post(&leave, &Value::Null).await.done();
    bob.post(&leave, &Value::Null).await.done();
    ann.says(room, "while away").await;
    bob.joins(room).await;
    bob.joins(room).await;
    let seen = bob.sees(room).await;
    assert_eq!((seen.read_seq, seen.unread, seen.member_count), (read.seq, 1, 2));
}

#[tokio::test]
async fn the_last_owner_hands_over_first() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let leave = route::path(route::LEAVE, &[&room]);
    ann.post(&leave, &Value::Null).await.refused(409, ErrorCode::LastOwner);
    ann.patch(&route::path(route::MEMBER, &[&room, &ann.id]), &json!({"role": "member"})).await.refused(409, ErrorCode::LastOwner);
    bob.patch(&route::path(route::MEMBER, &[&room, &bob.id]), &json!({"role": "owner"})).await.refused(403, ErrorCode::Forbidden);
    ann.patch(&route::path(route::MEMBER, &[&room, &bob.id]), &json!({"role": "owner"})).await.done();
    ann.post(&leave, &Value::Null).await.done();
    assert_eq!(bob.sees(room).await.my_role, Role::Owner);
    bob.post(&leave, &Value::Null).await.done();
}

#[tokio::test]
async fn history_is_given_to_newcomers_or_kept_from_them() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let eve = world.person("eve").await;
    let room = ann.opens_room_with("tides", &[]).await;
    ann.says(room, "before").await;
    let members = route::path(route::MEMBERS, &[&room]);
    ann.post(&members, &json!({"user_ids": [bob.id]})).await.done();
    ann.post(&members, &json!({"user_ids": [eve.id], "with_history": false})).await.done();
    ann.says(room, "after").await;
    assert_eq!(bob.reads_all(room).await, ["before", "after"]);
    assert_eq!(eve.reads_all(room).await, ["after"]);
    for query in ["?before=100", "?around=2", "?at=0", "?after=0"] {
        let page = eve.page(room, query).await;
        assert!(!page.messages.iter().any(|message| body_of(message).as_deref() == Some("before")), "{query}");
        assert!(page.at_start, "{query}");
    }
    assert_eq!((bob.sees(room).await.unread, eve.sees(room).await.unread), (1, 1));
    assert!(!eve.get(&format!("{}?after=0", route::path(route::EVENTS, &[&room]))).await.text.contains("before"));
}

#[tokio::test]
async fn members_are_listed_by_role_page_by_page() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let (cat, dan) = (world.person("cat").await, world.person("dan").await);
    let room = ann.opens_room_with("tides", &[&bob, &cat, &dan]).await;
    ann.patch(&route::path(route::MEMBER, &[&room, &dan.id]), &json!({"role": "moderator"})).await.done();
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bob.get(&format!("{}?limit=1{cursor}", route::path(route::MEMBERS, &[&room]))).await.ok::<MemberPage>();
        names.extend(page.members.into_iter().map(|member| member.user.username.into_string()));
        let Some(next) = page.next else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["ann", "dan", "bob", "cat"]);
    bob.get(&format!("{}?cursor=nonsense", route::path(route::MEMBERS, &[&room]))).await.refused(422, ErrorCode::InvalidFormat);
    bob.delete(&route::path(route::MEMBER, &[&room, &cat.id])).await.refused(403, ErrorCode::Forbidden);
    dan.delete(&route::path(route::MEMBER, &[&room, &ann.id])).await.refused(403, ErrorCode::Forbidden);
    dan.delete(&route::path(route::MEMBER, &[&room, &cat.id])).await.done();
    cat.get(&route::path(route::MEMBERS, &[&room])).await.refused(404, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_private_room_is_knocked_at_and_answers_strangers_like_nothing_at_all() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room("secret", Visibility::Private).await;
    let mut socket = ann.connects().await;
    let knock = |id: String| {
        let bob = bob.clone();
        async move { bob.post(&format!("/api/v1/conversations/{id}/join-requests"), &Value::Null).await }
    };
    let (real, none) = (knock(room.to_string()).await, knock(Uuid::new_v4().to_string()).await);
    assert_eq!((real.status, real.text), (none.status, none.text));
    knock(room.to_string()).await.done();
    let asked = socket
        .hears_that(
            |frame| if let ServerFrame::JoinRequested { conversation_id, user } = frame { Some((*conversation_id, user.id)) } else { None },
        )
        .await;
    assert_eq!(asked, (room, bob.id));
    let requests = route::path(route::JOIN_REQUESTS, &[&room]);
    bob.get(&requests).await.refused(404, ErrorCode::NotFound);
    assert_eq!(ann.get(&requests).await.ok::<JoinRequestList>().requests.len(), 1);
    ann.put(&route::path(route::JOIN_REQUEST, &[&room, &bob.id]), &Value::Null).await.done();
    bob.says(room, "thank you").await;
    ann.put(&route::path(route::JOIN_REQUEST, &[&room, &bob.id]), &Value::Null).await.refused(404, ErrorCode::NotFound);
}

/// Not one event of a conversation reaches somebody after the one that removed them, however much is said around it.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_hears_nothing_more() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let eve = world.person("eve").await;
    let room = ann.opens_room_with("tides", &[&bob, &eve]).await;
    let mut socket = eve.connects().await;
    let speaking = {
        let bob = bob.clone();
        tokio::spawn(async move {
            let mut mouth = bob.connects().await;
            for n in 0..1000 {
                mouth.sends(room, &n.to_string()).await;
            }
        })
    };
    socket.hears_message(room).await;
    ann.delete(&route::path(route::MEMBER, &[&room, &eve.id])).await.done();
    speaking.await.unwrap();
    let removal = ann.page(room, "?limit=200").await;
    let removed_at = {
        let mut before = removal.head_seq.next();
        loop {
            let page = ann.page(room, &format!("?before={before}&limit=200")).await;
            let found = page.messages.iter().find(|message| {
                matches!(&message.content, shared_types::message::Content::System { change: shared_types::message::Change::Removed { .. } })
            });
            if let Some(found) = found {
                break found.seq;
            }
            before = page.messages[0].seq;
        }
    };
    let frames = socket.drain().await;
    let last = frames
        .iter()
        .filter_map(|frame| match frame {
            ServerFrame::Event { event: Event::Message { message } } if message.conversation_id == room => Some(message.seq),
            _ => None,
        })
        .max();
    assert!(last.is_none_or(|last| last < removed_at), "{last:?} after {removed_at}");
    assert!(
        frames.iter().any(|frame| matches!(frame, ServerFrame::Gone { conversation_id } if *conversation_id == room)),
        "eve was connected and told"
    );
    socket.say(&ClientFrame::Send { conversation_id: room, nonce: Nonce(Uuid::new_v4()), body: "still here".try_into().unwrap() }).await;
    let refusal = socket.hears_that(|frame| if let ServerFrame::Error { error, .. } = frame { Some(error.code) } else { None }).await;
    assert_eq!(refusal, ErrorCode::NotFound);
}
