//! After the replay: is the server's history the log, line for line?

use std::collections::{BTreeMap, HashSet};

use anyhow::{Result, ensure};
use shared_types::{
    ConversationId, MessageId, Seq, UserId,
    limits::PAGE_MAX,
    message::{Content, Message},
    page::HistoryQuery,
    text::MessageBody,
};

use super::watch::fingerprint;
use crate::person::Person;

/// A line as the server should have it.
pub struct Expected {
    /// Where in the file.
    pub number: usize,
    pub author: UserId,
    pub body: MessageBody,
    /// The place and the id that the acknowledgement told.
    pub seq: Seq,
    pub id: MessageId,
}

/// The whole history of a room, page by page.
pub struct History {
    pub messages: Vec<Message>,
    pub head: Seq,
}

impl History {
    pub async fn read(reader: &mut Person, room: ConversationId) -> Result<Self> {
        let mut messages: Vec<Message> = Vec::new();
        loop {
            let after = messages.last().map_or(Seq::START, |message| message.seq);
            let page = reader.history(room, HistoryQuery { after: Some(after), limit: Some(PAGE_MAX), ..HistoryQuery::default() }).await?;
            ensure!(page.messages.len() <= PAGE_MAX as usize, "a page of {} messages, and {PAGE_MAX} is the most", page.messages.len());
            ensure!(page.at_end || !page.messages.is_empty(), "an empty page after {after} that is not the last");
            messages.extend(page.messages);
            if page.at_end {
                return Ok(Self { messages, head: page.head_seq });
            }
        }
    }

    /// By place, to compare with what sockets saw.
    pub fn fingerprints(&self) -> BTreeMap<Seq, u64> {
        self.messages.iter().map(|message| (message.seq, fingerprint(message))).collect()
    }

    /// How the history differs from the log, in words; and how much in it was said by others.
    pub fn differences(&self, expected: &[Expected]) -> (Vec<String>, usize) {
        let mut differences = Vec::new();
        let (first, last) = (self.messages.first(), self.messages.last());
        if first.map_or(Seq::START, |message| message.seq) != Seq(1) || last.map_or(Seq::START, |message| message.seq) != self.head {
            differences.push(format!("the history does not reach from event 1 to event {}", self.head));
        }
        for pair in self.messages.windows(2).filter(|pair| pair[1].seq != pair[0].seq.next()) {
            differences.push(format!("in the history, event {} follows on event {}", pair[1].seq, pair[0].seq));
        }
        let speakers: HashSet<UserId> = expected.iter().map(|line| line.author).collect();
        let said: Vec<(&Message, &MessageBody)> =
            self.messages.iter().filter_map(|message| text_of(message).map(|body| (message, body))).collect();
        let (ours, others): (Vec<_>, Vec<_>) = said.into_iter().partition(|(message, _)| speakers.contains(&message.author_id));
        if ours.len() != expected.len() {
            differences.push(format!("the log has {} lines, the history {}", expected.len(), ours.len()));
        }
        for (line, (message, body)) in expected.iter().zip(&ours) {
            let at = format!("line {} (event {})", line.number, message.seq);
            if **body != line.body {
                differences.push(format!("{at}: the log has {:?}, the history {:?}", line.body.as_str(), body.as_str()));
            }
            if message.author_id != line.author {
                differences.push(format!("{at}: the author is {}, and should be {}", message.author_id, line.author));
            }
            if (message.seq, message.id) != (line.seq, line.id) {
                differences.push(format!("{at}: it was acknowledged as event {} with the id {}", line.seq, line.id));
            }
        }
        (differences, others.len())
    }
}

fn text_of(message: &Message) -> Option<&MessageBody> {
    match &message.content {
        Content::Text { body } => Some(body),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use shared_types::{Timestamp, message::Change};
    use uuid::Uuid;

    use super::*;

    fn message(seq: u64, author: u128, content: Content) -> Message {
        Message {
            id: MessageId(Uuid::from_u128(seq.into())),
            conversation_id: ConversationId(Uuid::nil()),
            seq: Seq(seq),
            author_id: UserId(Uuid::from_u128(author)),
            created_at: Timestamp(0),
            nonce: None,
            version: 0,
            edited_at: None,
            mentions: Vec::new(),
            content,
        }
    }

    fn text(text: &str) -> Content {
        Content::Text { body: MessageBody::try_from(text).unwrap() }
    }

    fn history() -> History {
        let created = message(1, 1, Content::System { change: Change::Created {} });
        History {
            messages: vec![created, message(2, 1, text("low")), message(3, 9, text("hi")), message(4, 2, text("tide"))],
            head: Seq(4),
        }
    }

    fn expected() -> Vec<Expected> {
        let line = |author, body, seq: u64| Expected {
            number: 1,
            author: UserId(Uuid::from_u128(author)),
            body: MessageBody::try_from(body).unwrap(),
            seq: Seq(seq),
            id: MessageId(Uuid::from_u128(seq.into())),
        };
        vec![line(1, "low", 2), line(2, "tide", 4)]
    }

    #[test]
    fn the_log_itself_has_no_differences_whatever_others_say() {
        let (differences, others) = history().differences(&expected());
        assert_eq!((differences, others), (Vec::new(), 1));
    }

    #[test]
    fn each_fault_is_told() {
        let count = |history: History| history.differences(&expected()).0.len();
        let mut lost = history();
        lost.messages.pop();
        assert_eq!(count(lost), 2, "the head is not reached, and a line is missing");
        let mut changed = history();
        changed.messages[1].content = text("low ");
        assert_eq!(count(changed), 1);
        let mut swapped = history();
        swapped.messages[1].author_id = swapped.messages[3].author_id;
        assert_eq!(count(swapped), 1);
        let mut hole = history();
        hole.messages.remove(2);
        assert_eq!(count(hole), 1);
    }
}
