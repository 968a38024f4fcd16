//! How tagged types are read: as one flat object whose fields are all optional, then as the variant that the tag names.
//!
//! serde reads an internally tagged enum by way of a tree of values, and so compiles everything inside a second time, for trees.
//! In the browser that was a tenth of the program. In return, a field keeps its type over all variants, known and future.

use serde::Deserialize;

use crate::{
    account::Session,
    conversation::{Conversation, ConversationList, Joined, Visibility},
    error::ErrorBody,
    id::{ConversationId, Nonce, Seq, SessionId, UserId},
    member::Role,
    message::{Change, Content, Message, ReadPosition, Receipt},
    text::{Alias, Bio, DisplayName, Email, MessageBody, RoomName, Topic, Username},
    time::Timestamp,
    user::{Me, ServerRole, User},
    ws::{ClientFrame, Event, Head, Ready, Resume, ResumePosition, Resumed, ServerFrame},
};

/// A field that the variant needs is not there.
#[derive(Debug)]
pub struct Missing(&'static str);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "missing field `{}`", self.0)
    }
}

fn need<T>(field: Option<T>, name: &'static str) -> Result<T, Missing> {
    field.ok_or(Missing(name))
}

#[derive(Deserialize)]
pub struct FlatContent {
    r#type: String,
    body: Option<MessageBody>,
    change: Option<Change>,
    name: Option<String>,
    question: Option<String>,
}

impl TryFrom<FlatContent> for Content {
    type Error = Missing;

    fn try_from(flat: FlatContent) -> Result<Self, Missing> {
        Ok(match flat.r#type.as_str() {
            "text" => Self::Text { body: need(flat.body, "body")? },
            "system" => Self::System { change: need(flat.change, "change")? },
            "deleted" => Self::Deleted {},
            "file" => Self::File { name: need(flat.name, "name")? },
            "image" => Self::Image { name: need(flat.name, "name")? },
            "audio" => Self::Audio { name: need(flat.name, "name")? },
            "poll" => Self::Poll { question: need(flat.question, "question")? },
            "call" => Self::Call {},
            _ => Self::Unknown,
        })
    }
}

#[derive(Deserialize)]
pub struct FlatChange {
    kind: String,
    user_ids: Option<Vec<UserId>>,
    user_id: Option<UserId>,
    role: Option<Role>,
    name: Option<RoomName>,
    topic: Option<Topic>,
    alias: Option<Alias>,
    visibility: Option<Visibility>,
}

impl TryFrom<FlatChange> for Change {
    type Error = Missing;

    fn try_from(flat: FlatChange) -> Result<Self, Missing> {
        let visibility = need(flat.visibility, "visibility");
        Ok(match flat.kind.as_str() {
            "created" => Self::Created {},
            "joined" => Self::Joined {},
            "added" => Self::Added { user_ids: need(flat.user_ids, "user_ids")? },
            "left" => Self::Left {},
            "removed" => Self::Removed { user_id: need(flat.user_id, "user_id")? },
            "role_changed" => Self::RoleChanged { user_id: need(flat.user_id, "user_id")?, role: need(flat.role, "role")? },
            "renamed" => Self::Renamed { name: need(flat.name, "name")? },
            "topic_changed" => Self::TopicChanged { topic: need(flat.topic, "topic")? },
            "alias_changed" => Self::AliasChanged { alias: flat.alias },
            "visibility_changed" => Self::VisibilityChanged { visibility: visibility? },
            "became_room" => Self::BecameRoom { name: need(flat.name, "name")?, visibility: visibility? },
            _ => Self::Unknown,
        })
    }
}

#[derive(Deserialize)]
pub struct FlatEvent {
    event: String,
    seq: Option<Seq>,
    at: Option<Timestamp>,
    by: Option<UserId>,
    message: Option<Message>,
}

impl TryFrom<FlatEvent> for Event {
    type Error = Missing;

    fn try_from(flat: FlatEvent) -> Result<Self, Missing> {
        let (message, seq, at, by) = (need(flat.message, "message"), need(flat.seq, "seq"), need(flat.at, "at"), need(flat.by, "by"));
        Ok(match flat.event.as_str() {
            "message" => Self::Message { message: message? },
            "edited" => Self::Edited { seq: seq?, at: at?, by: by?, message: message? },
            "deleted" => Self::Deleted { seq: seq?, at: at?, by: by?, message: message? },
            "hidden" => Self::Hidden { seq: seq? },
            _ => Self::Unknown,
        })
    }
}

#[derive(Deserialize)]
pub struct FlatMe {
    id: UserId,
    username: Username,
    display_name: DisplayName,
    bio: Bio,
    lookalike: bool,
    role: ServerRole,
    created_at: Timestamp,
    email: Email,
    shares_receipts: bool,
}

impl From<FlatMe> for Me {
    fn from(flat: FlatMe) -> Self {
        let FlatMe { id, username, display_name, bio, lookalike, role, created_at, email, shares_receipts } = flat;
        Self { user: User { id, username, display_name, bio, lookalike, role, created_at }, email, shares_receipts }
    }
}

#[derive(Deserialize)]
pub struct FlatJoined {
    outcome: String,
    conversation: Option<Box<Conversation>>,
}

impl TryFrom<FlatJoined> for Joined {
    type Error = Missing;

    fn try_from(flat: FlatJoined) -> Result<Self, Missing> {
        match flat.outcome.as_str() {
            "member" => Ok(Self::Member { conversation: need(flat.conversation, "conversation")? }),
            "requested" => Ok(Self::Requested {}),
            _ => Err(Missing("outcome")),
        }
    }
}

/// Every field of every frame of the server.
#[derive(Deserialize)]
pub struct FlatFrame {
    r#type: String,
    me: Option<Me>,
    session_id: Option<SessionId>,
    conversations: Option<Vec<Conversation>>,
    users: Option<Vec<User>>,
    gone: Option<Vec<ConversationId>>,
    positions: Option<Vec<ReadPosition>>,
    now: Option<Timestamp>,
    build: Option<String>,
    nonce: Option<Nonce>,
    message: Option<Message>,
    event: Option<Event>,
    user: Option<User>,
    position: Option<ReadPosition>,
    conversation_id: Option<ConversationId>,
    receipts: Option<Vec<Receipt>>,
    session: Option<Session>,
    heads: Option<Vec<Head>>,
    id: Option<u32>,
    error: Option<ErrorBody>,
}

impl TryFrom<FlatFrame> for ServerFrame {
    type Error = Missing;

    fn try_from(flat: FlatFrame) -> Result<Self, Missing> {
        let conversation_id = need(flat.conversation_id, "conversation_id");
        Ok(match flat.r#type.as_str() {
            "ready" => Self::Ready(Box::new(Ready {
                me: need(flat.me, "me")?,
                session_id: need(flat.session_id, "session_id")?,
                list: ConversationList { conversations: need(flat.conversations, "conversations")?, users: need(flat.users, "users")? },
                now: need(flat.now, "now")?,
                build: need(flat.build, "build")?,
            })),
            "resumed" => Self::Resumed(Box::new(Resumed {
                me: need(flat.me, "me")?,
                session_id: need(flat.session_id, "session_id")?,
                conversations: need(flat.conversations, "conversations")?,
                gone: need(flat.gone, "gone")?,
                positions: need(flat.positions, "positions")?,
                users: need(flat.users, "users")?,
                now: need(flat.now, "now")?,
                build: need(flat.build, "build")?,
            })),
            "ack" => Self::Ack { nonce: need(flat.nonce, "nonce")?, message: need(flat.message, "message")? },
            "event" => Self::Event { event: need(flat.event, "event")? },
            "user" => Self::User { user: need(flat.user, "user")? },
            "read" => Self::Read { position: need(flat.position, "position")? },
            "receipts" => Self::Receipts { conversation_id: conversation_id?, receipts: need(flat.receipts, "receipts")? },
            "join_requested" => Self::JoinRequested { conversation_id: conversation_id?, user: need(flat.user, "user")? },
            "gone" => Self::Gone { conversation_id: conversation_id? },
            "new_session" => Self::NewSession { session: need(flat.session, "session")? },
            "heads" => Self::Heads { heads: need(flat.heads, "heads")?, now: flat.now.unwrap_or_default() },
            "pong" => Self::Pong { id: need(flat.id, "id")? },
            "resync" => Self::Resync {},
            "error" => Self::Error { error: need(flat.error, "error")?, nonce: flat.nonce },
            _ => Self::Unknown,
        })
    }
}

/// Every field of every frame of a client.
#[derive(Deserialize)]
pub struct FlatClientFrame {
    r#type: String,
    token: Option<String>,
    resume: Option<Resume>,
    positions: Option<Vec<ResumePosition>>,
    since: Option<Timestamp>,
    conversation_id: Option<ConversationId>,
    nonce: Option<Nonce>,
    body: Option<MessageBody>,
    seq: Option<Seq>,
    rev: Option<u32>,
    heads: Option<Vec<Head>>,
    id: Option<u32>,
}

impl TryFrom<FlatClientFrame> for ClientFrame {
    type Error = Missing;

    fn try_from(flat: FlatClientFrame) -> Result<Self, Missing> {
        let conversation_id = need(flat.conversation_id, "conversation_id");
        Ok(match flat.r#type.as_str() {
            "auth" => Self::Auth { token: need(flat.token, "token")?, resume: flat.resume },
            "resume" => Self::Resume(Resume { positions: need(flat.positions, "positions")?, since: need(flat.since, "since")? }),
            "send" => Self::Send { conversation_id: conversation_id?, nonce: need(flat.nonce, "nonce")?, body: need(flat.body, "body")? },
            "read" => Self::Read { conversation_id: conversation_id?, seq: need(flat.seq, "seq")?, rev: flat.rev },
            "delivered" => Self::Delivered { heads: need(flat.heads, "heads")? },
            "ping" => Self::Ping { id: need(flat.id, "id")? },
            _ => Self::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    /// Whatever is written reads as it was.
    fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(values: impl IntoIterator<Item = T>) {
        for value in values {
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
        }
    }

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn changes() -> Vec<Change> {
        let name = || RoomName::try_from("Hall").unwrap();
        vec![
            Change::Created {},
            Change::Joined {},
            Change::Added { user_ids: vec![user(1), user(2)] },
            Change::Left {},
            Change::Removed { user_id: user(1) },
            Change::RoleChanged { user_id: user(1), role: Role::Owner },
            Change::Renamed { name: name() },
            Change::TopicChanged { topic: Topic::trusted("x".to_owned()) },
            Change::AliasChanged { alias: Some(Alias::try_from("hall").unwrap()) },
            Change::AliasChanged { alias: None },
            Change::VisibilityChanged { visibility: Visibility::Private },
            Change::BecameRoom { name: name(), visibility: Visibility::Public },
        ]
    }

    fn message(content: Content) -> Message {
        Message {
            id: crate::MessageId(Uuid::from_u128(7)),
            conversation_id: ConversationId(Uuid::from_u128(8)),
            seq: Seq(3),
            author_id: user(1),
            created_at: Timestamp(4),
            nonce: Some(Nonce(Uuid::from_u128(9))),
            version: 2,
            edited_at: Some(Timestamp(5)),
            mentions: vec![user(2)],
            content,
        }
    }

    fn me() -> Me {
        let user = User {
            id: user(1),
            username: Username::trusted("ann".to_owned()),
            display_name: DisplayName::trusted("Ann".to_owned()),
            bio: Bio::trusted(String::new()),
            lookalike: true,
            role: ServerRole::Admin,
            created_at: Timestamp(6),
        };
        Me { user, email: Email::trusted("a@b.c".to_owned()), shares_receipts: true }
    }

    #[test]
    fn messages_and_events() {
        there_and_back(changes());
        let texts = ["hi", "a"].map(|body| Content::Text { body: body.try_into().unwrap() });
        let files =
            [Content::File { name: "a".to_owned() }, Content::Image { name: "b".to_owned() }, Content::Audio { name: "c".to_owned() }];
        let others = [Content::Deleted {}, Content::Call {}, Content::Poll { question: "?".to_owned() }];
        let systems = changes().into_iter().map(|change| Content::System { change });
        let contents: Vec<Content> = texts.into_iter().chain(files).chain(others).chain(systems).collect();
        there_and_back(contents.clone());
        there_and_back(contents.into_iter().flat_map(|content| {
            let (seq, at, by, message) = (Seq(9), Timestamp(9), user(1), message(content));
            [
                Event::Message { message: message.clone() },
                Event::Edited { seq, at, by, message: message.clone() },
                Event::Deleted { seq, at, by, message },
                Event::Hidden { seq },
            ]
        }));
    }

    #[test]
    fn frames_of_the_server() {
        let (conversation_id, nonce, now, build) = (ConversationId(Uuid::nil()), Nonce(Uuid::nil()), Timestamp(8), "b".to_owned());
        let session_id = SessionId(Uuid::nil());
        let list = ConversationList { conversations: Vec::new(), users: vec![me().user] };
        let message = message(Content::Deleted {});
        let position = ReadPosition { conversation_id, read_seq: Seq(1), read_rev: 2, unread: 3, mentions: 4, head_seq: Seq(5) };
        let receipts = vec![Receipt { user_id: user(1), delivered_seq: Seq(2), read_seq: Seq(1) }];
        let error =
            ErrorBody { code: crate::ErrorCode::TooLong, message: "m".to_owned(), field: None, limit: Some(1), request_id: "r".to_owned() };
        there_and_back([
            ServerFrame::Ready(Box::new(Ready { me: me(), session_id, list, now, build: build.clone() })),
            ServerFrame::Resumed(Box::new(Resumed {
                me: me(),
                session_id,
                conversations: Vec::new(),
                gone: vec![conversation_id],
                positions: vec![position],
                users: vec![me().user],
                now,
                build,
            })),
            ServerFrame::Ack { nonce, message: message.clone() },
            ServerFrame::Event { event: Event::Message { message } },
            ServerFrame::User { user: me().user },
            ServerFrame::Read { position },
            ServerFrame::Receipts { conversation_id, receipts },
            ServerFrame::JoinRequested { conversation_id, user: me().user },
            ServerFrame::Gone { conversation_id },
            ServerFrame::Heads { heads: vec![Head { conversation_id, seq: Seq(2) }], now },
            ServerFrame::Pong { id: 3 },
            ServerFrame::Resync {},
            ServerFrame::Error { error: error.clone(), nonce: Some(nonce) },
            ServerFrame::Error { error, nonce: None },
        ]);
        there_and_back([me()]);
        there_and_back([Joined::Requested {}]);
    }

    #[test]
    fn frames_of_a_client() {
        let conversation_id = ConversationId(Uuid::nil());
        let resume =
            Resume { positions: vec![ResumePosition { conversation_id, seq: Seq(1), read_seq: Seq(2), read_rev: 3 }], since: Timestamp(4) };
        there_and_back([
            ClientFrame::Auth { token: "t".to_owned(), resume: Some(resume.clone()) },
            ClientFrame::Auth { token: "t".to_owned(), resume: None },
            ClientFrame::Resume(resume),
            ClientFrame::Send { conversation_id, nonce: Nonce(Uuid::nil()), body: "hi".try_into().unwrap() },
            ClientFrame::Read { conversation_id, seq: Seq(1), rev: Some(2) },
            ClientFrame::Delivered { heads: vec![Head { conversation_id, seq: Seq(2) }] },
            ClientFrame::Ping { id: 5 },
        ]);
    }

    #[test]
    fn what_is_missing_is_named_and_a_stranger_is_none_of_ours() {
        let lacking = serde_json::from_value::<ServerFrame>(json!({ "type": "pong" })).unwrap_err();
        assert!(lacking.to_string().contains("missing field `id`"), "{lacking}");
        assert!(serde_json::from_value::<Content>(json!({ "type": "text" })).is_err());
        assert_eq!(serde_json::from_value::<Change>(json!({ "kind": "painted" })).unwrap(), Change::Unknown);
        assert!(serde_json::from_value::<Joined>(json!({ "outcome": "maybe" })).is_err());
    }
}
