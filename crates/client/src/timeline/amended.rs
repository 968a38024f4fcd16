//! What was edited or deleted lately, so that a page that was read before it does not bring the old text back.

use std::collections::VecDeque;

use shared_types::{
    Seq,
    message::{Message, MessagePage},
};

use super::is_newer;

/// So many changes are remembered.
const REMEMBERED: usize = 200;
/// Later than any page.
const ANSWERED: Seq = Seq(u64::MAX);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// Every change after this place of the log is remembered.
    since: Seq,
    /// With the place of the change, in the order of the log; the greatest of all if the server answered to a change of the
    /// reader's own and did not tell the place.
    latest: VecDeque<(Seq, Message)>,
}

impl Amended {
    pub fn new(since: Seq) -> Self {
        Self { since, latest: VecDeque::new() }
    }

    pub fn note(&mut self, event: Seq, message: &Message) {
        self.latest.push_back((event, message.clone()));
        if self.latest.len() > REMEMBERED
            && let Some((oldest, _)) = self.latest.pop_front()
            && oldest != ANSWERED
        {
            self.since = oldest;
        }
    }

    /// The server's answer to a change.
    pub fn note_answer(&mut self, message: &Message) {
        self.note(ANSWERED, message);
    }

    /// The log was not followed up to here.
    pub fn skip_to(&mut self, head: Seq) {
        self.since = self.since.max(head);
    }

    /// Brings a page to the present. False if it is too old for that.
    pub fn renew(&self, page: &mut MessagePage) -> bool {
        for (_, changed) in self.latest.iter().filter(|(event, _)| *event > page.head_seq) {
            if let Ok(at) = page.messages.binary_search_by_key(&changed.seq, |message| message.seq)
                && is_newer(changed, &page.messages[at])
            {
                page.messages[at] = changed.clone();
            }
        }
        page.head_seq >= self.since
    }
}

#[cfg(test)]
mod tests {
    use shared_types::message::Content;

    use super::*;
    use crate::testing::{message, page_of, user};

    #[test]
    fn a_late_page_does_not_bring_back_what_was_deleted() {
        let mut amended = Amended::new(Seq(3));
        let gone = Message { content: Content::Deleted {}, ..message(1, 2, user(2), "x") };
        amended.note(Seq(4), &gone);
        let mut late = page_of((1..=3).map(|seq| message(1, seq, user(2), "x")).collect(), 0, 3, 3);
        assert!(amended.renew(&mut late));
        assert_eq!(late.messages[1], gone);
        amended.skip_to(Seq(9));
        assert!(!amended.renew(&mut late), "nobody here knows what happened up to 9");
    }
}
