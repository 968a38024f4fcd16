//! One conversation's events on their way through the hub: in order, once, without holes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::ports::{Signal, store::Logged};
use shared_types::{
    Seq, UserId,
    message::{Change, Content, Message, Receipt},
    ws::Event,
};

use crate::chunk::Round;

/// Events that are parked while one before them is missing. Beyond it they are dropped: the log has them.
const PARKED: usize = 1_024;

/// An event and the memberships that it begins and ends, as the bus brought it or as the log tells it.
#[derive(Clone, Debug)]
pub(crate) enum Arrival {
    /// Always a [`Signal::Event`].
    Bus(Arc<Signal>),
    Log(Box<Logged>),
}

impl Arrival {
    pub fn event(&self) -> &Event {
        match self {
            Self::Bus(signal) => match &**signal {
                Signal::Event { event, .. } => event,
                _ => &Event::Unknown,
            },
            Self::Log(logged) => &logged.event,
        }
    }

    /// Members who may only know that there is something at its place.
    pub fn hidden_from(&self) -> &[UserId] {
        match self {
            Self::Bus(signal) => match &**signal {
                Signal::Event { hidden_from, .. } => hidden_from,
                _ => &[],
            },
            Self::Log(logged) => &logged.hidden_from,
        }
    }

    /// Who became a member by it, and who stopped being one. The log tells memberships by what happened.
    pub fn memberships(&self) -> (&[UserId], &[UserId]) {
        match self {
            Self::Bus(signal) => match &**signal {
                Signal::Event { gained, lost, .. } => (gained, lost),
                _ => (&[], &[]),
            },
            Self::Log(logged) => match &logged.event {
                Event::Message { message } => changed(message),
                _ => (&[], &[]),
            },
        }
    }
}

fn changed(message: &Message) -> (&[UserId], &[UserId]) {
    match &message.content {
        Content::System { change: Change::Joined {} } => (std::slice::from_ref(&message.author_id), &[]),
        Content::System { change: Change::Added { user_ids } } => (user_ids, &[]),
        Content::System { change: Change::Left {} } => (&[], std::slice::from_ref(&message.author_id)),
        Content::System { change: Change::Removed { user_id } } => (&[], std::slice::from_ref(user_id)),
        _ => (&[], &[]),
    }
}

/// A conversation that somebody with an open socket belongs to.
#[derive(Debug, Default)]
pub(crate) struct Relay {
    /// Everything up to here has been handed on, or lies before the first watcher's snapshot.
    pub delivered: Seq,
    /// It began after this place: whatever came before was seen by nobody here.
    pub since: Seq,
    /// How many people with open sockets belong to it.
    pub people: usize,
    /// Slots of the sockets that hear it.
    pub sockets: Vec<u32>,
    /// Events that are handed on together, at the end of the hub's round.
    pub round: Round,
    /// Receipts that go out with the next beat.
    pub receipts: HashMap<UserId, Receipt>,
    /// The beat in which something was handed on last.
    pub moved: u32,
    /// The log is being read for what is missing.
    pub is_reading: bool,
    parked: BTreeMap<Seq, Arrival>,
}

impl Relay {
    pub fn new(delivered: Seq) -> Self {
        Self { delivered, since: delivered, ..Self::default() }
    }

    /// The event if it is the next one; else it is parked, if it is not an old one. After each, ask [`Self::unpark`].
    pub fn accept(&mut self, seq: Seq, arrival: Arrival) -> Option<Arrival> {
        if seq == self.delivered.next() {
            self.delivered = seq;
            // It may have come before, and be parked.
            self.parked.remove(&seq);
            return Some(arrival);
        }
        if seq > self.delivered && self.parked.len() < PARKED {
            self.parked.insert(seq, arrival);
        }
        None
    }

    /// What was parked and is next now.
    pub fn unpark(&mut self) -> Option<Arrival> {
        if self.parked.is_empty() {
            return None;
        }
        let next = self.parked.remove(&self.delivered.next())?;
        self.delivered = self.delivered.next();
        Some(next)
    }

    /// Whether something arrived whose predecessor has not.
    pub fn has_hole(&self) -> bool {
        !self.parked.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hand_on(relay: &mut Relay, seq: u64) -> Vec<u64> {
        let mut next = relay.accept(Seq(seq), Arrival::Log(Box::new(Event::Unknown.into())));
        let mut seqs = Vec::new();
        while next.is_some() {
            seqs.push(relay.delivered.0);
            next = relay.unpark();
        }
        seqs
    }

    #[test]
    fn p3_events_leave_in_order_once_whatever_the_order_of_arrival() {
        let mut relay = Relay::new(Seq(4));
        assert_eq!(hand_on(&mut relay, 7), [0_u64; 0]);
        assert_eq!(hand_on(&mut relay, 6), [0_u64; 0]);
        assert!(relay.has_hole());
        assert_eq!(hand_on(&mut relay, 5), [5, 6, 7]);
        assert!(!relay.has_hole());
        assert_eq!(hand_on(&mut relay, 6), [0_u64; 0]);
        assert_eq!(hand_on(&mut relay, 3), [0_u64; 0]);
        assert_eq!(hand_on(&mut relay, 8), [8]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn p3_any_arrivals_leave_as_a_gapless_prefix(start in 0_u64..5, arrivals in prop::collection::vec(1_u64..20, 0..60)) {
            let mut relay = Relay::new(Seq(start));
            let left: Vec<u64> = arrivals.iter().flat_map(|seq| hand_on(&mut relay, *seq)).collect();
            let come: std::collections::BTreeSet<u64> = arrivals.into_iter().collect();
            let expected: Vec<u64> = (start + 1..100).take_while(|seq| come.contains(seq)).collect();
            prop_assert_eq!(left, expected);
        }
    }
}
