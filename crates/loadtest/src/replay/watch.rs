//! What one socket saw of a conversation, and whether that was everything, once, and in order.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use shared_types::{Seq, message::Message};

/// The log of one conversation as one client came to know it.
#[derive(Debug)]
pub struct Watch {
    /// Events up to here were there before the watch began.
    start: Seq,
    seen: BTreeMap<Seq, Sight>,
    /// Everything up to here is known.
    known: Seq,
    /// The last event that came live.
    live: Seq,
    complaints: Vec<String>,
}

#[derive(Debug)]
struct Sight {
    fingerprint: u64,
    was_live: bool,
    /// It may be missing from the live stream: the socket was down, or was told to read the log.
    is_excused: bool,
}

/// Why a client reads the log instead of waiting for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The server said so (`resync`), or the socket was gone for a while: nobody's fault.
    Told,
    /// An event is missing on a socket that lived all the time.
    Hole,
}

impl Watch {
    pub fn from(head: Seq) -> Self {
        Self { start: head, seen: BTreeMap::new(), known: head, live: head, complaints: Vec::new() }
    }

    /// Everything up to here is known.
    pub fn known(&self) -> Seq {
        self.known
    }

    /// A new socket stands at `head`: live events follow after it.
    pub fn reconnected(&mut self, head: Seq) {
        self.live = self.live.max(head);
    }

    /// An event from the socket. Answers whether one before it is missing.
    pub fn live(&mut self, message: &Message) -> bool {
        if message.seq <= self.live {
            self.complaints.push(format!("event {} came after event {}", message.seq, self.live));
        }
        self.live = self.live.max(message.seq);
        self.add(message, true, false);
        self.known < message.seq
    }

    /// An event from the log.
    pub fn read(&mut self, message: &Message, reason: Reason) {
        self.add(message, false, reason == Reason::Told);
    }

    fn add(&mut self, message: &Message, was_live: bool, is_excused: bool) {
        let fingerprint = fingerprint(message);
        let sight = self.seen.entry(message.seq).or_insert(Sight { fingerprint, was_live: false, is_excused: false });
        if sight.fingerprint != fingerprint {
            self.complaints.push(format!("event {} came in two versions", message.seq));
        }
        sight.was_live |= was_live;
        sight.is_excused |= is_excused;
        while self.seen.contains_key(&self.known.next()) {
            self.known = self.known.next();
        }
    }

    /// How many events came live, and how many from the log alone.
    pub fn counts(&self) -> (usize, usize) {
        let live = self.seen.values().filter(|sight| sight.was_live).count();
        (live, self.seen.len() - live)
    }

    /// Compares with the whole history, up to `head`: what differs, in words.
    pub fn differences(&self, history: &BTreeMap<Seq, u64>, head: Seq) -> Vec<String> {
        let mut differences = self.complaints.clone();
        for (seq, expected) in history.range(self.start.next()..=head) {
            match self.seen.get(seq) {
                None => differences.push(format!("event {seq} never came")),
                Some(sight) if sight.fingerprint != *expected => differences.push(format!("event {seq} is not what the history holds")),
                Some(sight) if !sight.was_live && !sight.is_excused => {
                    differences.push(format!("event {seq} was in the log but never came live"));
                }
                Some(_) => {}
            }
        }
        let strangers = self.seen.keys().filter(|seq| !history.contains_key(seq));
        differences.extend(strangers.map(|seq| format!("event {seq} is not in the history")));
        differences
    }
}

/// Equal for equal messages, within one run of this program.
pub fn fingerprint(message: &Message) -> u64 {
    let mut hasher = DefaultHasher::new();
    (message.id, message.author_id, message.nonce).hash(&mut hasher);
    // The contract's own form is the only one in which every kind of content can be compared.
    serde_json::to_string(&message.content).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use shared_types::{ConversationId, MessageId, Timestamp, UserId, message::Content, text::MessageBody};
    use uuid::Uuid;

    use super::*;

    fn message(seq: u64, text: &str) -> Message {
        Message {
            id: MessageId(Uuid::from_u128(seq.into())),
            conversation_id: ConversationId(Uuid::nil()),
            seq: Seq(seq),
            author_id: UserId(Uuid::nil()),
            created_at: Timestamp(0),
            nonce: None,
            version: 0,
            edited_at: None,
            mentions: Vec::new(),
            content: Content::Text { body: MessageBody::try_from(text).unwrap() },
        }
    }

    fn history(last: u64) -> BTreeMap<Seq, u64> {
        (1..=last).map(|seq| (Seq(seq), fingerprint(&message(seq, "x")))).collect()
    }

    fn differences(watch: &Watch, last: u64) -> usize {
        watch.differences(&history(last), Seq(last)).len()
    }

    #[test]
    fn all_events_once_in_order_leave_nothing_to_say() {
        let mut watch = Watch::from(Seq(2));
        assert!((3..=5).all(|seq| !watch.live(&message(seq, "x"))));
        assert_eq!((watch.known(), watch.counts(), differences(&watch, 5)), (Seq(5), (3, 0), 0));
    }

    #[test]
    fn a_missing_event_is_a_difference_though_the_log_has_it() {
        let mut watch = Watch::from(Seq(0));
        watch.live(&message(1, "x"));
        assert!(watch.live(&message(3, "x")), "2 is missing");
        assert_eq!(differences(&watch, 3), 1);
        watch.read(&message(2, "x"), Reason::Hole);
        assert_eq!((watch.known(), differences(&watch, 3)), (Seq(3), 1));
    }

    #[test]
    fn a_cut_socket_may_read_the_log_and_hear_some_of_it_again() {
        let mut watch = Watch::from(Seq(0));
        watch.live(&message(1, "x"));
        watch.reconnected(Seq(2));
        watch.read(&message(2, "x"), Reason::Told);
        watch.read(&message(3, "x"), Reason::Told);
        assert!(!watch.live(&message(3, "x")));
        assert_eq!((watch.counts(), differences(&watch, 3)), ((2, 1), 0));
    }

    #[test]
    fn doubles_changes_and_the_end_are_noticed() {
        let mut watch = Watch::from(Seq(0));
        watch.live(&message(1, "x"));
        watch.live(&message(1, "x"));
        assert_eq!(differences(&watch, 1), 1, "a double");
        watch.live(&message(2, "y"));
        assert_eq!(differences(&watch, 2), 2, "a change");
        assert_eq!(differences(&watch, 3), 3, "the last one lost");
    }
}
