//! How far the others in a conversation have received and read, as far as they share it.

use shared_types::{Seq, UserId, message::Receipt};

/// How many of those who share their receipts have one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub delivered: u32,
    pub read: u32,
    /// Of so many.
    pub of: u32,
}

impl Reach {
    pub fn is_delivered(self) -> bool {
        self.of > 0 && self.delivered >= self.of
    }

    pub fn is_read(self) -> bool {
        self.of > 0 && self.read >= self.of
    }
}

/// One person's never go back, in whatever order they are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    /// One per person; there are no more than a hundred.
    of: Vec<Receipt>,
}

impl Receipts {
    /// Some have received or read on. Answers whether that is news.
    pub fn tell(&mut self, told: &[Receipt]) -> bool {
        let mut is_news = false;
        for receipt in told {
            let known = self.of_mut(receipt.user_id);
            let before = *known;
            known.read_seq = known.read_seq.max(receipt.read_seq);
            known.delivered_seq = known.delivered_seq.max(receipt.delivered_seq).max(known.read_seq);
            is_news |= *known != before;
        }
        is_news
    }

    /// All that there are: whoever is not among them shares theirs no more, or has left.
    pub fn read(&mut self, all: &[Receipt]) {
        self.of.retain(|known| all.iter().any(|receipt| receipt.user_id == known.user_id));
        self.tell(all);
    }

    fn of_mut(&mut self, user_id: UserId) -> &mut Receipt {
        let at = self.of.iter().position(|receipt| receipt.user_id == user_id).unwrap_or(self.of.len());
        if at == self.of.len() {
            self.of.push(Receipt { user_id, delivered_seq: Seq::START, read_seq: Seq::START });
        }
        &mut self.of[at]
    }

    pub fn forget(&mut self, id: UserId) {
        self.of.retain(|receipt| receipt.user_id != id);
    }

    pub fn clear(&mut self) {
        self.of.clear();
    }

    /// How far a message at this place by this author has come.
    pub fn reach(&self, seq: Seq, author: UserId) -> Reach {
        let mut reach = Reach::default();
        for receipt in self.of.iter().filter(|receipt| receipt.user_id != author) {
            reach.of += 1;
            reach.delivered += u32::from(receipt.delivered_seq >= seq);
            reach.read += u32::from(receipt.read_seq >= seq);
        }
        reach
    }

    /// Who has read up to this place.
    pub fn readers(&self, seq: Seq) -> Vec<UserId> {
        self.of.iter().filter(|receipt| receipt.read_seq >= seq).map(|receipt| receipt.user_id).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::user;

    fn receipt(who: u64, delivered: u64, read: u64) -> Receipt {
        Receipt { user_id: user(who), delivered_seq: Seq(delivered), read_seq: Seq(read) }
    }

    #[test]
    fn a_message_is_read_when_all_who_share_have_read_it() {
        let mut receipts = Receipts::default();
        receipts.read(&[receipt(2, 5, 3), receipt(3, 4, 4)]);
        assert_eq!(receipts.reach(Seq(4), user(1)), Reach { delivered: 2, read: 1, of: 2 });
        assert!(receipts.reach(Seq(3), user(1)).is_read() && !receipts.reach(Seq(5), user(1)).is_delivered());
        assert_eq!(receipts.readers(Seq(4)), [user(3)]);
        receipts.read(&[receipt(3, 4, 4)]);
        assert!(receipts.reach(Seq(4), user(1)).is_read(), "who does not share is not waited for");
        assert!(!Receipts::default().reach(Seq(1), user(1)).is_delivered(), "nobody is not everybody");
    }

    proptest! {
        #[test]
        fn nobodys_receipt_goes_back(told in prop::collection::vec((2..5_u64, 0..50_u64, 0..50_u64, any::<bool>()), 0..60)) {
            let mut receipts = Receipts::default();
            for (who, delivered, read, all) in told {
                let before = receipts.reach(Seq(25), user(1));
                let told = receipt(who, delivered.max(read), read);
                if all {
                    let mut everybody: Vec<Receipt> = receipts.of.clone();
                    everybody.push(told);
                    receipts.read(&everybody);
                } else {
                    receipts.tell(&[told]);
                }
                let after = receipts.reach(Seq(25), user(1));
                prop_assert!(after.read >= before.read && after.delivered >= before.delivered);
                prop_assert!(after.read <= after.delivered && after.delivered <= after.of);
            }
        }
    }
}
