//! Persons and messages for this crate's tests.

use shared_types::{
    ConversationId, MessageId, Nonce, Seq, Timestamp, UserId,
    conversation::{Conversation, ConversationKind, Visibility},
    member::Role,
    message::{Change, Content, Message, MessagePage},
    text::{Bio, DisplayName, Email, RoomName, Topic, Username},
    user::{Me, ServerRole, User},
    ws::Event,
};
use uuid::Uuid;

fn uuid(kind: u128, n: u64) -> Uuid {
    Uuid::from_u128((kind << 64) | u128::from(n))
}

pub fn user(n: u64) -> UserId {
    UserId(uuid(1, n))
}

pub fn conversation_id(n: u64) -> ConversationId {
    ConversationId(uuid(2, n))
}

pub fn nonce(n: u64) -> Nonce {
    Nonce(uuid(3, n))
}

pub fn person(n: u64, name: &str) -> User {
    User {
        id: user(n),
        username: Username::trusted(format!("user{n}")),
        display_name: DisplayName::trusted(name.to_owned()),
        bio: Bio::trusted(String::new()),
        lookalike: false,
        role: ServerRole::Member,
        created_at: Timestamp(0),
    }
}

pub fn me(n: u64, name: &str) -> Me {
    Me { user: person(n, name), email: Email::trusted("a@b.c".to_owned()), shares_receipts: true }
}

/// A text in conversation `c` at place `seq`, a second per place.
pub fn message(c: u64, seq: u64, author: UserId, body: &str) -> Message {
    Message {
        id: MessageId(uuid(1_000 + u128::from(c), seq)),
        conversation_id: conversation_id(c),
        seq: Seq(seq),
        author_id: author,
        created_at: Timestamp(i64::try_from(seq).unwrap() * 1_000),
        nonce: None,
        version: 0,
        edited_at: None,
        mentions: Vec::new(),
        content: Content::Text { body: body.try_into().unwrap() },
    }
}

pub fn said(message: Message) -> Event {
    Event::Message { message }
}

/// The event at `seq` by which this message got another text.
pub fn edited(seq: u64, message: &Message, body: &str) -> Event {
    let at = Timestamp(i64::try_from(seq).unwrap() * 1_000);
    let content = Content::Text { body: body.try_into().unwrap() };
    let message = Message { version: message.version + 1, edited_at: Some(at), content, ..message.clone() };
    Event::Edited { seq: Seq(seq), at, by: message.author_id, message }
}

/// The event at `seq` by which this message was erased.
pub fn deleted(seq: u64, message: &Message) -> Event {
    let at = Timestamp(i64::try_from(seq).unwrap() * 1_000);
    let message = Message { mentions: Vec::new(), content: Content::Deleted {}, ..message.clone() };
    Event::Deleted { seq: Seq(seq), at, by: message.author_id, message }
}

/// A page that covers `(after, through]` of a log that ends at `head`.
pub fn page_of(messages: Vec<Message>, after: u64, through: u64, head: u64) -> MessagePage {
    let (at_start, at_end) = (after == 0, through >= head);
    MessagePage { messages, after: Seq(after), through: Seq(through), users: Vec::new(), at_start, at_end, head_seq: Seq(head) }
}

pub fn system(c: u64, seq: u64, author: UserId, change: Change) -> Message {
    Message { content: Content::System { change }, ..message(c, seq, author, "x") }
}

pub fn room(n: u64, name: &str, head: u64) -> Conversation {
    Conversation {
        id: conversation_id(n),
        kind: ConversationKind::Room,
        visibility: Visibility::Public,
        name: Some(RoomName::try_from(name).unwrap()),
        alias: None,
        topic: Topic::trusted(String::new()),
        is_default: false,
        created_at: Timestamp(0),
        active_at: Timestamp(0),
        head_seq: Seq(head),
        member_count: 2,
        people: Vec::new(),
        last_message: None,
        my_role: Role::Member,
        read_seq: Seq(0),
        read_rev: 0,
        unread: 0,
        mentions: 0,
    }
}

pub fn direct(n: u64, people: Vec<User>) -> Conversation {
    Conversation { kind: ConversationKind::Direct, visibility: Visibility::Private, name: None, people, ..room(n, "x", 0) }
}
