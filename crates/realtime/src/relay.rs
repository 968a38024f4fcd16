//! One conversation's events on their way through the hub: in order, once, without holes.

use std::collections::{BTreeMap, HashSet};

use shared_types::{
    Seq, UserId,
    message::{Change, Content},
    ws::Event,
};

/// Events that are parked while one before them is missing. Beyond it they are dropped: the log has them.
const PARKED: usize = 1_024;

/// An event and the memberships that it begins and ends.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub event: Event,
    pub gained: Vec<UserId>,
    pub lost: Vec<UserId>,
}

impl Arrival {
    /// From the log, which tells memberships by what happened.
    pub fn from_log(event: Event) -> Self {
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        if let Event::Message { message } = &event
            && let Content::System { change } = &message.content
        {
            match change {
                Change::Joined {} => gained.push(message.author_id),
                Change::Added { user_ids } => gained.extend(user_ids),
                Change::Left {} => lost.push(message.author_id),
                Change::Removed { user_id } => lost.push(*user_id),
                _ => {}
            }
        }
        Self { event, gained, lost }
    }
}

/// What an arrival leads to.
#[derive(Debug, Default)]
pub struct Ready {
    /// To be handed on now, in this order.
    pub arrivals: Vec<(Seq, Arrival)>,
}

/// A conversation that somebody with an open socket belongs to.
#[derive(Debug)]
pub struct Relay {
    /// Everything up to here has been handed on, or lies before the first watcher's snapshot.
    pub delivered: Seq,
    pub watchers: HashSet<UserId>,
    parked: BTreeMap<Seq, Arrival>,
    /// The log is being read for what is missing.
    pub reading: bool,
}

impl Relay {
    pub fn new(delivered: Seq) -> Self {
        Self { delivered, watchers: HashSet::new(), parked: BTreeMap::new(), reading: false }
    }

    pub fn accept(&mut self, seq: Seq, arrival: Arrival) -> Ready {
        if seq > self.delivered && (self.parked.len() < PARKED || seq == self.delivered.next()) {
            self.parked.insert(seq, arrival);
        }
        let mut ready = Ready::default();
        while let Some(arrival) = self.parked.remove(&self.delivered.next()) {
            self.delivered = self.delivered.next();
            ready.arrivals.push((self.delivered, arrival));
        }
        ready
    }

    /// Whether something arrived whose predecessor has not.
    pub fn has_hole(&self) -> bool {
        !self.parked.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seqs(ready: &Ready) -> Vec<u64> {
        ready.arrivals.iter().map(|(seq, _)| seq.0).collect()
    }

    #[test]
    fn events_leave_in_order_once_whatever_the_order_of_arrival() {
        let mut relay = Relay::new(Seq(4));
        let arrival = || Arrival::from_log(Event::Unknown);
        assert_eq!(seqs(&relay.accept(Seq(7), arrival())), [0_u64; 0]);
        assert_eq!(seqs(&relay.accept(Seq(6), arrival())), [0_u64; 0]);
        assert!(relay.has_hole());
        assert_eq!(seqs(&relay.accept(Seq(5), arrival())), [5, 6, 7]);
        assert!(!relay.has_hole());
        assert_eq!(seqs(&relay.accept(Seq(6), arrival())), [0_u64; 0]);
        assert_eq!(seqs(&relay.accept(Seq(3), arrival())), [0_u64; 0]);
        assert_eq!(seqs(&relay.accept(Seq(8), arrival())), [8]);
    }
}
