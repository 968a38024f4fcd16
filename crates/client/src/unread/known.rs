//! The stretches of a conversation of which every message is known, and the places in them that count.

use shared_types::{Seq, limits::UNREAD_MAX};

use super::Place;
use crate::sorted::Map;

/// So many places of others' messages are remembered.
const REMEMBERED: usize = 2 * UNREAD_MAX as usize;
/// So many stretches that do not touch.
const STRETCHES: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// `(from, to]`, ascending, apart from each other.
    stretches: Vec<(Seq, Seq)>,
    /// Messages of others that count, and whether they name the reader.
    places: Map<Seq, bool>,
}

impl Known {
    /// Whether everything in `(from, to]` is known.
    pub fn covers(&self, from: Seq, to: Seq) -> bool {
        from >= to || self.stretches.iter().any(|stretch| stretch.0 <= from && to <= stretch.1)
    }

    /// The last place of which something is known.
    pub fn end(&self) -> Seq {
        self.stretches.last().map_or(Seq::START, |stretch| stretch.1)
    }

    /// How many in `(from, to]` count, and how many of them name the reader.
    pub fn count(&self, from: Seq, to: Seq) -> (u32, u32) {
        if from >= to {
            return (0, 0);
        }
        self.places.range(from.next()..=to).iter().fold((0, 0), |(all, named), (_, names_me)| (all + 1, named + u32::from(*names_me)))
    }

    /// From now on everything in `(from, to]` is known.
    pub fn cover(&mut self, from: Seq, to: Seq) {
        let mut whole = (from, to);
        self.stretches.retain(|stretch| {
            let touches = stretch.0 <= whole.1 && whole.0 <= stretch.1;
            if touches {
                whole = (whole.0.min(stretch.0), whole.1.max(stretch.1));
            }
            !touches
        });
        let at = self.stretches.partition_point(|stretch| stretch.0 < whole.0);
        self.stretches.insert(at, whole);
        if self.stretches.len() > STRETCHES {
            self.forget_up_to(self.stretches[0].1);
        }
    }

    /// What is known of one message now. One outside of all stretches is not remembered.
    pub fn put(&mut self, place: Place) {
        if !place.counts {
            self.places.remove(&place.seq);
        } else if self.covers(place.seq.previous(), place.seq) {
            self.places.insert(place.seq, place.names_me);
        }
        while self.places.len() > REMEMBERED {
            if let Some(oldest) = self.places.first_key() {
                self.forget_up_to(oldest);
            }
        }
    }

    /// Takes the whole of `(from, to]` as it is told.
    pub fn learn(&mut self, from: Seq, to: Seq, places: impl IntoIterator<Item = Place>) {
        if from >= to {
            return;
        }
        self.places.remove_range(&(from.next()..=to));
        self.cover(from, to);
        for place in places {
            self.put(place);
        }
    }

    fn forget_up_to(&mut self, seq: Seq) {
        self.places.remove_range(&(Seq::START..=seq));
        self.stretches.retain_mut(|stretch| {
            stretch.0 = stretch.0.max(seq);
            stretch.0 < stretch.1
        });
    }
}
