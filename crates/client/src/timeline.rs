//! The loaded window of one conversation: a stretch of its log without holes, at most [`WINDOW_CAP`] messages long.

mod amended;
pub mod row;
mod rows;

use shared_types::{
    ConversationId, MessageId, Seq, Timestamp, UserId,
    message::{Content, Message, MessagePage},
};

pub use amended::Amended;
pub use row::{Bubble, Notice, Row, RowKey, Sending, SystemRun};
pub use rows::{Beside, View, key_of, rows};

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
    /// Every message with `after` < `seq` ≤ `through`, ascending.
    messages: Vec<Message>,
    after: Seq,
    through: Seq,
    at_start: bool,
    at_end: bool,
    /// Messages in it may have changed unheard.
    pub is_stale: bool,
    pub divider: Option<Divider>,
}

impl Timeline {
    /// A window as it was read. It reaches the end if the page did and nothing later is known by now.
    pub fn new(me: UserId, conversation_id: ConversationId, page: MessagePage, head: Seq) -> Self {
        let mut timeline = Self {
            conversation_id,
            me,
            messages: Vec::new(),
            after: Seq::START,
            through: Seq::START,
            at_start: false,
            at_end: false,
            is_stale: false,
            divider: None,
        };
        timeline.replace(page, head);
        timeline
    }

    /// Takes another window instead; the divider stays.
    pub fn replace(&mut self, page: MessagePage, head: Seq) {
        self.is_stale = false;
        self.at_start = page.at_start;
        (self.after, self.through) = (page.after, end_of(&page));
        self.at_end = page.at_end && self.through >= head;
        self.messages = page.messages;
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

    /// Whether a place lies within, of a message or not.
    pub fn covers(&self, seq: Seq) -> bool {
        (seq > self.after || self.at_start) && (seq <= self.through || self.at_end)
    }

    /// Every message after this place is in the window, up to [`Timeline::through`].
    pub fn after(&self) -> Seq {
        self.after
    }

    pub fn through(&self) -> Seq {
        self.through
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

    /// The next event of the log is at this place; only a window that reaches the end takes it. `message` if it says something
    /// new.
    pub fn push(&mut self, seq: Seq, message: Option<&Message>) {
        if self.at_end && seq > self.through {
            self.through = seq;
            self.messages.extend(message.cloned());
        }
    }

    /// A message is not what it was any more. It keeps its place, and no other row moves.
    pub fn amend(&mut self, message: &Message) {
        if let Ok(at) = self.messages.binary_search_by_key(&message.seq, |message| message.seq)
            && is_newer(message, &self.messages[at])
        {
            self.messages[at] = message.clone();
        }
    }

    /// Keeps the window small while the reader stays at its end and others talk.
    pub fn trim_start(&mut self) {
        if self.messages.len() > WINDOW_CAP {
            let excess = self.messages.len() - WINDOW_CAP;
            self.after = self.messages[excess - 1].seq;
            self.messages.drain(..excess);
            self.at_start = false;
        }
    }

    /// A page that reaches down to the window. One that does not (the window has changed meanwhile) is ignored.
    pub fn prepend(&mut self, page: MessagePage) {
        let fits = page.through >= self.after && page.after < self.after;
        if !fits {
            self.at_start |= page.at_start && page.through >= self.after;
            return;
        }
        let older = page.messages.into_iter().filter(|message| message.seq <= self.after).collect::<Vec<_>>();
        self.at_start = page.at_start;
        self.after = page.after;
        self.messages.splice(0..0, older);
        if self.messages.len() > WINDOW_CAP {
            self.messages.truncate(WINDOW_CAP);
            self.through = self.messages[WINDOW_CAP - 1].seq;
            self.at_end = false;
        }
    }

    /// A page that reaches up to the window; `head` is the last place known by now.
    pub fn append(&mut self, page: MessagePage, head: Seq) {
        let through = end_of(&page);
        if page.after > self.through || through < self.through {
            return;
        }
        self.at_end = page.at_end && through >= head;
        let newer = page.messages.into_iter().filter(|message| message.seq > self.through);
        self.messages.extend(newer);
        self.through = through;
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
}

/// What a page covers: one that reaches the end also the events after its last message.
fn end_of(page: &MessagePage) -> Seq {
    if page.at_end { page.through.max(page.head_seq) } else { page.through }
}

/// Whether one state of a message comes after another, or is the same. What was deleted stays so.
pub fn is_newer(message: &Message, known: &Message) -> bool {
    let (is_gone, was_gone) = (message.content == Content::Deleted {}, known.content == Content::Deleted {});
    is_gone || (!was_gone && message.version >= known.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation_id, message, page_of, user};

    fn page(range: std::ops::RangeInclusive<u64>, head: u64) -> MessagePage {
        let (after, through) = (range.start() - 1, *range.end());
        page_of(range.map(|seq| message(1, seq, user(1), "hi")).collect(), after, through, head)
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
    fn pages_join_by_what_they_cover_although_no_message_is_at_the_seam() {
        // Edits took the places 5 and 6.
        let mut window = Timeline::new(user(1), conversation_id(1), page_of(vec![message(1, 7, user(1), "hi")], 6, 7, 7), Seq(7));
        window.prepend(page_of(vec![message(1, 4, user(1), "hi")], 3, 6, 7));
        assert_eq!((window.first(), window.after()), (Some(Seq(4)), Seq(3)));
        window.prepend(page_of(vec![message(1, 2, user(1), "hi")], 0, 4, 7));
        assert_eq!(window.messages().iter().map(|message| message.seq.0).collect::<Vec<_>>(), [2, 4, 7], "an overlap is no double");
        assert!(window.at_start());
    }

    #[test]
    fn news_reaches_only_a_window_at_the_end() {
        let mut window = timeline(1..=10, 10);
        let new = message(1, 12, user(2), "new");
        window.push(Seq(11), None);
        window.push(Seq(12), Some(&new));
        window.push(Seq(12), Some(&new));
        assert_eq!((window.last(), window.messages().len()), (Some(Seq(12)), 11));
        let mut middle = timeline(1..=10, 20);
        middle.push(Seq(21), Some(&message(1, 21, user(2), "new")));
        assert_eq!(middle.last(), Some(Seq(10)));
    }

    #[test]
    fn an_edit_changes_its_message_in_place_and_an_older_one_nothing() {
        let mut window = timeline(1..=3, 3);
        let with = |version, body: &str| Message { version, ..message(1, 2, user(1), body) };
        window.amend(&with(2, "second"));
        window.amend(&with(1, "first"));
        assert_eq!(window.messages()[1], with(2, "second"));
        let gone = Message { content: Content::Deleted {}, ..with(2, "x") };
        window.amend(&gone);
        window.amend(&with(3, "third"));
        assert_eq!(window.messages()[1], gone);
        assert_eq!(window.messages().len(), 3);
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
        let mut window = Timeline::new(user(1), conversation_id(1), page_of(Vec::new(), 0, 0, 0), Seq(0));
        assert!(window.at_start());
        window.push(Seq(1), Some(&message(1, 1, user(1), "first")));
        assert_eq!(window.last(), Some(Seq(1)));
    }
}
