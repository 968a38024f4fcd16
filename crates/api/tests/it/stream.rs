//! The stream under faults: signals that the bus lost, readers that come back, servers that stop, bytes that are no frames.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use api::app::Wrap;
use domain::ports::{Bus, Signal, Subscription};
use serde_json::{Value, json};
use shared_types::{
    ConversationId, Nonce, Seq,
    account::SignedIn,
    message::Message,
    route,
    ws::{ClientFrame, Event, Resume, ResumePosition, Resumed, ServerFrame, Ticket, close},
};
use testkit::{Answer, Person, Socket, World, body_of};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

/// A bus that forgets what this says while it is told to.
struct Forgetful {
    forgets: fn(&Signal) -> bool,
    is_on: Arc<AtomicBool>,
}

struct ForgetfulBus(Arc<dyn Bus>, fn(&Signal) -> bool, Arc<AtomicBool>);

impl Bus for ForgetfulBus {
    fn publish(&self, signal: Signal) {
        if !(self.2.load(Ordering::SeqCst) && self.1(&signal)) {
            self.0.publish(signal);
        }
    }

    fn subscribe(&self) -> Box<dyn Subscription> {
        self.0.subscribe()
    }
}

impl Wrap for Forgetful {
    fn bus(&self, bus: Arc<dyn Bus>) -> Arc<dyn Bus> {
        Arc::new(ForgetfulBus(bus, self.forgets, self.is_on.clone()))
    }
}

async fn world_that_forgets(forgets: fn(&Signal) -> bool) -> (World, Arc<AtomicBool>) {
    let is_on = Arc::<AtomicBool>::default();
    (World::with_faults(Arc::new(Forgetful { forgets, is_on: is_on.clone() })).await, is_on)
}

fn is_event(signal: &Signal) -> bool {
    matches!(signal, Signal::Event { .. })
}

/// Nothing is said afterwards that would reveal the loss.
#[tokio::test]
async fn p7_the_last_event_arrives_even_if_the_bus_lost_it() {
    let (world, forgets) = world_that_forgets(is_event).await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut socket = bob.connects().await;
    forgets.store(true, Ordering::SeqCst);
    let said = ann.says(room, "is anybody there?").await;
    assert_eq!(socket.hears_message(room).await, said);
}

#[tokio::test]
async fn p3_what_the_bus_lost_arrives_before_what_came_after_it() {
    let (world, forgets) = world_that_forgets(is_event).await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut socket = bob.connects().await;
    forgets.store(true, Ordering::SeqCst);
    let mut said = vec![ann.says(room, "lost").await, ann.says(room, "lost too").await];
    forgets.store(false, Ordering::SeqCst);
    said.push(ann.says(room, "heard").await);
    for expected in said {
        assert_eq!(socket.hears_message(room).await, expected);
    }
}

/// The news of the removal is lost, and with it everything that would keep the removed one from hearing on.
#[tokio::test]
async fn p9_a_removal_that_the_bus_lost_holds_all_the_same() {
    let (world, forgets) = world_that_forgets(is_event).await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut socket = bob.connects().await;
    forgets.store(true, Ordering::SeqCst);
    ann.delete(&route::path(route::MEMBER, &[&room, &bob.id])).await.done();
    forgets.store(false, Ordering::SeqCst);
    ann.says(room, "now that he is gone").await;
    socket.hears_that(|frame| matches!(frame, ServerFrame::Gone { conversation_id } if *conversation_id == room).then_some(())).await;
    let frames = socket.drain().await;
    assert!(!frames.iter().any(|frame| matches!(frame, ServerFrame::Event { .. })), "{frames:?}");
}

#[tokio::test]
async fn p10_a_session_whose_end_the_bus_lost_loses_its_sockets() {
    let (world, forgets) = world_that_forgets(|signal| matches!(signal, Signal::SessionsEnded(_))).await;
    let ann = world.person("ann").await;
    let pocket = ann.another_device().await;
    let (mut here, mut there) = (ann.connects().await, pocket.connects().await);
    forgets.store(true, Ordering::SeqCst);
    let session = there.ready.as_ref().unwrap().session_id;
    ann.delete(&format!("{}/{session}", route::MY_SESSIONS)).await.done();
    assert_eq!(there.close_code().await, close::SESSION_ENDED);
    here.drain().await;
}

/// Many sends without waiting for an answer: stored, acknowledged and heard in the order in which they were sent.
#[tokio::test]
async fn p4_sends_that_overlap_keep_their_order() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let (mut mouth, mut ear) = (ann.connects().await, bob.connects().await);
    let nonces: Vec<Nonce> = (0..200).map(|_| Nonce(Uuid::new_v4())).collect();
    for nonce in &nonces {
        mouth.say(&ClientFrame::Send { conversation_id: room, nonce: *nonce, body: "x".try_into().unwrap() }).await;
    }
    let mut last = Seq(2);
    for nonce in &nonces {
        let acked = |frame: &ServerFrame| if let ServerFrame::Ack { nonce, message } = frame { Some((*nonce, message.seq)) } else { None };
        let (of, seq) = mouth.hears_that(acked).await;
        assert_eq!((of, seq), (*nonce, last.next()));
        last = seq;
        assert_eq!(ear.hears_message(room).await.nonce, Some(*nonce));
    }
}

/// Positions as a client has them that has seen all of these.
fn positions(socket: &Socket) -> Vec<ResumePosition> {
    let list = &socket.ready.as_ref().unwrap().list.conversations;
    let position = |one: &shared_types::conversation::Conversation| ResumePosition {
        conversation_id: one.id,
        seq: one.head_seq,
        read_seq: one.read_seq,
        read_rev: one.read_rev,
    };
    list.iter().map(position).collect()
}

async fn comes_back(person: &Person, positions: Vec<ResumePosition>) -> (Socket, Resumed) {
    let mut socket = Socket::raw(&person.url, "", &[]).await.unwrap();
    let resume = Some(Resume { positions, since: shared_types::Timestamp(0) });
    socket.say(&ClientFrame::Auth { token: person.token.clone(), resume }).await;
    match socket.hears().await {
        ServerFrame::Resumed(resumed) => (socket, *resumed),
        frame => panic!("resumed was expected, not {frame:?}"),
    }
}

/// The next event of a conversation, whatever its kind.
async fn next_event(socket: &mut Socket, room: ConversationId) -> Event {
    let of_room = |message: &Message| message.conversation_id == room;
    socket
        .hears_that(|frame| match frame {
            ServerFrame::Event { event } if event.message().is_some_and(of_room) => Some(event.clone()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn p8_who_comes_back_after_a_restart_hears_exactly_what_was_missed() {
    let mut world = World::new().await;
    let (mut ann, mut bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let other = ann.opens_room_with("boats", &[&bob]).await;
    let doomed = ann.opens_room_with("gulls", &[&bob]).await;
    let first = ann.says(room, "before").await;
    let socket = bob.connects().await;
    let known = positions(&socket);
    drop(socket);

    let message = |message: &Message| format!("{}/{}", route::path(route::MESSAGES, &[&room]), message.id);
    let edited = ann.says(room, "a typo").await;
    ann.patch(&message(&edited), &json!({"body": "no typo"})).await.done();
    ann.delete(&message(&first)).await.done();
    ann.delete(&route::path(route::MEMBER, &[&doomed, &bob.id])).await.done();
    let new = ann.opens_room_with("buoys", &[&bob]).await;
    world.restart().await;
    for person in [&mut ann, &mut bob] {
        person.moved_to(&world.url);
        person.token = Answer::to(person.http.post(format!("{}{}", person.url, route::REFRESH))).await.ok::<SignedIn>().access_token;
    }

    let (mut socket, resumed) = comes_back(&bob, known.clone()).await;
    assert_eq!(resumed.gone, [doomed]);
    assert_eq!(resumed.conversations.iter().map(|one| one.id).collect::<Vec<_>>(), [new]);
    assert_eq!(resumed.positions, []);
    let start = known.iter().find(|position| position.conversation_id == room).unwrap().seq;
    let mut expected = start.next();
    let events = [next_event(&mut socket, room).await, next_event(&mut socket, room).await, next_event(&mut socket, room).await];
    for event in &events {
        assert_eq!(event.seq(), Some(expected));
        expected = expected.next();
    }
    assert!(matches!(&events[0], Event::Message { message } if body_of(message).as_deref() == Some("no typo")), "as it is now");
    assert!(matches!(&events[1], Event::Edited { message, .. } if message.id == edited.id));
    assert!(matches!(&events[2], Event::Deleted { message, .. } if message.id == first.id));
    // Then live, in every conversation, old and new.
    for conversation in [room, other, new] {
        let said = ann.says(conversation, "welcome back").await;
        assert_eq!(socket.hears_message(conversation).await, said);
    }
    let rest = socket.drain().await;
    assert!(!rest.iter().any(|frame| matches!(frame, ServerFrame::Event { .. })), "nothing comes twice: {rest:?}");
}

#[tokio::test]
async fn p8_who_missed_nothing_is_told_nothing_and_who_missed_too_much_begins_anew() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let known = positions(&bob.connects().await);
    let (mut socket, resumed) = comes_back(&bob, known.clone()).await;
    assert_eq!((resumed.conversations.len(), resumed.gone.len(), resumed.positions.len()), (0, 0, 0));
    assert!(!socket.drain().await.iter().any(|frame| matches!(frame, ServerFrame::Event { .. })));
    drop(socket);

    let mut mouth = ann.connects().await;
    for _ in 0..=shared_types::limits::RESUME_EVENTS {
        mouth.sends(room, "x").await;
    }
    let (mut socket, resumed) = comes_back(&bob, known).await;
    let anew = resumed.conversations.iter().find(|one| one.id == room).unwrap();
    let said = mouth.sends(room, "live again").await;
    assert_eq!(said.seq, anew.head_seq.next());
    assert_eq!(socket.hears_message(room).await, said, "no event of those that were missed");
}

#[tokio::test]
async fn p8_positions_that_moved_elsewhere_are_told() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let said = ann.says(room, "read me").await;
    let known = positions(&bob.connects().await);
    bob.put(&route::path(route::READ, &[&room]), &json!({"seq": said.seq})).await.done();
    let (_socket, resumed) = comes_back(&bob, known).await;
    let position = resumed.positions.iter().find(|position| position.conversation_id == room).unwrap();
    assert_eq!((position.read_seq, position.unread), (said.seq, 0));
}

#[tokio::test]
async fn p8_a_client_with_a_ticket_names_its_positions_in_the_first_frame() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let known = positions(&bob.connects().await);
    let said = ann.says(room, "meanwhile").await;
    let ticket = bob.post(route::WS_TICKETS, &Value::Null).await.ok::<Ticket>().ticket;
    let mut socket = Socket::raw(&world.url, &format!("?ticket={ticket}&resume=true"), &[]).await.unwrap();
    socket.say(&ClientFrame::Resume(Resume { positions: known, since: shared_types::Timestamp(0) })).await;
    assert!(matches!(socket.hears().await, ServerFrame::Resumed(_)));
    assert_eq!(socket.hears_message(room).await, said);
}

/// Positions of a log that is further than ours, as after a restored backup.
#[tokio::test]
async fn p8_a_place_that_does_not_exist_begins_anew() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let mut known = positions(&bob.connects().await);
    for position in &mut known {
        position.seq = Seq(99);
    }
    let (_socket, resumed) = comes_back(&bob, known).await;
    assert!(resumed.conversations.iter().any(|one| one.id == room));
}

/// A peer that does not answer keeps the server for a moment; meanwhile it says that it is not ready, and takes no socket.
#[tokio::test(flavor = "multi_thread")]
async fn p14_a_server_that_stops_says_when_to_come_back_and_is_not_ready() {
    let mut world = World::new().await;
    let ann = world.person("ann").await;
    let (mut still, _) = handshake(&world.url, &ann.token).await;
    let mut socket = ann.connects().await;
    let url = world.url.clone();
    let watching = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Ok(answer) = reqwest::get(format!("{url}{}", route::READYZ)).await {
            seen.push(answer.status().as_u16());
        }
        seen
    });
    let (reason, ()) = tokio::join!(socket.close_reason(), world.stop());
    let (code, hint) = reason;
    assert_eq!(code, close::RESTART);
    assert!(hint.parse::<u32>().unwrap() < 5_000);
    let seen = watching.await.unwrap();
    assert_eq!(seen.last(), Some(&503), "{seen:?}");
    let mut rest = Vec::new();
    still.read_to_end(&mut rest).await.unwrap();
}

/// A raw connection that has been upgraded, and what came after the answer.
async fn handshake(url: &str, token: &str) -> (TcpStream, Vec<u8>) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n",
        route::WS
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let end = loop {
        stream.read_buf(&mut answer).await.unwrap();
        if let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
    (stream, answer.split_off(end))
}

#[tokio::test]
async fn p21_bytes_that_are_no_frames_end_the_socket_with_the_code_of_the_standard() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let masked_text = |payload: &[u8]| [&[0x81, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0], payload].concat();
    for (bytes, code) in [
        (b"\x81\x01x".to_vec(), 1002_u16),
        (b"\xc1\x80\0\0\0\0".to_vec(), 1002),
        (b"\x83\x80\0\0\0\0".to_vec(), 1002),
        (b"\x80\x80\0\0\0\0".to_vec(), 1002),
        (masked_text(b"\xff\xfe"), 1007),
        (b"\x88\x81\0\0\0\0x".to_vec(), 1002),
    ] {
        let (mut stream, mut heard) = handshake(&world.url, &ann.token).await;
        stream.write_all(&bytes).await.unwrap();
        stream.read_to_end(&mut heard).await.unwrap();
        let end = [&[0x88, 2], &code.to_be_bytes()[..]].concat();
        assert!(heard.ends_with(&end), "{bytes:?}: {:?}", &heard[heard.len().saturating_sub(20)..]);
    }
    ann.connects().await.drain().await;
}

#[tokio::test]
async fn p21_a_request_that_is_no_handshake_is_refused_in_plain_http() {
    let world = World::new().await;
    let get = |headers: &[(&'static str, &'static str)]| {
        let request = reqwest::Client::new().get(format!("{}{}", world.url, route::WS));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(get(&[]).await, 400);
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket")];
    assert_eq!(get(&upgrade).await, 400);
    assert_eq!(
        get(&[upgrade[0], upgrade[1], ("sec-websocket-version", "12"), ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")]).await,
        400
    );
    assert_eq!(get(&[upgrade[0], upgrade[1], ("sec-websocket-version", "13"), ("sec-websocket-key", "short")]).await, 400);
}
