//! The connection through good and bad days.

use super::*;

const GONE: u16 = 1006;

fn at(ms: i64) -> Timestamp {
    Timestamp(1_000_000 + ms)
}

fn live() -> Link {
    let mut link = Link::new(true);
    assert_eq!(link.start(at(0)), Step::Open { renew: false });
    link.ready(at(10));
    link
}

/// Fails `times` connections in a row, always drawing the longest wait, and tells the waits.
fn waits(link: &mut Link, mut now: i64, times: usize) -> Vec<i64> {
    let mut waits = Vec::new();
    for _ in 0..times {
        link.closed(GONE, None, at(now), 1.0);
        let until = link.wake_at(at(now + 60_000)).unwrap();
        waits.push(until.since_ms(at(now)));
        now = until.since_ms(at(0));
        assert_eq!(link.tick(until, 1.0), Some(Step::Open { renew: false }));
    }
    waits
}

#[test]
fn waits_double_up_to_half_a_minute() {
    assert_eq!(waits(&mut live(), 100, 8), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
}

#[test]
fn a_connection_that_lived_starts_the_waits_anew_and_one_that_did_not_does_not() {
    let mut link = live();
    waits(&mut link, 100, 3);
    link.ready(at(10_000));
    assert_eq!(waits(&mut link, 10_100, 1), [4_000], "a socket that dies at once is no success");
    link.ready(at(20_000));
    assert_eq!(waits(&mut link, 30_000, 1), [500]);
}

#[test]
fn chance_spreads_the_waits_but_never_to_nothing() {
    let mut link = live();
    link.closed(GONE, None, at(100), 0.0);
    assert_eq!(link.wake_at(at(60_000)), Some(at(100 + SHORTEST_WAIT_MS)));
}

#[test]
fn network_view_and_tap_hurry() {
    for hurry in [Link::online, Link::visible, Link::tap] {
        let mut link = live();
        link.closed(GONE, None, at(100), 1.0);
        assert_eq!(hurry(&mut link, at(101)), Some(Step::Open { renew: false }));
        assert_eq!(hurry(&mut link, at(102)), None, "one socket at a time");
    }
}

#[test]
fn silence_is_death() {
    let mut link = live();
    link.heard(at(5_000));
    let end = at(5_000 + i64::from(CLIENT_PATIENCE_MS));
    assert_eq!(link.wake_at(at(5_000)), Some(end));
    assert_eq!(link.tick(end.plus_ms(-1), 0.5), None);
    assert_eq!(link.tick(end, 0.5), Some(Step::Drop));
    assert!(!link.is_live());
}

#[test]
fn a_laptop_that_slept_reconnects_at_once() {
    let mut link = live();
    assert_eq!(link.visible(at(3_600_000)), Some(Step::Drop));
    assert_eq!(link.tick(at(3_600_000), 1.0), Some(Step::Open { renew: false }));
}

#[test]
fn another_way_opens_at_once_and_does_not_hide_how_long_it_took() {
    let mut link = live();
    assert_eq!(link.reroute(at(100)), Some(Step::Open { renew: false }));
    assert_eq!(link.status(at(100)), Status::Connecting);
    assert_eq!(link.reroute(at(5_000)), Some(Step::Open { renew: false }));
    assert_eq!(link.down_ms(at(5_000)), Some(4_900));
    link.stop();
    assert_eq!(link.reroute(at(6_000)), None, "nobody is signed in");
}

#[test]
fn a_late_timer_does_not_kill_a_connection_that_was_heard_of() {
    let mut link = live();
    link.heard(at(70_000));
    assert_eq!(link.tick(at(80_000), 0.5), None, "due at 25 s, called at 80 s");
}

#[test]
fn close_codes_mean_what_they_say() {
    let mut link = live();
    assert_eq!(link.closed(close::SESSION_ENDED, None, at(100), 0.5), Some(Step::SignOut));
    assert_eq!(link.tick(at(1_000_000), 0.5), None, "it does not come back");

    let mut link = live();
    link.closed(close::UNAUTHENTICATED, None, at(100), 1.0);
    assert_eq!(link.tick(at(600), 1.0), Some(Step::Open { renew: true }));

    let mut link = live();
    link.closed(close::RESTART, None, at(100), 1.0);
    assert_eq!(link.wake_at(at(60_000)), Some(at(100 + SHORTEST_WAIT_MS + RESTART_SPREAD_MS)));
}

#[test]
fn a_server_that_stops_tells_each_when_to_come_back() {
    for (told, waited) in [(Some(7_300), 7_300), (Some(0), 0), (Some(10_000_000), LONGEST_COME_BACK_MS), (Some(-5), 0)] {
        let mut link = live();
        link.closed(close::RESTART, told, at(100), 0.5);
        assert_eq!(link.tick(at(99 + SHORTEST_WAIT_MS + waited), 0.5), None, "{told:?}");
        assert_eq!(link.tick(at(100 + SHORTEST_WAIT_MS + waited), 0.5), Some(Step::Open { renew: false }), "{told:?}");
    }
    // Whoever wants it now gets it now.
    let mut link = live();
    link.closed(close::RESTART, Some(9_000), at(100), 0.5);
    assert_eq!(link.tap(at(200)), Some(Step::Open { renew: false }));
}

#[test]
fn a_short_drop_is_not_shown() {
    let mut link = live();
    link.closed(GONE, None, at(100), 1.0);
    assert_eq!(link.indicator(at(3_099)), Indicator::Fine);
    assert_eq!(link.status(at(3_099)), Status::Connecting);
    assert_eq!(link.indicator(at(3_100)), Indicator::Reconnecting);
    assert!(matches!(link.indicator(at(20_100)), Indicator::Offline { .. }));
    link.ready(at(20_200));
    assert_eq!(link.indicator(at(20_200)), Indicator::Fine);
}

#[test]
fn no_network_is_told_at_once_and_tried_now_and_then() {
    let mut link = live();
    assert_eq!(link.offline(at(100)), Some(Step::Drop));
    assert!(matches!(link.indicator(at(100)), Indicator::Offline { retry_at: Some(_) }));
    assert_eq!(link.tick(at(100 + NO_NETWORK_WAIT_MS), 0.5), Some(Step::Open { renew: false }));
    link.ready(at(20_000));
    assert_eq!(link.status(at(20_000)), Status::Live, "the browser was wrong");
}

#[test]
fn a_socket_that_never_opens_is_given_up() {
    let mut link = Link::new(true);
    link.start(at(0));
    assert_eq!(link.tick(at(CONNECT_PATIENCE_MS), 1.0), Some(Step::Drop));
    assert!(link.wake_at(at(CONNECT_PATIENCE_MS)).is_some());
}
