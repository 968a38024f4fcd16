//! What was edited or deleted lately, so that a page that was read before it does not bring the old text back.

use std::collections::{BTreeMap, VecDeque};

use shared_types::{
    Seq,
    message::{Message, MessagePage},
};

use super::is_newer;

/// So many changes are remembered.
const REMEMBERED: usize = 200;
const REMEMBERED_ANSWERS: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// Every change after this place of the log is remembered.
    since: Seq,
    /// By the place of the change.
    latest: BTreeMap<Seq, Message>,
    /// What the server answered to changes of the reader's own, whose places are not told.
    answers: VecDeque<Message>,
}

impl Amended {
    pub fn new(since: Seq) -> Self {
        Self { since, latest: BTreeMap::new(), answers: VecDeque::new() }
    }

    pub fn note(&mut self, event: Seq, message: &Message) {
        self.latest.insert(event, message.clone());
        if self.latest.len() > REMEMBERED
            && let Some((oldest, _)) = self.latest.pop_first()
        {
            self.since = oldest;
        }
    }

    /// The server's answer to a change.
    pub fn note_answer(&mut self, message: &Message) {
        self.answers.push_back(message.clone());
        if self.answers.len() > REMEMBERED_ANSWERS {
            self.answers.pop_front();
        }
    }

    /// The log was not followed up to here.
    pub fn skip_to(&mut self, head: Seq) {
        self.since = self.since.max(head);
    }

    /// Brings a page to the present. False if it is too old for that.
    pub fn renew(&self, page: &mut MessagePage) -> bool {
        for changed in self.latest.range(page.head_seq.next()..).map(|(_, message)| message).chain(&self.answers) {
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
