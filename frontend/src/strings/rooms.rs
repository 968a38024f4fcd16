//! Finding, creating, joining and looking after rooms.

pub const DISCOVER: &str = "Discover rooms";
pub const DISCOVER_LEDE: &str = "Rooms that anyone here can join";
pub const FIND: &str = "Find a room";
pub const CREATE_ROOM: &str = "Create room";
pub const JOIN_BY: &str = "Join by name or link";
pub const JOIN_A_ROOM: &str = "Join a room";
pub const JOIN: &str = "Join";
pub const OPEN: &str = "Open";
pub const JOINED: &str = "Joined";
pub const NONE_TITLE: &str = "No rooms yet";
pub const NONE: &str = "Make the first one: a place for a team, a topic, or for small talk.";
pub const NO_MATCH_TITLE: &str = "No room matches";
pub const NO_MATCH: &str = "Try another word, or create a room by that name.";
pub const DISCOVER_FAILED: &str = "Couldn't load the rooms";
pub const MORE: &str = "Show more rooms";
pub const LOADING: &str = "Loading rooms";

pub const CREATE_TITLE: &str = "Create a room";
pub const CREATE_LEDE: &str = "A named place that people join and leave.";
pub const NAME: &str = "Name";
pub const NAME_PLACEHOLDER: &str = "Tide charts";
pub const TOPIC_OPTIONAL: &str = "Topic (optional)";
pub const TOPIC: &str = "Topic";
pub const TOPIC_HELP: &str = "What it is about, in one line.";
pub const WHO: &str = "Who can find it";
pub const PUBLIC: &str = "Public";
pub const PUBLIC_MEANS: &str = "Anyone here can find it, join it, and read what was said before.";
pub const PRIVATE: &str = "Private";
pub const PRIVATE_MEANS: &str = "Nobody but its members knows that it exists. People are added, or ask to be let in.";
pub const ALIAS: &str = "Short name";
pub const ALIAS_HELP: &str = "For links and for joining by hand.";
pub const NO_ALIAS: &str = "No short name can be made of that. Choose one of letters and digits.";

pub const JOIN_FIELD: &str = "Name, #short-name, link or id";
pub const JOIN_HELP: &str = "Paste what somebody gave you, or type a room's name.";
pub const JOIN_NOT_FOUND: &str = "There is no public room by that name. For a private one, paste its link or id.";
pub const REQUESTED_TITLE: &str = "We have asked";
pub const REQUESTED: &str =
    "If that is a private room, the people who look after it have been asked to let you in. It appears in your list as soon as they do.";
pub const ASKED_TOAST: &str = "We have asked the people who look after it.";

pub const DETAILS: &str = "Details";
pub const CLOSE_DETAILS: &str = "Close details";
pub const BACK_TO_ROOM: &str = "Back to conversation";
pub const PUBLIC_ROOM: &str = "Public room";
pub const PRIVATE_ROOM: &str = "Private room";
pub const GROUP: &str = "Group";
pub const DIRECT: &str = "Direct message";
pub const NO_TOPIC: &str = "No topic yet.";
pub const EDIT_SHORT: &str = "Edit";
pub const EDIT: &str = "Edit name and topic";
pub const EDIT_TITLE: &str = "Name and topic";
pub const COPY_LINK: &str = "Copy link";
pub const ADD: &str = "Add people";
pub const LEAVE: &str = "Leave";
pub const LEAVE_ROOM: &str = "Leave room";
pub const LEAVE_GROUP: &str = "Leave group";
pub const SETTINGS: &str = "Settings of this room";
pub const GROUP_SETTINGS: &str = "This group";
pub const DEFAULT_ROOM: &str = "New people join automatically";
pub const DEFAULT_ROOM_HELP: &str = "Everyone who signs up is a member from their first minute.";
pub const MAKE_PRIVATE: &str = "Make private";
pub const MAKE_PUBLIC: &str = "Make public";
pub const MAKE_PRIVATE_TITLE: &str = "Make this room private?";
pub const MAKE_PRIVATE_QUESTION: &str = "It disappears from Discover and loses its short name. Its members stay.";
pub const MAKE_PUBLIC_TITLE: &str = "Make this room public?";
pub const MAKE_PUBLIC_QUESTION: &str = "Anyone here will find it, and can read everything that was said in it.";
pub const CONVERT: &str = "Turn into a room";
pub const CONVERT_TITLE: &str = "Turn this group into a room?";
pub const CONVERT_HELP: &str = "It keeps its messages, its people and its link. It cannot become a group again.";
pub const DELETE_ROOM: &str = "Delete room";
pub const DELETE_GROUP: &str = "Delete group";
pub const KEEP: &str = "Keep it";
pub const STAY: &str = "Stay";

pub fn members(count: u32, formatted: &str) -> String {
    super::count(count, formatted, "member", "members")
}

pub fn last_active(when: &str) -> String {
    format!("Active {when}")
}

pub fn join_named(name: &str) -> String {
    format!("Join {name}")
}

pub fn open_named(name: &str) -> String {
    format!("Open {name}")
}

pub fn leave_title(title: &str) -> String {
    format!("Leave {title}?")
}

pub fn leave_question(is_public: bool) -> &'static str {
    if is_public {
        "You will get no more messages from here. You can join again at any time."
    } else {
        "You will no longer see it. To come back, somebody in it has to let you in."
    }
}

pub fn delete_title(title: &str) -> String {
    format!("Delete {title}?")
}

pub const DELETE_QUESTION: &str = "Every message in it is deleted for everyone, for good.";

pub fn alias_suggestion(alias: &str) -> String {
    format!("People will find it as #{alias}.")
}

pub fn rooms_found(count: usize) -> String {
    match count {
        0 => "No rooms".to_owned(),
        1 => "1 room".to_owned(),
        more => format!("{more} rooms"),
    }
}

pub const EVERYONE: &str = "Add everyone now";
pub const EVERYONE_TITLE: &str = "Add everyone on this server?";
pub const EVERYONE_QUESTION: &str = "Everybody who has an account becomes a member of this room. They can leave it again.";
