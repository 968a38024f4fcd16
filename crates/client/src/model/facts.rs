//! What a typed change does to the facts of a conversation.

use std::collections::HashMap;

use shared_types::{
    UserId,
    conversation::{Conversation, ConversationKind},
    message::Change,
    user::User,
};

/// What a change of a conversation leaves to do.
pub(super) enum Outcome {
    /// All that it changes is known now.
    Told,
    /// The server has to tell the rest.
    Unclear,
    /// The reader is not a member any more.
    NotMine,
}

/// Applies a change to what is known of a conversation.
pub(super) fn change_facts(
    conversation: &mut Conversation,
    change: &Change,
    author: UserId,
    me: Option<UserId>,
    users: &HashMap<UserId, User>,
) -> Outcome {
    match change {
        Change::Joined {} => return come(conversation, &[author], users),
        Change::Added { user_ids } => return come(conversation, user_ids, users),
        Change::Left {} if Some(author) == me => return Outcome::NotMine,
        Change::Removed { user_id } if Some(*user_id) == me => return Outcome::NotMine,
        Change::Left {} => go(conversation, author),
        Change::Removed { user_id } => go(conversation, *user_id),
        Change::RoleChanged { user_id, role } if Some(*user_id) == me => conversation.my_role = *role,
        Change::Renamed { name } => conversation.name = Some(name.clone()),
        Change::TopicChanged { topic } => conversation.topic = topic.clone(),
        Change::AliasChanged { alias } => conversation.alias.clone_from(alias),
        Change::VisibilityChanged { visibility } => {
            conversation.visibility = *visibility;
            // A public room has an alias, a private one has none.
            return Outcome::Unclear;
        }
        Change::BecameRoom { name, visibility } => {
            conversation.kind = ConversationKind::Room;
            conversation.name = Some(name.clone());
            conversation.visibility = *visibility;
            return Outcome::Unclear;
        }
        Change::Unknown => return Outcome::Unclear,
        Change::Created {} | Change::RoleChanged { .. } => {}
    }
    Outcome::Told
}

fn come(conversation: &mut Conversation, ids: &[UserId], users: &HashMap<UserId, User>) -> Outcome {
    // The members of rooms are paged, not listed.
    let lists_people = conversation.kind != ConversationKind::Room;
    let mut outcome = Outcome::Told;
    for id in ids {
        if lists_people && conversation.people.iter().any(|user| user.id == *id) {
            continue;
        }
        conversation.member_count += 1;
        match users.get(id) {
            Some(user) if lists_people => conversation.people.push(user.clone()),
            None if lists_people => outcome = Outcome::Unclear,
            _ => {}
        }
    }
    outcome
}

fn go(conversation: &mut Conversation, id: UserId) {
    conversation.member_count = conversation.member_count.saturating_sub(1);
    conversation.people.retain(|user| user.id != id);
}
