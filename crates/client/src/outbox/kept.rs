//! The outbox as the tabs of one device share it: each keeps its letters where the others see them.

use super::{Letter, Outbox, Way};

impl Outbox {
    /// A letter as another tab has just kept it, or as it was kept before this page: new here, given up there, or tried again.
    /// True if that changes something.
    pub fn told(&mut self, letter: Letter) -> bool {
        let Some(known) = self.find(letter.nonce) else {
            self.restore(letter);
            return true;
        };
        if known.stored().is_some() || known.refusal == letter.refusal {
            return false;
        }
        known.refusal = letter.refusal;
        known.way = Way::Waiting;
        known.round_began = None;
        true
    }
}
