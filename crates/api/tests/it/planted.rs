//! The history checker, tried on servers that are wrong on purpose: each planted fault is found for what it is, and a
//! server without one is not accused.

use std::{collections::BTreeSet, sync::Arc};

use loadtest::{
    Target,
    check::Kind,
    trial::{Options, carry_out},
};
use testkit::{Bug, PASSWORD, Planted, World};

/// A few people who talk for a moment, with much coming and going; what the checker found.
async fn found_with(bug: Option<Bug>) -> BTreeSet<Kind> {
    let world = World::with_faults(Arc::new(Planted(bug))).await;
    let options = Options {
        target: Target { server: world.url.clone(), password: PASSWORD.to_owned() },
        people: 6,
        rooms: 2,
        seconds: 6.0,
        messages: None,
        round_seconds: 6.0,
        rate: 120.0,
        window: 4,
        churn: 6,
        seed: 1,
        patience: 5_000,
        // Between what a healthy server takes and the five seconds after which the hub finds a loss by itself.
        live: 3_500,
        gone: 0,
        cuts: false,
    };
    let outcome = carry_out(&options, |_| {}).await.unwrap();
    assert!(outcome.tally.acked > 100, "people talked: {:?}", outcome.tally);
    outcome.differences.iter().map(|difference| difference.kind).collect()
}

async fn assert_finds(bug: Bug, kind: Kind) {
    let found = found_with(Some(bug)).await;
    assert!(found.contains(&kind), "{bug:?} has to be found as {kind}: {found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_a_planted_fault_is_not_accused() {
    assert_eq!(found_with(None).await, BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_a_dropped_nonce_index_is_found() {
    assert_finds(Bug::NonceIndexDropped, Kind::Doubled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_a_skipped_publish_is_found() {
    assert_finds(Bug::PublishSkipped, Kind::Late).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p3_a_seq_taken_without_the_lock_is_found() {
    assert_finds(Bug::SeqWithoutLock, Kind::Hole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p8_a_resume_off_by_one_is_found() {
    assert_finds(Bug::ResumeOffByOne, Kind::Gap).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_erased_text_that_is_replayed_is_found() {
    assert_finds(Bug::ErasedTextReplayed, Kind::Unerased).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p9_an_event_to_a_non_member_is_found() {
    assert_finds(Bug::EventToNonMember, Kind::Leaked).await;
}
