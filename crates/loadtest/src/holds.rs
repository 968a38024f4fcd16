//! `holds`: proves that messages which were acknowledged once are in the history now.

use std::{collections::HashMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use shared_types::{
    Seq,
    message::{Content, Message},
    page::EventsQuery,
    ws::Event,
};

use crate::{Target, Verdict, person::Person};

const PAGE: u32 = 200;

#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(flatten)]
    target: Target,
    /// Whose conversations are searched
    #[arg(long, value_name = "NAME")]
    login: String,
    /// The messages, one on each line, as the server acknowledged them
    file: PathBuf,
}

pub async fn run(options: Options) -> Result<Verdict> {
    let text = fs::read_to_string(&options.file).with_context(|| format!("cannot read {}", options.file.display()))?;
    let wanted: Vec<Message> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("a line that is no message")?;
    let server = options.target.reach().await?;
    let mut person = Person::sign_in(&server, &options.login, &options.target.password).await?;
    let there = everything(&mut person).await?;
    let missing: Vec<&Message> = wanted.iter().filter(|message| !is_held(message, there.get(&message.id))).collect();
    let first = missing
        .first()
        .map_or(Value::Null, |message| json!({"id": message.id, "conversation": message.conversation_id, "seq": message.seq}));
    println!("{}", json!({"holds": wanted.len() - missing.len(), "missing": missing.len(), "first": first}));
    Ok(Verdict::of(missing.is_empty()))
}

/// Every message of every conversation that the person sees.
async fn everything(person: &mut Person) -> Result<HashMap<shared_types::MessageId, Message>> {
    let mut there = HashMap::new();
    for conversation in person.conversations().await?.conversations {
        let mut after = Seq::START;
        loop {
            let page = person.events(conversation.id, EventsQuery { after, limit: Some(PAGE) }).await?;
            after = page.events.iter().filter_map(Event::seq).max().unwrap_or(page.head_seq);
            let messages = page.events.into_iter().filter_map(|event| match event {
                Event::Message { message } => Some((message.id, message)),
                _ => None,
            });
            there.extend(messages);
            if after >= page.head_seq {
                break;
            }
        }
    }
    Ok(there)
}

/// The same message at the same place; its text as well, unless it was edited or deleted later.
fn is_held(acked: &Message, there: Option<&Message>) -> bool {
    there.is_some_and(|there| {
        let is_as_sent = there.version == acked.version && matches!(there.content, Content::Text { .. });
        let same_place = (there.conversation_id, there.seq, there.author_id, there.nonce)
            == (acked.conversation_id, acked.seq, acked.author_id, acked.nonce);
        same_place && (!is_as_sent || there.content == acked.content)
    })
}

#[cfg(test)]
mod tests {
    use shared_types::{ConversationId, MessageId, Timestamp, UserId, text::MessageBody};
    use uuid::Uuid;

    use super::*;

    fn message(seq: u64, text: &str, version: u32) -> Message {
        Message {
            id: MessageId(Uuid::from_u128(1)),
            conversation_id: ConversationId(Uuid::nil()),
            seq: Seq(seq),
            author_id: UserId(Uuid::nil()),
            created_at: Timestamp(0),
            nonce: None,
            version,
            edited_at: None,
            mentions: Vec::new(),
            content: Content::Text { body: MessageBody::try_from(text).unwrap() },
        }
    }

    #[test]
    fn a_message_is_held_at_its_place_and_with_its_text() {
        let acked = message(4, "hi", 0);
        assert!(is_held(&acked, Some(&acked)));
        assert!(!is_held(&acked, None));
        assert!(!is_held(&acked, Some(&message(5, "hi", 0))));
        assert!(!is_held(&acked, Some(&message(4, "ho", 0))));
        assert!(is_held(&acked, Some(&message(4, "ho", 1))), "edited since");
        assert!(is_held(&acked, Some(&Message { content: Content::Deleted {}, ..acked.clone() })), "deleted since");
    }
}
