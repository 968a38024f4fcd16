//! Letters on their way, and astray.

use super::*;
use crate::testing::{conversation_id, message, nonce, user};

const NOW: Timestamp = Timestamp(1_000_000);

fn outbox(nonces: &[u64]) -> Outbox {
    let mut outbox = Outbox::default();
    for (place, n) in nonces.iter().enumerate() {
        let at = NOW.plus_ms(i64::try_from(place).unwrap());
        outbox.post(conversation_id(1), nonce(*n), "hi".try_into().unwrap(), at).unwrap();
    }
    outbox
}

fn due(outbox: &mut Outbox, now: Timestamp) -> Vec<Nonce> {
    outbox.take_due(Carrier::Socket, now).into_iter().map(|dispatch| dispatch.nonce).collect()
}

#[test]
fn one_letter_of_a_conversation_travels_at_a_time_in_order() {
    let mut outbox = outbox(&[1, 2]);
    outbox.post(conversation_id(2), nonce(3), "ho".try_into().unwrap(), NOW).unwrap();
    assert_eq!(due(&mut outbox, NOW), [nonce(1), nonce(3)]);
    assert_eq!(due(&mut outbox, NOW), []);
    outbox.stored(nonce(1), &message(1, 1, user(1), "hi"));
    assert_eq!(due(&mut outbox, NOW), [nonce(2)]);
}

#[test]
fn a_lost_socket_sends_the_same_nonce_again() {
    let mut outbox = outbox(&[1]);
    due(&mut outbox, NOW);
    outbox.socket_lost();
    assert_eq!(due(&mut outbox, NOW), [nonce(1)]);
}

#[test]
fn a_refused_letter_steps_aside_and_waits_for_its_author() {
    let mut outbox = outbox(&[1, 2]);
    due(&mut outbox, NOW);
    outbox.refused(nonce(1), ErrorCode::Forbidden);
    assert_eq!(due(&mut outbox, NOW), [nonce(2)]);
    assert!(outbox.has_failed(conversation_id(1)));
    outbox.stored(nonce(2), &message(1, 1, user(1), "hi"));
    outbox.retry(nonce(1), NOW);
    assert_eq!(due(&mut outbox, NOW), [nonce(1)]);
}

#[test]
fn the_marks_come_at_400_ms_and_2_s_and_tell_of_the_connection() {
    let outbox = outbox(&[1]);
    let sending = |ms, connected| outbox.letters()[0].sending(NOW.plus_ms(ms), connected);
    assert_eq!(sending(399, true), Sending::Fresh);
    assert_eq!(sending(400, true), Sending::Clock);
    assert_eq!(sending(2_000, true), Sending::Slow);
    assert_eq!(sending(2_000, false), Sending::Waiting);
}

#[test]
fn five_minutes_without_an_answer_fail_only_with_a_connection() {
    let mut outbox = outbox(&[1]);
    due(&mut outbox, NOW);
    let late = NOW.plus_ms(NO_ANSWER_AFTER_MS);
    assert!(!outbox.sweep(late, false));
    assert!(outbox.sweep(late, true));
    assert_eq!(outbox.letters()[0].refusal, Some(Refusal::NoAnswer));
}

#[test]
fn what_is_put_off_waits_for_its_time_or_for_the_socket() {
    let mut outbox = outbox(&[1]);
    due(&mut outbox, NOW);
    outbox.put_off(nonce(1), Some(5_000), NOW);
    assert_eq!(due(&mut outbox, NOW.plus_ms(4_999)), []);
    outbox.socket_live();
    assert_eq!(due(&mut outbox, NOW.plus_ms(4_999)), [nonce(1)]);
}

#[test]
fn an_answer_that_never_comes_is_asked_for_again() {
    let mut outbox = outbox(&[1]);
    due(&mut outbox, NOW);
    assert_eq!(due(&mut outbox, NOW.plus_ms(AGAIN_AFTER_MS - 1)), []);
    assert_eq!(due(&mut outbox, NOW.plus_ms(AGAIN_AFTER_MS)), [nonce(1)]);
}

#[test]
fn letters_survive_a_reload_in_order_and_once() {
    let kept: Vec<String> = outbox(&[2, 1]).letters().iter().map(|letter| serde_json::to_string(letter).unwrap()).collect();
    let mut restored = Outbox::default();
    for text in kept.iter().rev().chain(&kept) {
        restored.restore(serde_json::from_str(text).unwrap());
    }
    let order: Vec<Nonce> = restored.letters().iter().map(|letter| letter.nonce).collect();
    assert_eq!(order, [nonce(2), nonce(1)]);
}

#[test]
fn it_is_bounded() {
    let mut outbox = Outbox::default();
    for n in 0..50 {
        outbox.post(conversation_id(1), nonce(n), "x".try_into().unwrap(), NOW).unwrap();
    }
    assert_eq!(outbox.post(conversation_id(1), nonce(99), "x".try_into().unwrap(), NOW), Err(Full));
    assert_eq!(outbox.post(conversation_id(2), nonce(99), "x".try_into().unwrap(), NOW), Ok(()));
}

#[test]
fn a_clock_that_is_set_back_does_not_turn_the_order_round() {
    let mut written = Outbox::default();
    for (n, ms) in [(1, 50_000), (2, 0), (3, 0)] {
        written.post(conversation_id(1), nonce(10 - n), "hi".try_into().unwrap(), NOW.plus_ms(ms)).unwrap();
    }
    let mut restored = Outbox::default();
    for letter in written.letters().iter().rev() {
        restored.told(serde_json::from_str(&serde_json::to_string(letter).unwrap()).unwrap());
    }
    let nonces: Vec<Nonce> = restored.letters().iter().map(|letter| letter.nonce).collect();
    assert_eq!(nonces, [nonce(9), nonce(8), nonce(7)]);
}

#[test]
fn tabs_tell_each_other_of_letters_refusals_and_another_try() {
    let mut writer = outbox(&[1]);
    let mut sender = Outbox::default();
    let letter = |outbox: &Outbox| outbox.letter(nonce(1)).unwrap().clone();
    assert!(sender.told(letter(&writer)));
    assert!(!sender.told(letter(&writer)), "once is enough");
    assert_eq!(due(&mut sender, NOW), [nonce(1)]);

    sender.refused(nonce(1), ErrorCode::NotFound);
    assert!(writer.told(letter(&sender)));
    assert_eq!(writer.letter(nonce(1)).unwrap().sending(NOW, true), Sending::Failed(Refusal::Refused(ErrorCode::NotFound)));

    writer.retry(nonce(1), NOW);
    assert!(sender.told(letter(&writer)));
    assert_eq!(due(&mut sender, NOW), [nonce(1)]);
    // What the server has is not taken back by an old word.
    sender.stored(nonce(1), &message(1, 1, user(1), "hi"));
    writer.refused(nonce(1), ErrorCode::NotFound);
    assert!(!sender.told(letter(&writer)));
}
