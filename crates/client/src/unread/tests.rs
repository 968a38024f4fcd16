//! What the property tests of the model do not say by name.

use shared_types::{Seq, limits::UNREAD_MAX};

use super::*;

fn count(rev: u32, read: u64, unread: u32, mentions: u32, head: u64) -> Count {
    Count { read: Position { rev, seq: Seq(read) }, unread, mentions, head: Seq(head) }
}

fn other(seq: u64) -> Place {
    Place { seq: Seq(seq), counts: true, names_me: false }
}

fn hear(unread: &mut Unread, seq: u64) {
    unread.hear(Seq(seq - 1), Seq(seq), Some(other(seq)));
}

#[test]
fn new_messages_of_others_count_and_everything_else_does_not() {
    let mut unread = Unread::new(count(0, 3, 2, 0, 5));
    hear(&mut unread, 6);
    unread.hear(Seq(6), Seq(7), None);
    hear(&mut unread, 6);
    assert_eq!(unread.count(), 3);
    assert!(unread.see(Seq(7)) && !unread.see(Seq(2)));
    assert_eq!(unread.count(), 0, "reading never goes back");
}

#[test]
fn a_stale_answer_does_not_undo_what_was_read_here() {
    let mut unread = Unread::new(count(0, 0, 4, 0, 4));
    unread.learn(Seq(0), Seq(4), [1, 2, 3, 4].map(other));
    unread.see(Seq(3));
    unread.tell(count(0, 1, 3, 0, 4));
    assert_eq!((unread.count(), unread.read_seq()), (1, Seq(3)));
    unread.tell(count(0, 3, 1, 0, 4));
    assert_eq!(unread.mark(), None, "the server has it");
}

#[test]
fn only_a_greater_revision_goes_back() {
    let mut unread = Unread::new(count(1, 9, 0, 0, 9));
    unread.tell(count(0, 2, 7, 0, 9));
    assert_eq!((unread.read_seq(), unread.count()), (Seq(9), 0), "what was said before somebody marked it unread");
    unread.tell(count(2, 2, 7, 0, 9));
    assert_eq!((unread.read_seq(), unread.count()), (Seq(2), 7));
}

#[test]
fn what_was_seen_before_it_was_marked_unread_elsewhere_is_not_wanted_any_more() {
    let mut unread = Unread::new(count(0, 2, 7, 0, 9));
    unread.see(Seq(8));
    unread.tell(count(1, 1, 8, 0, 9));
    assert_eq!((unread.mark(), unread.read_seq(), unread.count()), (None, Seq(1), 8));
}

#[test]
fn marked_unread_stays_until_the_server_has_it_and_looking_does_not_undo_it() {
    let mut unread = Unread::new(count(0, 4, 0, 0, 4));
    unread.learn(Seq(0), Seq(4), [1, 2, 3, 4].map(other));
    assert!(unread.mark_unread(Seq(1)));
    assert_eq!(unread.count(), 3);
    assert!(!unread.see(Seq(4)));
    unread.tell(count(0, 4, 0, 0, 4));
    assert_eq!(unread.count(), 3, "an answer from before");
    unread.tell(count(1, 1, 3, 0, 4));
    assert_eq!((unread.mark(), unread.count()), (None, 3));
    assert!(unread.see(Seq(4)));
}

#[test]
fn a_deletion_is_taken_off_what_the_server_counted_once() {
    let mut unread = Unread::new(count(0, 0, 5, 0, 5));
    let gone = Place { counts: false, ..other(2) };
    unread.hear(Seq(5), Seq(6), Some(gone));
    unread.hear(Seq(5), Seq(6), Some(gone));
    assert_eq!((unread.count(), unread.is_sure()), (4, true));
    unread.tell(count(0, 0, 4, 0, 6));
    assert_eq!(unread.count(), 4, "the server has taken it off itself");
}

#[test]
fn whether_an_edit_took_a_mention_away_only_the_server_knows() {
    let mut unread = Unread::new(count(0, 0, 5, 2, 5));
    unread.hear(Seq(5), Seq(6), Some(other(2)));
    assert!(!unread.is_sure());
    unread.tell(count(0, 0, 5, 1, 6));
    assert_eq!((unread.mentions(), unread.is_sure()), (1, true));
}

#[test]
fn where_the_server_stopped_counting_it_stays_at_most() {
    let mut unread = Unread::new(count(0, 0, UNREAD_MAX, 0, 5_000));
    unread.hear(Seq(5_000), Seq(5_001), Some(Place { counts: false, ..other(2) }));
    assert_eq!((unread.count(), unread.is_sure()), (UNREAD_MAX, false));
}
