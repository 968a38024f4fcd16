//! How far others have received and read: only forward, only among those who share it.

use serde_json::json;
use shared_types::{
    ConversationId, Seq,
    message::{PositionsMoved, ReadPosition, Receipt, ReceiptList},
    route,
    ws::{ClientFrame, Head, ServerFrame},
};
use testkit::{Person, World};

async fn receipts(person: &Person, room: ConversationId) -> Vec<Receipt> {
    person.get(&route::path(route::RECEIPTS, &[&room])).await.ok::<ReceiptList>().receipts
}

#[tokio::test]
async fn delivered_and_read_reach_the_author_and_never_go_back() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.connects().await, bob.connects().await);
    let said = ann.says(room, "hello").await;
    bobs.say(&ClientFrame::Delivered { heads: vec![Head { conversation_id: room, seq: said.seq }] }).await;
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Receipts { receipts, .. } => receipts.iter().find(|receipt| receipt.user_id == bob.id).copied(),
        _ => None,
    };
    let delivered = anns.hears_that(told).await;
    assert_eq!(delivered.delivered_seq, said.seq);
    assert!(delivered.read_seq < said.seq);
    bobs.say(&ClientFrame::Read { conversation_id: room, seq: said.seq, rev: Some(0) }).await;
    let read = anns.hears_that(|frame| told(frame).filter(|receipt| receipt.read_seq == said.seq)).await;
    assert_eq!((read.delivered_seq, read.read_seq), (said.seq, said.seq));
    bobs.say(&ClientFrame::Delivered { heads: vec![Head { conversation_id: room, seq: Seq(1) }] }).await;
    bobs.drain().await;
    assert_eq!(receipts(&ann, room).await, [read]);
}

#[tokio::test]
async fn who_does_not_share_is_not_seen_and_sees_nothing() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let said = ann.says(room, "hello").await;
    bob.patch(route::ME, &json!({"shares_receipts": false})).await.done();
    bob.put(&route::path(route::READ, &[&room]), &json!({"seq": said.seq})).await.done();
    assert_eq!(receipts(&ann, room).await, []);
    assert_eq!(receipts(&bob, room).await, []);
    bob.patch(route::ME, &json!({"shares_receipts": true})).await.done();
    assert_eq!(receipts(&ann, room).await.len(), 1);
    let eve = world.person("eve").await;
    eve.get(&route::path(route::RECEIPTS, &[&room])).await.refused(404, shared_types::ErrorCode::NotFound);
}

#[tokio::test]
async fn marking_unread_survives_what_other_devices_still_report() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let room = ann.opens_room_with("tides", &[&bob]).await;
    let (first, last) = (ann.says(room, "one").await, ann.says(room, "two").await);
    let here = route::path(route::READ, &[&room]);
    let read: ReadPosition = bob.put(&here, &json!({"seq": last.seq})).await.ok();
    assert_eq!((read.unread, read.read_rev), (0, 0));
    let back: ReadPosition = bob.put(&here, &json!({"seq": first.seq.previous(), "back": true})).await.ok();
    assert_eq!((back.unread, back.read_rev, back.read_seq), (2, 1, first.seq.previous()));
    let stale: ReadPosition = bob.put(&here, &json!({"seq": last.seq, "rev": 0})).await.ok();
    assert_eq!(stale, back, "a device that did not know of it");
    let fresh: ReadPosition = bob.put(&here, &json!({"seq": last.seq, "rev": 1})).await.ok();
    assert_eq!((fresh.unread, fresh.read_seq), (0, last.seq));
    assert_eq!(receipts(&ann, room).await[0].read_seq, last.seq);
}

#[tokio::test]
async fn everything_is_read_in_one_call_and_unread_again_in_another() {
    let world = World::new().await;
    let (ann, bob) = world.ann_and_bob().await;
    let (hall, deck) = (ann.opens_room_with("hall", &[&bob]).await, ann.opens_room_with("deck", &[&bob]).await);
    for room in [hall, deck, hall] {
        ann.says(room, "@bob hello").await;
    }
    let unread = async || -> u32 { bob.conversations().await.iter().map(|it| it.unread + 10 * it.mentions).sum() };
    assert_eq!(unread().await, 33);
    let moved: PositionsMoved = bob.post(route::READ_ALL, &json!(null)).await.ok();
    assert!(moved.positions.iter().all(|position| position.unread == 0 && position.mentions == 0));
    assert_eq!(unread().await, 0);
    let undone: PositionsMoved = bob.put(route::READ_POSITIONS, &json!({"positions": moved.before})).await.ok();
    assert_eq!(unread().await, 33);
    bob.put(route::READ_POSITIONS, &json!({"positions": undone.before})).await.done();
    assert_eq!(unread().await, 0, "what was undone can be redone");
    let many = vec![moved.before[0]; 1_001];
    bob.put(route::READ_POSITIONS, &json!({"positions": many})).await.refused(422, shared_types::ErrorCode::TooLong);
}
