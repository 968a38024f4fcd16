//! Counts are derived from positions: what is shown is what a count from scratch gives, after any order of things.

use serde_json::json;
use shared_types::{
    Seq,
    message::{Content, Message, ReadPosition},
    route,
    server::Integrity,
    ws::{ClientFrame, ServerFrame},
};
use testkit::{Person, World};

async fn recounted(reader: &Person, room: shared_types::ConversationId, read: Seq) -> (u32, u32) {
    let messages = reader.page(room, "?after=0&limit=200").await.messages;
    let unread = messages
        .iter()
        .filter(|message| message.seq > read && message.author_id != reader.id && matches!(message.content, Content::Text { .. }));
    let (unread, naming): (Vec<_>, Vec<_>) = unread.partition(|message| !message.mentions.contains(&reader.id));
    let naming = u32::try_from(naming.len()).unwrap();
    (u32::try_from(unread.len()).unwrap() + naming, naming)
}

#[tokio::test]
async fn p13_unread_is_what_a_count_from_scratch_gives_after_every_step() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let topic = route::path(route::CONVERSATION, &[&room]);
    // A fixed walk over everything that moves a count: both speak, the room changes, the reader reads on and back.
    let mut chance = 7_u64;
    let mut said: Vec<Message> = Vec::new();
    let at = |message: &Message| route::path(route::MESSAGE, &[&room, &message.id]);
    for step in 0..120 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let some = |of: usize| usize::try_from(chance >> 33).unwrap() % of;
        match chance >> 61 {
            0 => said.push(ann.says(room, "from ann").await),
            1 => said.push(ann.says(room, "for @bob").await),
            2 => drop(bob.says(room, "from bob").await),
            3 => ann.patch(&topic, &json!({"topic": format!("topic {step}")})).await.done(),
            4 if !said.is_empty() => {
                let body = if some(2) == 0 { "no one" } else { "after all for @bob" };
                ann.patch(&at(&said[some(said.len())]), &json!({"body": body})).await.done();
            }
            5 if !said.is_empty() => ann.delete(&at(&said.swap_remove(some(said.len())))).await.done(),
            back => {
                let head = bob.sees(room).await.head_seq;
                let seq = Seq((chance >> 33) % (head.0 + 2));
                bob.put(&route::path(route::READ, &[&room]), &json!({"seq": seq, "back": back == 7})).await.done();
            }
        }
        let seen = bob.sees(room).await;
        assert_eq!((seen.unread, seen.mentions), recounted(&bob, room, seen.read_seq).await, "after step {step}");
    }
    let integrity: Integrity = ann.get(route::INTEGRITY).await.ok();
    assert_eq!((integrity.differences, integrity.conversations), (Vec::new(), 2));
    bob.get(route::INTEGRITY).await.refused(404, shared_types::ErrorCode::NotFound);
}

#[tokio::test]
async fn reading_on_one_device_clears_the_other_and_never_goes_back() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let last = [ann.says(room, "one").await, ann.says(room, "two").await][1].seq;
    let (mut laptop, mut phone) = (bob.connects().await, bob.another_device().await.connects().await);
    laptop.say(&ClientFrame::Read { conversation_id: room, seq: last, rev: None }).await;
    let read = |frame: &ServerFrame| if let ServerFrame::Read { position } = frame { Some(*position) } else { None };
    let expected = ReadPosition { conversation_id: room, read_seq: last, read_rev: 0, unread: 0, mentions: 0, head_seq: last };
    assert_eq!((laptop.hears_that(read).await, phone.hears_that(read).await), (expected, expected));
    let back = bob.put(&route::path(route::READ, &[&room]), &json!({"seq": 1})).await.ok::<ReadPosition>();
    assert_eq!(back.read_seq, last);
    let beyond = bob.put(&route::path(route::READ, &[&room]), &json!({"seq": 999})).await.ok::<ReadPosition>();
    assert_eq!(beyond.read_seq, last, "nobody has read what was not said");
}
