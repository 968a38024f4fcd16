//! Finding people, starting conversations, profiles and members.

use crate::ui::combo::PickerWords;

pub const NEW_CONVERSATION: &str = "New conversation";
pub const NEW_LEDE: &str = "One person makes a direct message, more make a group.";
pub const TO: PickerWords =
    PickerWords { label: "To", placeholder: "Name or username", results: "People", chosen: "Chosen people", remove: "Remove" };
pub const ADD: PickerWords =
    PickerWords { label: "People to add", placeholder: "Name or username", results: "People", chosen: "Chosen people", remove: "Remove" };
pub const NOBODY_MATCHES: &str = "No one matches. Check the spelling, or ask them to sign up.";
pub const NOBODY_YET: &str = "You are the first one here. Others appear as soon as they sign up.";
pub const SEARCH_FAILED: &str = "Couldn't search just now.";
pub const FULL: &str = "That is as many as fit into one group.";
pub const CHOOSE_FIRST: &str = "Choose who it goes to first.";
pub const GROUP_NAME: &str = "Group name (optional)";
pub const GROUP_NAME_HELP: &str = "Without one, it is named after its people.";
pub const STARTS_WITH_MESSAGE: &str = "It starts with your first message.";

pub const PROFILE: &str = "Profile";
pub const MESSAGE: &str = "Message";
pub const EDIT_PROFILE: &str = "Edit your profile";
pub const MEMBER_SINCE: &str = "Here since";
pub const PERSON_GONE_TITLE: &str = "No such person";
pub const PERSON_GONE: &str = "There is nobody here by that address.";
pub const FULL_PROFILE: &str = "Full profile";

pub const MAKE_OWNER: &str = "Make owner";
pub const MAKE_MODERATOR: &str = "Make moderator";
pub const MAKE_MEMBER: &str = "Make member";
pub const REMOVE_FROM_ROOM: &str = "Remove";
pub const SHOW_PROFILE: &str = "Show profile";
pub const MORE_MEMBERS: &str = "Show more members";
pub const MEMBERS_FAILED: &str = "Couldn't load the members";
pub const ADD_PEOPLE: &str = "Add people";
pub const ADD_BUTTON: &str = "Add";
pub const WITH_HISTORY: &str = "They can read what was said before";
pub const WITH_HISTORY_HELP: &str = "Without it, they see only what is said from now on.";
pub const REQUESTS: &str = "Would like to join";
pub const APPROVE: &str = "Let in";
pub const DECLINE: &str = "Decline";

pub fn found(count: usize) -> String {
    match count {
        1 => "1 person".to_owned(),
        more => format!("{more} people"),
    }
}

pub fn member_actions(name: &str) -> String {
    format!("Actions for {name}")
}

pub fn members(count: &str) -> String {
    format!("Members · {count}")
}

pub fn remove_title(name: &str) -> String {
    format!("Remove {name}?")
}

pub fn remove_question(name: &str, room: &str) -> String {
    format!("{name} will no longer see {room}. What they wrote stays.")
}

pub fn approve(name: &str) -> String {
    format!("Let {name} in")
}

pub fn decline(name: &str) -> String {
    format!("Decline {name}")
}

pub fn added(count: usize) -> String {
    match count {
        1 => "1 person added.".to_owned(),
        more => format!("{more} people added."),
    }
}

pub fn make_owner_title(name: &str) -> String {
    format!("Make {name} an owner?")
}

pub const MAKE_OWNER_QUESTION: &str = "Owners can do everything here, and you cannot take it back by yourself.";
