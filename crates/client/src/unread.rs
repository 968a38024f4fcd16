//! How much of a conversation is unread: derived from positions, never counted up and down, so it cannot drift.
//!
//! The server tells a base: so many unread between `read_seq` and `head_seq`. What comes after that head is known by place, message
//! by message, so the number is the base plus the known places behind it; and as soon as the known places reach back to
//! `read_seq`, the number is theirs alone.

use std::collections::BTreeSet;

use shared_types::{Seq, limits::UNREAD_MAX};

/// So many places of others' messages are remembered.
const REMEMBERED: usize = 2 * UNREAD_MAX as usize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    read_seq: Seq,
    /// Unread messages in `(told_read, told_head]`, as the server counted.
    base: u32,
    told_head: Seq,
    /// In `(known_from, known_to]` every event has been seen, and `others` holds those that count.
    known_from: Seq,
    known_to: Seq,
    others: BTreeSet<Seq>,
}

impl Unread {
    /// As the server tells it.
    pub fn new(read_seq: Seq, unread: u32, head_seq: Seq) -> Self {
        Self { read_seq, base: unread, told_head: head_seq, known_from: head_seq, known_to: head_seq, others: BTreeSet::new() }
    }

    pub fn read_seq(&self) -> Seq {
        self.read_seq
    }

    /// The number to show; [`UNREAD_MAX`] means that many or more.
    pub fn count(&self) -> u32 {
        let count = if self.knows_everything_unread() {
            self.after(self.read_seq)
        } else {
            self.base.saturating_add(self.after(self.read_seq.max(self.told_head)))
        };
        count.min(UNREAD_MAX)
    }

    /// How many messages of others came after a place, as far as is known.
    pub fn after(&self, seq: Seq) -> u32 {
        u32::try_from(self.others.range(seq.next()..).count()).unwrap_or(u32::MAX)
    }

    /// The next event of the log; `counts` if somebody else said something.
    pub fn hear(&mut self, seq: Seq, counts: bool) {
        if seq <= self.known_to {
            return;
        }
        if seq != self.known_to.next() {
            // Something before it was skipped, and the server's base covers that: begin to know anew.
            self.others.clear();
            self.known_from = seq.previous();
        }
        self.known_to = seq;
        if counts {
            self.others.insert(seq);
        }
        self.forget_the_oldest();
    }

    /// A page of the past: everything in `(from, to]`, of which these places count.
    pub fn learn(&mut self, from: Seq, to: Seq, others: impl IntoIterator<Item = Seq>) {
        let touches = from <= self.known_to && to >= self.known_from;
        if touches {
            self.others.extend(others.into_iter().filter(|seq| *seq > from && *seq <= to));
            self.known_from = self.known_from.min(from);
            self.known_to = self.known_to.max(to);
            self.forget_the_oldest();
        }
    }

    /// The server's word, from a snapshot or a `read` frame. It never moves what has been read back.
    pub fn told(&mut self, read_seq: Seq, unread: u32, head_seq: Seq) {
        let mine = self.read_seq;
        if head_seq < self.told_head && head_seq < self.known_from {
            // Older than all we know, so its count cannot be carried on.
            self.mark(read_seq);
            return;
        }
        self.read_seq = read_seq;
        self.base = unread;
        self.told_head = head_seq;
        self.mark(mine);
    }

    /// The reader has read up to here, on this device.
    pub fn mark(&mut self, seq: Seq) {
        if seq <= self.read_seq {
            return;
        }
        self.read_seq = seq;
        if seq >= self.told_head {
            self.base = 0;
        } else if seq >= self.known_from && self.told_head <= self.known_to {
            let rest = self.others.range(seq.next()..=self.told_head).count();
            self.base = u32::try_from(rest).unwrap_or(u32::MAX);
        }
        // Else nobody here can know; the server answers the mark with its count.
    }

    fn knows_everything_unread(&self) -> bool {
        self.known_from <= self.read_seq && self.known_to >= self.told_head
    }

    fn forget_the_oldest(&mut self) {
        while self.others.len() > REMEMBERED {
            if let Some(oldest) = self.others.pop_first() {
                self.known_from = oldest;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn new_messages_of_others_count_and_everything_else_does_not() {
        let mut unread = Unread::new(Seq(3), 2, Seq(5));
        unread.hear(Seq(6), true);
        unread.hear(Seq(7), false);
        unread.hear(Seq(6), true);
        assert_eq!(unread.count(), 3);
        unread.mark(Seq(7));
        assert_eq!(unread.count(), 0);
        unread.mark(Seq(2));
        assert_eq!(unread.count(), 0, "reading never goes back");
    }

    #[test]
    fn a_stale_answer_does_not_undo_what_was_read_here() {
        let mut unread = Unread::new(Seq(0), 4, Seq(4));
        unread.learn(Seq(0), Seq(4), [1, 2, 3, 4].map(Seq));
        unread.mark(Seq(3));
        unread.told(Seq(1), 3, Seq(4));
        assert_eq!(unread.count(), 1);
    }

    #[test]
    fn what_a_snapshot_covers_is_not_counted_twice() {
        let mut unread = Unread::new(Seq(0), 0, Seq(0));
        unread.hear(Seq(1), true);
        unread.told(Seq(0), 3, Seq(3));
        assert_eq!(unread.count(), 3);
        unread.hear(Seq(2), true);
        unread.hear(Seq(3), true);
        assert_eq!(unread.count(), 3);
        unread.hear(Seq(4), true);
        assert_eq!(unread.count(), 4);
    }

    /// One step of a conversation as the reader's client may live it.
    #[derive(Clone, Debug)]
    enum Step {
        Said {
            by_other: bool,
        },
        Marked(u64),
        /// The server tells, as of so many events ago.
        Told {
            ago: u64,
        },
        Paged(u64, u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<bool>().prop_map(|by_other| Step::Said { by_other }),
            (0..60_u64).prop_map(Step::Marked),
            (0..5_u64).prop_map(|ago| Step::Told { ago }),
            (0..60_u64, 0..60_u64).prop_map(|(a, b)| Step::Paged(a.min(b), a.max(b))),
        ]
    }

    proptest! {
        #[test]
        fn the_number_is_the_truth_or_the_servers_last_word(start in prop::collection::vec(any::<bool>(), 0..20), steps in prop::collection::vec(step(), 0..60)) {
            let mut log = start;
            let truth = |log: &[bool], read: u64, head: u64| {
                let counted = log.iter().zip(1_u64..).filter(|(by_other, seq)| **by_other && *seq > read && *seq <= head).count();
                u32::try_from(counted).unwrap()
            };
            let head = |log: &[bool]| log.len() as u64;
            let mut server_read = 0;
            let mut unread = Unread::new(Seq(0), truth(&log, 0, head(&log)), Seq(head(&log)));
            for step in steps {
                match step {
                    Step::Said { by_other } => {
                        log.push(by_other);
                        unread.hear(Seq(head(&log)), by_other);
                    }
                    Step::Marked(seq) => {
                        let seq = seq.min(head(&log));
                        unread.mark(Seq(seq));
                        server_read = server_read.max(seq);
                        // The server answers every mark with its count.
                        unread.told(Seq(server_read), truth(&log, server_read, head(&log)), Seq(head(&log)));
                    }
                    Step::Told { ago } => {
                        let then = head(&log).saturating_sub(ago).max(unread.told_head.0);
                        unread.told(Seq(server_read), truth(&log, server_read, then), Seq(then));
                    }
                    Step::Paged(from, to) => {
                        let (from, to) = (from.min(head(&log)), to.min(head(&log)));
                        let others = log.iter().zip(1_u64..).filter(|(by_other, _)| **by_other).map(|(_, seq)| Seq(seq));
                        unread.learn(Seq(from), Seq(to), others.collect::<Vec<_>>());
                    }
                }
                prop_assert_eq!(unread.count(), truth(&log, unread.read_seq().0, head(&log)));
            }
        }
    }
}
