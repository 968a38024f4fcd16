//! Chance that a seed repeats.

use crate::check::mix;

#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Another stream of the same seed.
    pub fn branch(&self, number: u64) -> Self {
        Self(mix(self.0 ^ mix(number)))
    }

    /// 0 to `bound` - 1; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = mix(self.0);
        self.0.checked_rem(bound).unwrap_or(0)
    }

    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// So many times in a thousand.
    pub fn happens(&mut self, in_a_thousand: u64) -> bool {
        self.below(1_000) < in_a_thousand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_branches_differ() {
        let draw = |mut chance: Chance| (0..100).map(|_| chance.below(10)).collect::<Vec<_>>();
        let chance = Chance::of(7);
        assert_eq!(draw(chance.clone()), draw(Chance::of(7)));
        assert_ne!(draw(chance.branch(1)), draw(chance.branch(2)));
        assert_eq!(Chance::of(7).below(0), 0);
    }
}
