//! The socket: who may open one, and what it hears.

use futures::future::join_all;
use serde_json::{Value, json};
use shared_types::{
    ErrorCode, Nonce, Seq,
    account::SignedIn,
    conversation::{Conversation, Visibility},
    route,
    ws::{ClientFrame, Event, ServerFrame, Ticket, close},
};
use testkit::{Answer, Socket, World, body_of};
use tokio_tungstenite::tungstenite::Message as Raw;
use uuid::Uuid;

#[tokio::test]
async fn a_socket_says_who_it_is_by_header_first_frame_or_single_use_ticket() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let bearer = format!("Bearer {}", ann.token);
    let mut by_header = Socket::raw(&world.url, "", &[("authorization", &bearer)]).await.unwrap();
    by_header.take_ready().await;
    let mut by_frame = ann.connects().await;
    let ticket = ann.post(route::WS_TICKETS, &Value::Null).await.ok::<Ticket>().ticket;
    let query = format!("?ticket={ticket}");
    let mut by_ticket = Socket::raw(&world.url, &query, &[]).await.unwrap();
    by_ticket.take_ready().await;
    for socket in [&by_header, &by_frame, &by_ticket] {
        assert_eq!(socket.ready.as_ref().unwrap().me.user.id, ann.id);
    }
    assert_eq!(Socket::raw(&world.url, &query, &[]).await.err(), Some(401), "a ticket opens one socket");
    let late = ann.post(route::WS_TICKETS, &Value::Null).await.ok::<Ticket>().ticket;
    world.clock.advance_ms(31_000);
    assert_eq!(Socket::raw(&world.url, &format!("?ticket={late}"), &[]).await.err(), Some(401));
    assert_eq!(Socket::raw(&world.url, "", &[("authorization", "Bearer nonsense")]).await.err(), Some(401));
    by_frame.drain().await;
}

#[tokio::test]
async fn strangers_are_turned_away_with_a_code() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for first in [ClientFrame::Auth { token: "nonsense".into(), resume: None }, ClientFrame::Ping { id: 1 }] {
        let mut socket = Socket::raw(&world.url, "", &[]).await.unwrap();
        socket.say(&first).await;
        assert_eq!(socket.close_code().await, close::UNAUTHENTICATED);
    }
    let mut gone = Socket::raw(&world.url, "", &[]).await.unwrap();
    ann.delete(&format!("{}/{}", route::MY_SESSIONS, ann.connects().await.ready.unwrap().session_id)).await.done();
    gone.say(&ClientFrame::Auth { token: ann.token.clone(), resume: None }).await;
    assert_eq!(gone.close_code().await, close::SESSION_ENDED);
}

#[tokio::test]
async fn a_page_of_another_origin_opens_no_socket_and_changes_nothing() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    assert_eq!(Socket::raw(&world.url, "", &[("origin", "https://evil.example")]).await.err(), Some(403));
    assert!(Socket::raw(&world.url, "", &[("origin", &world.url)]).await.is_ok());
    let request = ann.request(reqwest::Method::PATCH, route::ME).header("origin", "https://evil.example").json(&json!({"bio": "x"}));
    Answer::to(request).await.refused(403, ErrorCode::ForeignOrigin);
}

#[tokio::test]
async fn origins_that_the_settings_name_may_use_the_api() {
    let flags = api::config::Flags { cors_origins: Some("https://tools.example".into()), ..Default::default() };
    let world = World::with(flags).await;
    let preflight = |origin: &'static str| {
        let request = reqwest::Client::new().request(reqwest::Method::OPTIONS, format!("{}{}", world.url, route::ME));
        Answer::to(
            request
                .header("origin", origin)
                .header("access-control-request-method", "PATCH")
                .header("access-control-request-headers", "authorization"),
        )
    };
    let allowed = |answer: &Answer| answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(allowed(&preflight("https://tools.example").await).as_deref(), Some("https://tools.example"));
    assert_eq!(allowed(&preflight("https://evil.example").await), None);
    assert!(Socket::raw(&world.url, "", &[("origin", "https://tools.example")]).await.is_ok());
}

#[tokio::test]
async fn what_is_sent_is_acknowledged_and_heard_by_every_device() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let (mut laptop, mut phone, mut other) = (ann.connects().await, ann.another_device().await.connects().await, bob.connects().await);
    let sent = laptop.sends(room, "hello").await;
    for socket in [&mut laptop, &mut phone, &mut other] {
        assert_eq!(socket.hears_message(room).await, sent);
    }
    let nonce = sent.nonce.unwrap();
    laptop.say(&ClientFrame::Send { conversation_id: room, nonce, body: "hello".try_into().unwrap() }).await;
    let again = laptop.hears_that(|frame| if let ServerFrame::Ack { message, .. } = frame { Some(message.clone()) } else { None }).await;
    assert_eq!(again, sent);
    assert!(!other.drain().await.iter().any(|frame| matches!(frame, ServerFrame::Event { .. })), "a retry is not delivered again");
}

/// Whatever is written while sockets open: each event is either in the snapshot or comes after it, once.
#[tokio::test(flavor = "multi_thread")]
async fn snapshot_and_stream_meet_without_a_gap() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let writing = {
        let ann = ann.clone();
        tokio::spawn(async move {
            let mut mouth = ann.connects().await;
            for n in 0..300 {
                mouth.sends(room, &n.to_string()).await;
            }
        })
    };
    let bob = &bob;
    let checks = (0..20).map(|_| async move {
        let mut socket = bob.connects().await;
        let conversation = socket.ready.as_ref().unwrap().list.conversations.iter().find(|conversation| conversation.id == room).unwrap();
        let mut expected = conversation.head_seq.next();
        while expected <= Seq(302) {
            assert_eq!(socket.hears_message(room).await.seq, expected);
            expected = expected.next();
        }
    });
    join_all(checks).await;
    writing.await.unwrap();
}

/// Every durable change over REST has its event: replayed onto an old snapshot, the events give the new one.
#[tokio::test]
async fn events_replayed_onto_a_snapshot_give_the_present() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let eve = world.person("eve").await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    bob.joins(room).await;
    let mut socket = bob.connects().await;
    let mut model: Conversation =
        socket.ready.as_ref().unwrap().list.conversations.iter().find(|conversation| conversation.id == room).unwrap().clone();
    let path = route::path(route::CONVERSATION, &[&room]);
    ann.patch(&path, &json!({"name": "Harbour", "topic": "boats", "alias": "port"})).await.done();
    eve.joins(room).await;
    ann.says(room, "hello").await;
    ann.patch(&route::path(route::MEMBER, &[&room, &bob.id]), &json!({"role": "moderator"})).await.done();
    eve.post(&route::path(route::LEAVE, &[&room]), &Value::Null).await.done();
    ann.patch(&path, &json!({"visibility": "private"})).await.done();
    let present = bob.sees(room).await;
    while model.head_seq < present.head_seq {
        let message = socket.hears_message(room).await;
        apply(&mut model, &message, bob.id);
    }
    assert_eq!(model, present);
}

fn apply(model: &mut Conversation, message: &shared_types::message::Message, me: shared_types::UserId) {
    use shared_types::message::{Change, Content};
    assert_eq!(message.seq, model.head_seq.next());
    model.head_seq = message.seq;
    model.active_at = message.created_at;
    match &message.content {
        Content::Text { .. } => {
            model.last_message = Some(message.clone());
            model.unread += u32::from(message.author_id != me);
        }
        Content::System { change } => match change {
            Change::Joined {} => model.member_count += 1,
            Change::Left {} => model.member_count -= 1,
            Change::Renamed { name } => model.name = Some(name.clone()),
            Change::TopicChanged { topic } => model.topic = topic.clone(),
            Change::AliasChanged { alias } => model.alias.clone_from(alias),
            Change::VisibilityChanged { visibility } => model.visibility = *visibility,
            Change::RoleChanged { user_id, role } if *user_id == me => model.my_role = *role,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn being_let_in_begins_the_stream_on_open_sockets() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let mut socket = bob.connects().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    ann.says(room, "welcome").await;
    let added = socket.hears_message(room).await;
    assert_eq!(added.seq, Seq(2), "the event that let bob in is the first that he hears");
    assert_eq!(body_of(&socket.hears_message(room).await).as_deref(), Some("welcome"));
}

#[tokio::test]
async fn frames_that_cannot_be_read_are_answered_and_the_socket_lives_on() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut socket = ann.connects().await;
    let nonce = Nonce(Uuid::new_v4());
    let nowhere = Uuid::new_v4();
    for (text, code) in [
        ("{".to_owned(), ErrorCode::MalformedJson),
        (r#"{"type":"dance"}"#.into(), ErrorCode::UnknownValue),
        (r#"{"type":"send"}"#.into(), ErrorCode::WrongType),
        (json!({"type": "send", "conversation_id": nowhere, "nonce": nonce, "body": " "}).to_string(), ErrorCode::Required),
        (json!({"type": "send", "conversation_id": nowhere, "nonce": nonce, "body": "hi"}).to_string(), ErrorCode::NotFound),
        (json!({"type": "send", "conversation_id": nowhere, "nonce": nonce, "body": "x".repeat(16_001)}).to_string(), ErrorCode::TooLong),
        (json!({"type": "read", "conversation_id": nowhere, "seq": 3}).to_string(), ErrorCode::NotFound),
    ] {
        let is_send = text.contains("nonce");
        socket.say_raw(Raw::text(text)).await;
        let ServerFrame::Error { error, nonce: named } = socket.hears().await else { panic!("an error was expected") };
        assert_eq!((error.code, named), (code, is_send.then_some(nonce)));
    }
    assert!(socket.drain().await.is_empty());
}

#[tokio::test]
async fn binary_and_oversized_frames_end_the_socket_with_a_word() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for (frame, code) in
        [(Raw::binary(vec![1, 2, 3]), ErrorCode::BinaryFrame), (Raw::text("x".repeat(65 * 1024)), ErrorCode::PayloadTooLarge)]
    {
        let mut socket = ann.connects().await;
        socket.say_raw(frame).await;
        let ServerFrame::Error { error, .. } = socket.hears().await else { panic!("an error was expected") };
        assert_eq!(error.code, code);
        assert_eq!(socket.close_code().await, close::PROTOCOL);
    }
    ann.connects().await.drain().await;
}

/// A reader that stands still is told `resync` when it reads again, and the others never notice.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_told_to_read_the_log() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut slow = bob.connects().await;
    let mut mouth = ann.connects().await;
    // More than the queue of a socket and the buffers of the network hold together.
    let body = "x".repeat(15_000);
    for _ in 0..1_500 {
        mouth.sends(room, &body).await;
    }
    let mut last = Seq(2);
    let resynced = loop {
        match slow.hears().await {
            ServerFrame::Event { event: Event::Message { message } } => {
                assert_eq!(message.seq, last.next(), "what comes before `resync` has no holes");
                last = message.seq;
            }
            ServerFrame::Resync {} => break true,
            frame => panic!("{frame:?}"),
        }
    };
    assert!(resynced && last < Seq(1_502));
    let page = bob.page(room, &format!("?after={last}&limit=1")).await;
    assert_eq!(page.messages[0].seq, last.next(), "the log has what was dropped");
    let after = mouth.sends(room, "still there?").await;
    slow.hears_that(|frame| matches!(frame, ServerFrame::Event { event: Event::Message { message } } if *message == after).then_some(()))
        .await;
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_the_session_goes_on_elsewhere() {
    let mut world = World::new().await;
    let mut ann = world.person("ann").await;
    let mut socket = ann.connects().await;
    world.stop().await;
    assert_eq!(socket.close_code().await, close::RESTART);
    world.restart().await;
    ann.moved_to(&world.url);
    let signed_in = Answer::to(ann.http.post(format!("{}{}", ann.url, route::REFRESH))).await.ok::<SignedIn>();
    ann.token = signed_in.access_token;
    ann.connects().await.drain().await;
}
