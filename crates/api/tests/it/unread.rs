//! Counts are derived from positions: what is shown is what a count from scratch gives, after any order of things.

use serde_json::json;
use shared_types::{
    Seq,
    message::{Content, ReadPosition},
    route,
    ws::{ClientFrame, ServerFrame},
};
use testkit::{Person, World};

async fn recounted(reader: &Person, room: shared_types::ConversationId, read: Seq) -> u32 {
    let messages = reader.page(room, "?after=0&limit=200").await.messages;
    let counts = messages
        .iter()
        .filter(|message| message.seq > read && message.author_id != reader.id && matches!(message.content, Content::Text { .. }));
    u32::try_from(counts.count()).unwrap()
}

#[tokio::test]
async fn unread_is_what_a_count_from_scratch_gives_after_every_step() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let topic = route::path(route::CONVERSATION, &[&room]);
    // A fixed walk over everything that moves a count: both speak, the room changes, the reader reads on and back.
    let mut chance = 7_u64;
    for step in 0..60 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        match chance >> 62 {
            0 => drop(ann.says(room, "from ann").await),
            1 => drop(bob.says(room, "from bob").await),
            2 => ann.patch(&topic, &json!({"topic": format!("topic {step}")})).await.done(),
            _ => {
                let head = bob.sees(room).await.head_seq;
                let seq = Seq((chance >> 33) % (head.0 + 2));
                bob.put(&route::path(route::READ, &[&room]), &json!({"seq": seq})).await.done();
            }
        }
        let seen = bob.sees(room).await;
        assert_eq!(seen.unread, recounted(&bob, room, seen.read_seq).await, "after step {step}");
    }
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
