//! The frame around every screen: navigation, connection, notes, keys, and what is said when nothing can be shown.

use client::link::Status;

pub const MAIN: &str = "Main";
pub const CHATS: &str = "Chats";
pub const DISCOVER: &str = "Discover";
pub const SETTINGS: &str = "Settings";
pub const SKIP_TO_COMPOSER: &str = "Skip to message box";
pub const SKIP_TO_LIST: &str = "Skip to conversations";
pub const SKIP_TO_MAIN: &str = "Skip to content";

pub const CONVERSATIONS: &str = "Conversations";
pub const NEW_CONVERSATION: &str = "New conversation";
pub const DISCOVER_ROOMS: &str = "Discover rooms";
pub const CREATE_ROOM: &str = "Create room";
pub const JOIN_ROOM: &str = "Join a room";
pub const JUMP_TO: &str = "Jump to…";
pub const PEOPLE: &str = "People";
pub const ROOMS: &str = "Rooms";
pub const NO_PEOPLE: &str = "Nobody yet. ";
pub const NO_PEOPLE_LINK: &str = "Write to someone";
pub const NO_ROOMS: &str = "No rooms yet. ";
pub const NO_ROOMS_LINK: &str = "Browse rooms";
pub const DRAFT: &str = "Draft";
pub const NOT_SENT: &str = "Not sent";
pub const NOT_SHOWN: &str = "something this version can't show";
pub const EMPTY_GROUP: &str = "Just you";

pub const WELCOME_TITLE: &str = "Good to have you here";
pub const WELCOME: &str = "Say hello to someone, or look around in the rooms.";
pub const PICK_TITLE: &str = "Nothing open";
pub const PICK: &str = "Choose a conversation on the left, or start a new one.";

pub const CONNECTION: &str = "Connection";
pub const ROUND_TRIP: &str = "Round trip";
pub const LAST_SEQUENCE: &str = "Last number here";
pub const OUTBOX: &str = "Waiting to be sent";
pub const CONNECTED_SINCE: &str = "Connected";
pub const UNKNOWN: &str = "not measured yet";
pub const RECONNECTING: &str = "Reconnecting…";
pub const RECONNECTING_MORE: &str = "Messages you send are kept.";
pub const OFFLINE_MORE: &str = "Messages will send when you're back.";
pub const TRY_NOW: &str = "Try now";
pub const UPDATE_READY: &str = "An update is ready.";
pub const RELOAD: &str = "Reload";

pub const DISMISS: &str = "Dismiss";
pub const UNDO: &str = "Undo";
pub const ALL_READ: &str = "Everything is marked read.";
pub const MARK_ALL_READ: &str = "Mark all read";
pub const NOTES: &str = "Notes";
pub const LINK_COPIED: &str = "Link copied.";
pub const TEXT_COPIED: &str = "Text copied.";
pub const COPY_FAILED: &str = "This browser did not let us copy. Please select and copy by hand.";

pub const SWITCHER: &str = "Jump to a conversation";
pub const SWITCHER_PLACEHOLDER: &str = "Jump to a room or person";
pub const SWITCHER_RESULTS: &str = "Results";
pub const SWITCHER_UNREAD: &str = "Unread";
pub const SWITCHER_RECENT: &str = "Recent";
pub const SWITCHER_FOUND: &str = "Conversations";
pub const SWITCHER_NONE: &str = "Nothing by that name.";
pub const MOVE: &str = " move ";
pub const OPEN: &str = " open";

pub const KEYS: &str = "Keyboard shortcuts";
pub const ARROW_UP: &str = "Up";
pub const ARROW_DOWN: &str = "Down";

pub const NOT_FOUND_TITLE: &str = "Nothing here";
pub const NOT_FOUND: &str = "This page does not exist, or it moved.";
pub const BACK_TO_CHATS: &str = "Back to chats";
pub const BOOT_FAILED_TITLE: &str = "The server is not answering";
pub const BOOT_FAILED: &str = "Your drafts and unsent messages are kept on this device. Please try again in a moment.";

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Live => "Connected",
        Status::Connecting => "Connecting",
        Status::Offline => "Offline",
    }
}

pub fn connection_button(status: &str) -> String {
    format!("Connection: {status}")
}

pub fn round_trip(ms: u32) -> String {
    format!("{ms} ms")
}

pub fn waiting(count: usize) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "1 message".to_owned(),
        more => format!("{more} messages"),
    }
}

/// "Offline — 3 queued".
pub fn offline(queued: usize) -> String {
    if queued == 0 { "You're offline".to_owned() } else { format!("Offline — {queued} queued") }
}

pub fn retry_in(seconds: i64) -> String {
    if seconds <= 1 { "Trying again now.".to_owned() } else { format!("Next try in {seconds} s.") }
}

/// "(3) Tide charts · Parlance".
pub fn document_title(unread: u32, page: &str) -> String {
    let count = if unread == 0 { String::new() } else { format!("({}) ", super::unread(unread)) };
    if page.is_empty() { format!("{count}{}", super::PRODUCT) } else { format!("{count}{page} · {}", super::PRODUCT) }
}

/// The name of a row of the list for those who listen.
pub fn row_name(title: &str, unread: u32, mentions: u32, second_line: &str) -> String {
    let unread = match unread {
        0 => String::new(),
        1 => ", 1 unread".to_owned(),
        more => format!(", {} unread", super::unread(more)),
    };
    let mentions = match mentions {
        0 => String::new(),
        1 => ", 1 mention of you".to_owned(),
        more => format!(", {} mentions of you", super::unread(more)),
    };
    let second_line = if second_line.is_empty() { String::new() } else { format!(", {second_line}") };
    format!("{title}{unread}{mentions}{second_line}")
}

pub fn last_words(text: &str) -> String {
    format!("last: {text}")
}

pub fn no_longer_member(title: &str) -> String {
    format!("You are no longer a member of {title}.")
}

pub fn me(name: &str) -> String {
    format!(", {name}")
}

pub fn unread_conversation(title: &str, unread: u32) -> String {
    if unread == 0 { title.to_owned() } else { format!("{title}, {} unread", super::unread(unread)) }
}
