//! The open conversation: timeline and composer.

pub const SEND: &str = "Send";
pub const COPY: &str = "Copy";
pub const COPY_TEXT: &str = "Copy text";
pub const DELETE: &str = "Delete";
pub const SENDING: &str = "Sending…";
pub const WAITING: &str = "Waiting for connection";
pub const DETAILS: &str = "Details";
pub const ACTIONS: &str = "Message actions";
pub const MORE: &str = "More actions";
pub const EDIT: &str = "Edit";
pub const EDITED: &str = "edited";
pub const EDIT_LABEL: &str = "Edit your message";
pub const EDIT_HINT: &str = "Enter saves, Esc leaves it as it was";
pub const SAVING: &str = "Saving…";
pub const MARK_UNREAD: &str = "Mark unread from here";
pub const DELETED: &str = "Message deleted";
pub const DELETE_TITLE: &str = "Delete this message?";
pub const DELETE_OWN: &str = "Its text is erased for everybody. This cannot be undone.";
pub const DELETE_MESSAGE: &str = "Delete message";
pub const KEEP: &str = "Keep it";
pub const CONFLICT_TITLE: &str = "Changed meanwhile";
pub const CONFLICT: &str = "This message was changed on another device while you wrote.";
pub const CONFLICT_GONE: &str = "This message was deleted while you wrote. Your words are below.";
pub const CONFLICT_THEIRS: &str = "As it is now";
pub const CONFLICT_MINE: &str = "As you wrote it";
pub const USE_MINE: &str = "Use mine";
pub const KEEP_THEIRS: &str = "Keep it as it is";
pub const COPY_MINE: &str = "Copy mine";
pub const SENT: &str = "sent";
pub const DELIVERED: &str = "delivered";
pub const READ: &str = "read";
pub const SEEN_BY: &str = "Seen by";
pub const SEEN_BY_NOBODY: &str = "No one yet, or no one who shows it.";
pub const LATEST: &str = "Latest";
pub const MARK_READ: &str = "Mark read";
pub const TODAY: &str = "Today";
pub const YESTERDAY: &str = "Yesterday";
pub const LAST_WEEK: &str = "Last week";
pub const THE_START: &str = "The start";
pub const JUMP_TO_DATE: &str = "Jump to a date";
pub const LOADING_OLDER: &str = "Loading older messages";
pub const LOADING_NEWER: &str = "Loading newer messages";
pub const OLDER_FAILED: &str = "Couldn't load older messages · ";
pub const NEWER_FAILED: &str = "Couldn't load newer messages · ";
pub const LOADING_MESSAGES: &str = "Loading messages";
pub const FAILED_TITLE: &str = "Couldn't load messages";
pub const DRAFT_KEPT: &str = "Your draft is kept.";
pub const UNKNOWN_CONTENT: &str = "This message needs a newer version of the page.";
pub const GONE_TITLE: &str = "Not one of your conversations";
pub const GONE: &str = "It may be gone, or private. You can ask to be let in.";
pub const ASK_TO_JOIN: &str = "Ask to join";
pub const ADD_PEOPLE: &str = "Add people";
pub const TOO_LONG: &str = "That is too long to send.";
pub const NOTHING_TO_SEND: &str = "Write something first.";

/// The name of the message box; without a title while nobody is chosen yet.
pub fn composer(title: &str) -> String {
    if title.is_empty() { "Message".to_owned() } else { format!("Message {title}") }
}

pub fn messages_in(title: &str) -> String {
    format!("Messages in {title}")
}

pub fn start_of(title: &str) -> String {
    format!("This is the start of {title}")
}

pub fn start_with(name: &str) -> String {
    format!("This is the start of your conversation with {name}")
}

/// The day as words; `Today` and `Yesterday` come without "on".
pub fn created(day: &str, is_near: bool) -> String {
    if is_near { format!("Created {}.", day.to_lowercase()) } else { format!("Created on {day}.") }
}

pub fn new_divider(count: &str) -> String {
    format!("{count} new")
}

pub fn new_since(count: &str, time: &str) -> String {
    format!("{count} new since {time}")
}

/// So many are new, and so many of them name the reader.
pub fn latest((count, mentions): (u32, u32)) -> String {
    match (count, mentions) {
        (0, _) => "Jump to the latest message".to_owned(),
        (_, 0) => format!("Jump to the latest message, {count} new"),
        _ => format!("Jump to the latest message, {count} new, you are mentioned"),
    }
}

pub fn seen_by(count: u32) -> String {
    format!("Seen by {count}")
}

pub fn edited_at(time: &str) -> String {
    format!("Edited {time}")
}

pub fn not_edited(cause: &str) -> String {
    format!("Not changed. {cause}")
}

pub fn deleting_of(author: &str) -> String {
    format!("{author} wrote it. Its text is erased for everybody, and this cannot be undone.")
}

pub fn profile_of(name: &str) -> String {
    format!("{name}, profile")
}

/// The name of a message's row: author, time, text, state.
pub fn message_name(author: &str, time: &str, text: &str, state: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!(", {state}") };
    format!("{author}, {time}, {text}{state}")
}

pub fn announced(author: &str, text: &str) -> String {
    format!("{author}: {text}")
}

pub fn announced_many(count: usize) -> String {
    format!("{count} new messages")
}

pub fn more_notices(count: usize) -> String {
    format!("{count} changes here")
}

pub fn left(characters: i64) -> String {
    if characters < 0 { format!("{} characters too many", -characters) } else { format!("{characters} characters left") }
}

/// What the conversation tells of itself. `actor` and `whom` are names.
pub mod change {
    use shared_types::{conversation::Visibility, member::Role, message::Change};

    /// The part after the actor's name.
    pub fn words(change: &Change, whom: &str) -> String {
        match change {
            Change::Created {} => "started this conversation".to_owned(),
            Change::Joined {} => "joined".to_owned(),
            Change::Added { .. } => format!("added {whom}"),
            Change::Left {} => "left".to_owned(),
            Change::Removed { .. } => format!("removed {whom}"),
            Change::RoleChanged { role, .. } => match role {
                Role::Owner => format!("made {whom} an owner"),
                Role::Moderator => format!("made {whom} a moderator"),
                Role::Member | Role::Unknown => format!("made {whom} a member"),
            },
            Change::Renamed { name } => format!("named it “{name}”"),
            Change::TopicChanged { topic } if topic.as_str().is_empty() => "took the topic away".to_owned(),
            Change::TopicChanged { topic } => format!("set the topic: {topic}"),
            Change::AliasChanged { alias: Some(alias) } => format!("gave it the short name #{alias}"),
            Change::AliasChanged { alias: None } => "took its short name away".to_owned(),
            Change::VisibilityChanged { visibility: Visibility::Public } => "made it public".to_owned(),
            Change::VisibilityChanged { visibility: Visibility::Private } => "made it private".to_owned(),
            Change::BecameRoom { name, .. } => format!("made this a room: {name}"),
            Change::Unknown => "changed something".to_owned(),
        }
    }
}

/// "Ann", "Ann and Bob", "Ann, Bob and 3 others".
pub fn names(names: &[String], others: usize) -> String {
    match (names, others) {
        ([], 0) => super::SOMEONE.to_owned(),
        ([], 1) => "1 person".to_owned(),
        ([], more) => format!("{more} people"),
        ([only], 0) => only.clone(),
        ([first, second], 0) => format!("{first} and {second}"),
        ([head @ .., last], 0) => format!("{} and {last}", head.join(", ")),
        (some, 1) => format!("{} and 1 other", some.join(", ")),
        (some, more) => format!("{} and {more} others", some.join(", ")),
    }
}
