//! The list of conversations.

use std::collections::HashMap;

use shared_types::{
    ConversationId, Timestamp, UserId,
    conversation::{Conversation, ConversationKind, Visibility},
    message::{Change, Content},
    user::User,
};

use crate::{
    draft::glance,
    people::{first_name, full_name},
    sorted::sort_by,
};

/// A group without a name is called by so many first names, and "+n" for the rest.
const NAMES_IN_TITLE: usize = 4;

/// The two sections of the list, each with the most recently active first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Direct messages and groups.
    pub people: Vec<ConversationId>,
    pub rooms: Vec<ConversationId>,
}

/// One row of the list, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    pub id: ConversationId,
    pub kind: ConversationKind,
    pub visibility: Visibility,
    /// The other person, the room's name, or the first names of a group. Empty if nobody else is left in a group.
    pub title: String,
    /// Whose avatars to draw: the other person, or up to two others of a group. Empty for rooms.
    pub faces: Vec<UserId>,
    pub preview: Preview,
    /// Never counted up, always derived; 1,000 means "999+".
    pub unread: u32,
    /// How many of them name the reader.
    pub mentions: u32,
    /// When something last happened.
    pub active_at: Timestamp,
    /// A message of the reader in here could not be sent.
    pub has_failed: bool,
}

/// The second line of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    Nothing,
    /// What the reader has begun to write here.
    Draft {
        text: String,
    },
    Text {
        author: Speaker,
        text: String,
    },
    /// A message of a type that this client does not show in the list.
    Other {
        author: Speaker,
    },
    System {
        author: Speaker,
        change: Change,
    },
    /// What was said last has been deleted.
    Deleted,
}

/// Who said it, as the second line shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    You,
    /// The other person of a direct message, whose name the first line shows already.
    Other,
    /// First name only.
    Named(String),
}

/// What the rows are made from.
pub(crate) struct Sources<'a> {
    pub me: Option<UserId>,
    pub users: &'a HashMap<UserId, User>,
    pub draft: &'a str,
    pub unread: u32,
    pub mentions: u32,
    pub has_failed: bool,
}

/// The row of one conversation.
pub(crate) fn row(conversation: &Conversation, sources: &Sources) -> RosterRow {
    RosterRow {
        id: conversation.id,
        kind: conversation.kind,
        visibility: conversation.visibility,
        title: title(conversation, sources),
        faces: others(conversation, sources.me).map(|user| user.id).take(2).collect(),
        preview: preview(conversation, sources),
        unread: sources.unread,
        mentions: sources.mentions,
        active_at: conversation.active_at,
        has_failed: sources.has_failed,
    }
}

/// What the list calls a conversation: the other person, the room's name, or the first names of a group.
pub(crate) fn title(conversation: &Conversation, sources: &Sources) -> String {
    if let Some(name) = &conversation.name {
        return name.as_str().to_owned();
    }
    let current = |user: &User| sources.users.get(&user.id).unwrap_or(user).clone();
    if conversation.kind == ConversationKind::Direct {
        let other = others(conversation, sources.me).next().or(conversation.people.first());
        return other.map(|user| full_name(&current(user))).unwrap_or_default();
    }
    let mut names: Vec<String> =
        others(conversation, sources.me).map(|user| first_name(current(user).display_name.as_str()).to_owned()).collect();
    let more = names.len().saturating_sub(NAMES_IN_TITLE);
    names.truncate(NAMES_IN_TITLE);
    let listed = names.join(", ");
    if more > 0 { format!("{listed} +{more}") } else { listed }
}

/// The ids of a list in its two sections, the most recently active first.
pub(crate) fn sections<'a>(conversations: impl Iterator<Item = &'a Conversation>) -> Sections {
    let mut sorted: Vec<&Conversation> = conversations.collect();
    sort_by(&mut sorted, |a, b| (a.active_at, a.id) > (b.active_at, b.id));
    let (rooms, people): (Vec<&Conversation>, Vec<&Conversation>) =
        sorted.into_iter().partition(|conversation| conversation.kind == ConversationKind::Room);
    let ids = |list: Vec<&Conversation>| list.into_iter().map(|conversation| conversation.id).collect();
    Sections { people: ids(people), rooms: ids(rooms) }
}

fn others(conversation: &Conversation, me: Option<UserId>) -> impl Iterator<Item = &User> {
    conversation.people.iter().filter(move |user| Some(user.id) != me)
}

fn preview(conversation: &Conversation, sources: &Sources) -> Preview {
    if !sources.draft.is_empty() {
        return Preview::Draft { text: glance(sources.draft) };
    }
    let Some(message) = &conversation.last_message else { return Preview::Nothing };
    let author = if Some(message.author_id) == sources.me {
        Speaker::You
    } else if conversation.kind == ConversationKind::Direct {
        Speaker::Other
    } else {
        let name = sources.users.get(&message.author_id).map(|user| first_name(user.display_name.as_str()).to_owned());
        Speaker::Named(name.unwrap_or_default())
    };
    match &message.content {
        Content::Text { body } => Preview::Text { author, text: glance(body.as_str()) },
        Content::System { change } => Preview::System { author, change: change.clone() },
        Content::Deleted {} => Preview::Deleted,
        _ => Preview::Other { author },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{direct, message, person, room, user};

    fn sources(users: &HashMap<UserId, User>) -> Sources<'_> {
        Sources { me: Some(user(1)), users, draft: "", unread: 0, mentions: 0, has_failed: false }
    }

    #[test]
    fn a_conversation_is_called_by_its_name_or_by_who_else_is_in_it() {
        let users = HashMap::from([(user(2), person(2, "Bob Brown Renamed"))]);
        let people = vec![person(1, "Ann"), person(2, "Bob"), person(3, "Eve Ng"), person(4, "Joe"), person(5, "Kim"), person(6, "Lu")];
        let group = Conversation { kind: ConversationKind::Group, ..direct(1, people.clone()) };
        assert_eq!(title(&direct(1, people[..2].to_vec()), &sources(&users)), "Bob Brown Renamed");
        assert_eq!(title(&group, &sources(&users)), "Bob, Eve, Joe, Kim +1");
        assert_eq!(title(&room(1, "Hall", 0), &sources(&users)), "Hall");
    }

    #[test]
    fn somebody_with_a_double_is_named_in_full() {
        let double = User { lookalike: true, ..person(2, "Ann") };
        assert_eq!(title(&direct(1, vec![person(1, "Me"), double]), &sources(&HashMap::new())), "Ann (@user2)");
    }

    #[test]
    fn the_second_line_is_the_draft_or_who_said_what() {
        let users = HashMap::from([(user(2), person(2, "Bob Brown"))]);
        let hall = Conversation { last_message: Some(message(1, 1, user(2), "one\ntwo")), ..room(1, "Hall", 1) };
        let shown = row(&hall, &sources(&users)).preview;
        assert_eq!(shown, Preview::Text { author: Speaker::Named("Bob".to_owned()), text: "one two".to_owned() });
        let with_draft = Sources { draft: "well", ..sources(&users) };
        assert_eq!(row(&hall, &with_draft).preview, Preview::Draft { text: "well".to_owned() });
    }

    #[test]
    fn the_latest_stands_first_in_its_section() {
        let at = |n, ms| Conversation { active_at: Timestamp(ms), ..room(n, "x", 0) };
        let list = [at(1, 5), at(2, 9), Conversation { kind: ConversationKind::Direct, ..at(3, 1) }];
        let sections = sections(list.iter());
        assert_eq!(sections.rooms, [list[1].id, list[0].id]);
        assert_eq!(sections.people, [list[2].id]);
    }
}
