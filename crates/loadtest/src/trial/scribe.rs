//! From what the wire says to what the checker reads.

use shared_types::{
    message::{Change, Content, Message},
    ws::Event,
};

use super::cast::Cast;
use crate::check::{Entry, Mark, Text, Verb, Who};

pub fn entry(cast: &Cast, event: &Event) -> Entry {
    let (verb, message) = match event {
        Event::Message { message } => match message.content {
            Content::System { .. } => (Verb::Changed, message),
            _ => (Verb::Said, message),
        },
        Event::Edited { message, .. } => (Verb::Edited, message),
        Event::Deleted { message, .. } => (Verb::Deleted, message),
        Event::Hidden { .. } | Event::Unknown => return stranger(),
    };
    Entry { seq: event.seq().map_or(0, |seq| seq.0), verb, ..said(cast, message) }
}

/// A message of a history page, at its own place.
pub fn said(cast: &Cast, message: &Message) -> Entry {
    let author = cast.who(message.author_id);
    let who = |id: &shared_types::UserId| cast.who(*id);
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    if let Content::System { change } = &message.content {
        match change {
            Change::Created {} | Change::Joined {} => gained.push(author),
            Change::Added { user_ids } => gained.extend(user_ids.iter().map(who)),
            Change::Left {} => lost.push(author),
            Change::Removed { user_id } => lost.push(who(user_id)),
            _ => {}
        }
    }
    Entry {
        seq: message.seq.0,
        verb: if matches!(message.content, Content::System { .. }) { Verb::Changed } else { Verb::Said },
        message: message.id.0.as_u128(),
        author,
        nonce: message.nonce.map(|nonce| nonce.0.as_u128()),
        text: text(cast, message),
        gained,
        lost,
    }
}

/// None if it is erased. What is not of this run reads as a mark that nobody wrote.
pub fn text(cast: &Cast, message: &Message) -> Option<Text> {
    let Content::Text { body } = &message.content else { return None };
    let mark = Mark::of(body.as_str(), cast.run);
    let is_intact = mark.is_some_and(|mark| cast.text(mark) == body.as_str());
    let mark = mark.unwrap_or(Mark { author: Who::STRANGER, number: 0, version: 0 });
    let mentions = message.mentions.iter().map(|id| cast.who(*id)).collect();
    Some(Text { mark, is_intact, version: message.version, mentions })
}

fn stranger() -> Entry {
    Entry { seq: 0, verb: Verb::Unknown, message: 0, author: Who::STRANGER, nonce: None, text: None, gained: Vec::new(), lost: Vec::new() }
}
