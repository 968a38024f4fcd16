//! Saying something, once and in order, and reading it back.

use std::collections::BTreeMap;

use futures::future::join_all;
use reqwest::StatusCode;
use shared_types::{
    ErrorCode, Nonce, Seq,
    conversation::Visibility,
    message::Message,
    route,
    ws::{ClientFrame, Event, EventPage, ServerFrame},
};
use testkit::{World, body_of};
use uuid::Uuid;

#[tokio::test]
async fn p2_a_nonce_means_the_same_message_for_ever() {
    let mut world = World::new().await;
    let mut ann = world.person("ann").await;
    let (room, other) = (ann.opens_room("tides", Visibility::Private).await, ann.opens_room("boats", Visibility::Private).await);
    let nonce = Nonce(Uuid::new_v4());
    let first = ann.tries_to_say(room, nonce, "hi").await.ok::<Message>();
    ann.tries_to_say(room, nonce, "something else").await.refused(409, ErrorCode::NonceReused);
    ann.tries_to_say(other, nonce, "hi").await.refused(409, ErrorCode::NonceReused);
    world.restart().await;
    ann.moved_to(&world.url);
    let again = ann.tries_to_say(room, nonce, "hi").await;
    assert_eq!((again.status, again.ok::<Message>()), (StatusCode::OK, first));
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_fifty_writers_share_one_order_without_holes() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    let mut reader = ann.connects().await;
    let ann = &ann;
    join_all((0..50).map(|writer| async move {
        for n in 0..10 {
            // Clocks may do what they like: the order is the order of `seq`.
            ann.says(room, &format!("{writer}.{n}")).await;
        }
    }))
    .await;
    let mut heard = BTreeMap::new();
    while heard.len() < 500 {
        let message = reader.hears_message(room).await;
        assert_eq!(heard.insert(message.seq, message.clone()), None, "each event once");
        assert_eq!(heard.len() as u64 + 1, message.seq.0, "in order: the room's first event is 1");
    }
    let log = ann.get(&format!("{}?after=1&limit=200", route::path(route::EVENTS, &[&room]))).await.ok::<EventPage>();
    for event in log.events {
        let Event::Message { message } = event else { panic!("{event:?}") };
        assert_eq!(heard.get(&message.seq), Some(&message), "what is heard is what is stored");
    }
}

#[tokio::test]
async fn p19_times_never_run_backwards_along_the_log_whatever_the_clock_does() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    let mut times = Vec::new();
    for step in [0, 300_000, -250_000, 1, -1] {
        world.clock.advance_ms(step);
        times.push(ann.says(room, "tick").await.created_at);
    }
    assert!(times.is_sorted(), "{times:?}");
    let page = ann.page(room, &format!("?at={}&limit=1", times[1].0)).await;
    assert_eq!(page.messages[0].seq, Seq(3));
    assert!(ann.page(room, &format!("?at={}", times[4].0 + 1)).await.at_end);
}

#[tokio::test]
async fn pages_in_both_directions_give_each_message_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    for n in 2..=25 {
        assert_eq!(ann.says(room, &n.to_string()).await.seq, Seq(n));
    }
    let (mut forward, mut after) = (Vec::new(), 0);
    loop {
        let page = ann.page(room, &format!("?after={after}&limit=7")).await;
        assert_eq!(page.at_start, after == 0);
        forward.extend(page.messages.iter().map(|message| message.seq.0));
        after = *forward.last().unwrap();
        if page.at_end {
            break;
        }
    }
    assert_eq!(forward, (1..=25).collect::<Vec<_>>());
    let (mut backward, mut before) = (Vec::new(), 26);
    loop {
        let page = ann.page(room, &format!("?before={before}&limit=7")).await;
        assert_eq!(page.at_end, before == 26);
        backward.extend(page.messages.iter().rev().map(|message| message.seq.0));
        before = *backward.last().unwrap();
        if page.at_start {
            break;
        }
    }
    backward.reverse();
    assert_eq!(backward, forward);
    let around = ann.page(room, "?around=12&limit=5").await;
    assert_eq!(around.messages.iter().map(|message| message.seq.0).collect::<Vec<_>>(), [10, 11, 12, 13, 14]);
    assert!(!around.at_start && !around.at_end);
    assert!(ann.page(room, "?after=25").await.at_end && ann.page(room, "?before=1").await.at_start);
    ann.get(&format!("{}?before=3&after=1", route::path(route::MESSAGES, &[&room]))).await.refused(409, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_body_comes_back_byte_for_byte() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    let longest = "🦀".repeat(16_000);
    for body in
        ["  spaces \n\tand tabs  ", "e\u{301} is not é", "مرحبا \u{200F}", "'; DROP TABLE event; --", "<script>alert(1)</script>", &longest]
    {
        assert_eq!(body_of(&ann.says(room, body).await).as_deref(), Some(body));
        assert_eq!(ann.reads_all(room).await.last().map(String::as_str), Some(body));
    }
}

#[tokio::test]
async fn a_page_names_everybody_it_mentions() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    ann.patch(route::ME, &serde_json::json!({"display_name": "Ann Lee"})).await.done();
    let page = bob.page(room, "").await;
    let mut names: Vec<String> = page.users.iter().map(|user| user.display_name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["Ann Lee", "bob"], "current names, of the author and of whom they added");
}

#[tokio::test]
async fn p4_one_socket_sends_without_waiting_and_is_stored_in_that_order() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut socket = ann.connects().await;
    let sent: Vec<(Nonce, String)> = (0..100).map(|n| (Nonce(Uuid::new_v4()), format!("line {n}"))).collect();
    for (nonce, body) in &sent {
        let body = body.as_str().try_into().unwrap();
        socket.say(&ClientFrame::Send { conversation_id: room, nonce: *nonce, body }).await;
    }
    let mut last = Seq::START;
    for (nonce, _) in &sent {
        let stored = socket
            .hears_that(|frame| match frame {
                ServerFrame::Ack { nonce: acked, message } if acked == nonce => Some(message.seq),
                _ => None,
            })
            .await;
        assert!(stored > last, "{stored} after {last}");
        last = stored;
    }
    assert_eq!(bob.reads_all(room).await, sent.into_iter().map(|(_, body)| body).collect::<Vec<_>>());
}
