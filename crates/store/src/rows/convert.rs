//! Between rows and wire types. Small closed enums are stored as numbers, in the order of their lists.

use domain::ports::StoreError;
use sea_orm::Value;
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, Timestamp, UserId,
    conversation::{ConversationKind, Visibility},
    member::Role,
    message::{Content, Message},
    text::{Bio, DisplayName, Email, MessageBody, Username},
    user::{Me, ServerRole, User},
};

use crate::{
    entity::{account, event},
    error::corrupt,
};

/// Kinds of rows in the log.
pub const TEXT: i16 = 1;
pub const SYSTEM: i16 = 2;
/// Edits and deletions have a place of their own in the log, and name the place of their message.
pub const EDIT: i16 = 3;
pub const DELETION: i16 = 4;
/// What is left of a deleted message.
pub const DELETED: i16 = 5;

pub const PUBLIC: i16 = 1;
pub const PRIVATE: i16 = 2;

pub const DIRECT: i16 = 1;
pub const GROUP: i16 = 2;
pub const ROOM: i16 = 3;

pub fn kind_row(kind: ConversationKind) -> i16 {
    match kind {
        ConversationKind::Direct => DIRECT,
        ConversationKind::Group => GROUP,
        ConversationKind::Room | ConversationKind::Unknown => ROOM,
    }
}

pub fn kind(row: i16) -> Result<ConversationKind, StoreError> {
    match row {
        DIRECT => Ok(ConversationKind::Direct),
        GROUP => Ok(ConversationKind::Group),
        ROOM => Ok(ConversationKind::Room),
        _ => Err(corrupt("kind of conversation")),
    }
}

pub fn visibility_row(visibility: Visibility) -> i16 {
    match visibility {
        Visibility::Public => PUBLIC,
        Visibility::Private => PRIVATE,
    }
}

/// Anything but a clear "public" hides.
pub fn visibility(row: i16) -> Visibility {
    if row == PUBLIC { Visibility::Public } else { Visibility::Private }
}

/// The order of the numbers is the order of the member list.
pub fn role_row(role: Role) -> i16 {
    match role {
        Role::Owner => 0,
        Role::Moderator => 1,
        Role::Member | Role::Unknown => 2,
    }
}

pub fn role(row: i16) -> Role {
    match row {
        0 => Role::Owner,
        1 => Role::Moderator,
        _ => Role::Member,
    }
}

pub fn server_role_row(role: ServerRole) -> i16 {
    match role {
        ServerRole::Owner => 0,
        ServerRole::Admin => 1,
        ServerRole::Member | ServerRole::Unknown => 2,
    }
}

fn server_role(row: i16) -> ServerRole {
    match row {
        0 => ServerRole::Owner,
        1 => ServerRole::Admin,
        _ => ServerRole::Member,
    }
}

pub fn user(row: account::Model) -> User {
    User {
        id: UserId(row.id),
        username: Username::trusted(row.username),
        display_name: DisplayName::trusted(row.display_name),
        bio: Bio::trusted(row.bio),
        lookalike: row.lookalike,
        role: server_role(row.role),
        created_at: Timestamp(row.created_at),
    }
}

pub fn me(row: account::Model) -> Me {
    let email = Email::trusted(row.email.clone());
    let shares_receipts = row.shares_receipts;
    Me { user: user(row), email, shares_receipts }
}

/// A `seq` is never negative; the column is signed because databases have no other.
pub fn seq(row: i64) -> Seq {
    Seq(u64::try_from(row).unwrap_or_default())
}

pub fn seq_row(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

pub fn count(row: i64) -> u32 {
    u32::try_from(row).unwrap_or_default()
}

pub fn seq_value(seq: Seq) -> Value {
    seq_row(seq).into()
}

pub fn message(row: event::Model) -> Result<Message, StoreError> {
    let content = match row.kind {
        TEXT => Content::Text { body: MessageBody::trusted(row.body) },
        SYSTEM => Content::System { change: serde_json::from_str(&row.body).map_err(|_| corrupt("system message"))? },
        DELETED => Content::Deleted {},
        _ => Content::Unknown,
    };
    Ok(Message {
        id: MessageId(row.id),
        conversation_id: ConversationId(row.conversation_id),
        seq: seq(row.seq),
        author_id: UserId(row.author_id),
        created_at: Timestamp(row.created_at),
        nonce: row.nonce.map(Nonce),
        version: u32::try_from(row.version).unwrap_or_default(),
        edited_at: row.edited_at.map(Timestamp),
        mentions: user_ids(row.mentions.as_deref().unwrap_or_default()),
        content,
    })
}

/// Ids one after the other, 16 bytes each.
fn user_ids(bytes: &[u8]) -> Vec<UserId> {
    bytes.chunks_exact(16).filter_map(|id| uuid::Uuid::from_slice(id).ok()).map(UserId).collect()
}

/// The other way round; nothing for nobody.
pub fn mentions_value(mentions: &[UserId]) -> Value {
    (!mentions.is_empty()).then(|| mentions.iter().flat_map(|id| id.0.into_bytes()).collect::<Vec<u8>>()).into()
}
