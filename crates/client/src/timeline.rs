//! The loaded window of one conversation: a stretch of its log without holes, at most [`WINDOW_CAP`] messages long.

pub mod row;
mod rows;

use shared_types::{
    ConversationId, MessageId, Seq, Timestamp, UserId,
    message::{Message, MessagePage},
};

pub use row::{Bubble, Notice, Row, RowKey, Sending, SystemRun};
pub use rows::{Pending, View, key_of, rows};

/// Messages kept at most; a page that makes it more takes the far side away.
pub const WINDOW_CAP: usize = 250;
/// Messages asked for at a time.
pub const PAGE: u32 = 50;

/// One end of the window, as the reader meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// There is more; ask for it when the reader comes near.
    More,
    Loading,
    /// The page could not be read; asking again tries again.
    Failed,
    /// The conversation begins or ends here.
    Reached,
}

/// Where the reader was when the conversation was opened; frozen until it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divider {
    /// The first unread message comes after this place.
    pub after: Seq,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    pub conversation_id: ConversationId,
    pub me: UserId,
    /// Ascending, without holes.
    messages: Vec<Message>,
    at_start: bool,
    at_end: bool,
    pub divider: Option<Divider>,
}

impl Timeline {
    /// A window as it was read. It reaches the end if the page did and nothing later is known by now.
    pub fn new(me: UserId, conversation_id: ConversationId, page: MessagePage, head: Seq) -> Self {
        let mut timeline = Self { conversation_id, me, messages: Vec::new(), at_start: false, at_end: false, divider: None };
        timeline.replace(page, head);
        timeline
    }

    /// Takes another window instead; the divider stays.
    pub fn replace(&mut self, page: MessagePage, head: Seq) {
        self.at_start = page.at_start;
        self.messages = page.messages;
        self.messages.sort_by_key(|message| message.seq);
        self.messages.dedup_by_key(|message| message.seq);
        self.settle_end(page.at_end, head.max(page.head_seq));
    }

    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    pub fn contains(&self, seq: Seq) -> bool {
        self.messages.binary_search_by_key(&seq, |message| message.seq).is_ok()
    }

    pub fn first(&self) -> Option<Seq> {
        self.messages.first().map(|message| message.seq)
    }

    pub fn last(&self) -> Option<Seq> {
        self.messages.last().map(|message| message.seq)
    }

    /// Nothing readable comes before the window.
    pub fn at_start(&self) -> bool {
        self.at_start
    }

    /// Nothing comes after the window: what is said next appears at its end.
    pub fn at_end(&self) -> bool {
        self.at_end
    }

    /// The next event of the log. Only a window that reaches the end takes it.
    pub fn push(&mut self, message: &Message) {
        if self.at_end && self.last().is_none_or(|last| message.seq > last) {
            self.messages.push(message.clone());
        }
    }

    /// Keeps the window small while the reader stays at its end and others talk.
    pub fn trim_start(&mut self) {
        if self.messages.len() > WINDOW_CAP {
            let excess = self.messages.len() - WINDOW_CAP;
            self.messages.drain(..excess);
            self.at_start = false;
        }
    }

    /// A page that ends just before the window. One that does not fit (the window has changed meanwhile) is ignored.
    pub fn prepend(&mut self, page: MessagePage) {
        let Some(first) = self.first() else { return };
        let fits = page.messages.last().map_or(page.at_start, |last| last.seq.next() == first);
        if !fits {
            return;
        }
        self.at_start = page.at_start;
        self.messages.splice(0..0, page.messages);
        if self.messages.len() > WINDOW_CAP {
            self.messages.truncate(WINDOW_CAP);
            self.at_end = false;
        }
    }

    /// A page that begins just after the window; `head` is the last place known by now.
    pub fn append(&mut self, page: MessagePage, head: Seq) {
        let Some(last) = self.last() else { return };
        let fits = page.messages.first().is_none_or(|first| first.seq == last.next());
        if !fits {
            return;
        }
        let head = head.max(page.head_seq);
        self.messages.extend(page.messages);
        self.settle_end(page.at_end, head);
        self.trim_start();
    }

    /// The message at or after this moment, for jumping to a date inside the window.
    pub fn at_or_after(&self, at: Timestamp) -> Option<&Message> {
        self.messages.iter().find(|message| message.created_at >= at)
    }

    /// The conversation went on without this window.
    pub fn cut_end(&mut self) {
        self.at_end = false;
    }

    fn settle_end(&mut self, page_at_end: bool, head: Seq) {
        self.at_end = page_at_end && self.last().is_none_or(|last| last >= head);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation_id, message, user};

    fn page(range: std::ops::RangeInclusive<u64>, head: u64) -> MessagePage {
        MessagePage {
            at_start: *range.start() == 1,
            at_end: *range.end() == head,
            messages: range.map(|seq| message(1, seq, user(1), "hi")).collect(),
            users: Vec::new(),
            head_seq: Seq(head),
        }
    }

    fn timeline(range: std::ops::RangeInclusive<u64>, head: u64) -> Timeline {
        Timeline::new(user(1), conversation_id(1), page(range, head), Seq(head))
    }

    fn is_without_holes(timeline: &Timeline) -> bool {
        timeline.messages().windows(2).all(|pair| pair[0].seq.next() == pair[1].seq)
    }

    #[test]
    fn the_window_never_grows_beyond_its_cap_and_loses_the_far_side() {
        let mut window = timeline(951..=1000, 1000);
        for step in 1..=6 {
            let end = 950 - (step - 1) * 50;
            window.prepend(page(end - 49..=end, 1000));
        }
        assert_eq!((window.first(), window.last()), (Some(Seq(651)), Some(Seq(900))));
        assert!(!window.at_end() && is_without_holes(&window));
        window.append(page(901..=950, 1000), Seq(1000));
        window.append(page(951..=1000, 1000), Seq(1000));
        assert_eq!((window.first(), window.last()), (Some(Seq(751)), Some(Seq(1000))));
        assert!(window.at_end() && !window.at_start() && is_without_holes(&window));
    }

    #[test]
    fn a_page_that_does_not_touch_the_window_is_ignored() {
        let mut window = timeline(100..=149, 200);
        let before = window.clone();
        window.prepend(page(40..=89, 200));
        window.append(page(151..=200, 200), Seq(200));
        assert_eq!(window, before);
    }

    #[test]
    fn news_reaches_only_a_window_at_the_end() {
        let mut window = timeline(1..=10, 10);
        window.push(&message(1, 11, user(2), "new"));
        window.push(&message(1, 11, user(2), "new"));
        assert_eq!(window.last(), Some(Seq(11)));
        let mut middle = timeline(1..=10, 20);
        middle.push(&message(1, 21, user(2), "new"));
        assert_eq!(middle.last(), Some(Seq(10)));
    }

    #[test]
    fn a_page_that_was_overtaken_while_it_was_read_is_not_the_end() {
        let mut window = timeline(1..=10, 20);
        window.append(page(11..=20, 20), Seq(21));
        assert!(!window.at_end());
        window.append(page(21..=21, 21), Seq(21));
        assert!(window.at_end());
    }

    #[test]
    fn an_empty_conversation_is_both_start_and_end() {
        let empty = MessagePage { messages: Vec::new(), users: Vec::new(), at_start: true, at_end: true, head_seq: Seq(0) };
        let mut window = Timeline::new(user(1), conversation_id(1), empty, Seq(0));
        window.push(&message(1, 1, user(1), "first"));
        assert_eq!(window.last(), Some(Seq(1)));
    }
}
