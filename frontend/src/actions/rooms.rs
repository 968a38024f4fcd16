//! Making, finding, joining, changing and leaving conversations.

use leptos::prelude::*;
use shared_types::{
    ConversationId, UserId,
    conversation::{ConversationKind, CreateConversation, Joined, RoomCard, RoomPage, UpdateConversation, Visibility},
    text::{Alias, RoomName, Topic},
};

use super::connection;
use crate::{
    api::{self, Answer},
    browser,
    state::{AppState, Notice},
};

/// What stands behind `/r/:alias`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AliasTarget {
    /// The reader is a member: go to `/c/<id>`.
    Member(ConversationId),
    /// A public room to join.
    Room(Box<RoomCard>),
    Unknown,
}

/// Makes a room; the creator is in it. Go to `/c/<id>` with what comes back.
pub async fn create_room(
    app: AppState,
    name: RoomName,
    alias: Option<Alias>,
    topic: Option<Topic>,
    visibility: Visibility,
    user_ids: Vec<UserId>,
) -> Answer<ConversationId> {
    let created = api::create_conversation(&CreateConversation::Room { name, alias, topic, visibility, user_ids }).await?;
    Ok(connection::adopt(app, created))
}

/// Name, topic, alias, visibility, `is_default`, or `kind: room` to make a room of a group.
pub async fn update_conversation(app: AppState, id: ConversationId, update: UpdateConversation) -> Answer<()> {
    let changed = api::update_conversation(id, &update).await?;
    connection::adopt(app, changed);
    Ok(())
}

/// Leaves; the conversation disappears from the list.
pub async fn leave_conversation(app: AppState, id: ConversationId) -> Answer<()> {
    api::leave_conversation(id).await?;
    connection::lose(app, id);
    Ok(())
}

/// Deletes for everyone.
pub async fn delete_conversation(app: AppState, id: ConversationId) -> Answer<()> {
    api::delete_conversation(id).await?;
    connection::lose(app, id);
    Ok(())
}

/// One page of the directory; pass `next` of the page before as `cursor`.
pub async fn discover_rooms(_app: AppState, query: Option<String>, cursor: Option<String>) -> Answer<RoomPage> {
    api::list_rooms(query.filter(|query| !query.trim().is_empty()), cursor).await
}

/// Joins by what a person typed or pasted: name, `#alias`, link or id. The server decides.
pub async fn join(app: AppState, target: String) -> Answer<Joined> {
    Ok(connection::adopt_joined(app, api::join(target).await?))
}

/// Joins the public room with this id.
pub async fn join_room(app: AppState, id: ConversationId) -> Answer<Joined> {
    api::join_conversation(id).await?;
    let conversation = api::get_conversation(id).await?;
    Ok(connection::adopt_joined(app, Joined::Member { conversation: Box::new(conversation) }))
}

/// Finds what stands behind an alias: in the list first, then in the directory.
pub async fn find_alias(app: AppState, alias: &str) -> Answer<AliasTarget> {
    let wanted = alias.trim_start_matches('#').to_lowercase();
    if let Some(id) = connection::member_of_alias(app, &wanted) {
        return Ok(AliasTarget::Member(id));
    }
    let page = api::list_rooms(Some(wanted.clone()), None).await?;
    let found = page.rooms.into_iter().find(|room| room.alias.as_ref().is_some_and(|alias| alias.as_str() == wanted));
    Ok(match found {
        Some(room) if room.joined => AliasTarget::Member(room.id),
        Some(room) => AliasTarget::Room(Box::new(room)),
        None => AliasTarget::Unknown,
    })
}

/// Copies the address of a conversation: `/r/<alias>` of a public room, else `/c/<id>`.
pub fn copy_link(app: AppState, id: ConversationId) {
    let alias = app.roster.conversation(id).with_untracked(|conversation| {
        let conversation = conversation.as_ref()?;
        (conversation.kind == ConversationKind::Room).then_some(conversation.alias.as_ref()?.as_str().to_owned())
    });
    let path = alias.map_or_else(|| format!("/c/{id}"), |alias| format!("/r/{alias}"));
    copy(app, &format!("{}{path}", browser::origin()), Notice::LinkCopied);
}

/// Copies the text of a message.
pub fn copy_text(app: AppState, text: &str) {
    copy(app, text, Notice::TextCopied);
}

fn copy(app: AppState, text: &str, notice: Notice) {
    browser::copy_text(text, move |worked| app.toasts.show(if worked { notice } else { Notice::CopyFailed }));
}
