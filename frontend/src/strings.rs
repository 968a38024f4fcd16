//! Every word that the client shows, in one place, so that a second language has one place to go.
//!
//! The voice: plain, short, warm. It says what happened and what is safe, never whose fault it was.

pub mod account;
pub mod chat;
pub mod people;
pub mod rooms;
pub mod shell;

use client::outbox::Refusal;
use shared_types::{ErrorCode, member::Role, user::ServerRole};

pub const PRODUCT: &str = "Parlance";
pub const CLOSE: &str = "Close";
pub const CANCEL: &str = "Cancel";
pub const SAVE: &str = "Save";
pub const RETRY: &str = "Try again";
pub const LOADING: &str = "Loading";
pub const BACK: &str = "Back";
pub const BACK_TO_CHATS: &str = "Back to conversations";
pub const SOMEONE: &str = "Someone";
pub const YOU: &str = "You";
pub const LOOKALIKE: &str = "Looks like another member";
pub const LOOKALIKE_WARNING: &str = "Looks like another member: check the username";

/// "1 member", "18 members"; the number comes formatted.
pub fn count(value: u32, formatted: &str, one: &str, many: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{formatted} {many}") }
}

/// A count of unread messages; the server stops counting at 1,000.
pub fn unread(value: u32) -> String {
    if value >= shared_types::limits::UNREAD_MAX { "999+".to_owned() } else { value.to_string() }
}

pub fn role(role: Role) -> Option<&'static str> {
    match role {
        Role::Owner => Some("Owner"),
        Role::Moderator => Some("Moderator"),
        Role::Member | Role::Unknown => None,
    }
}

pub fn server_role(role: ServerRole) -> Option<&'static str> {
    match role {
        ServerRole::Owner => Some("Runs this server"),
        ServerRole::Admin => Some("Looks after this server"),
        ServerRole::Member | ServerRole::Unknown => None,
    }
}

/// Why a message was not sent, in words that tell what to do.
pub fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoAnswer => "Not sent: the server did not answer.",
        Refusal::Expired => "Not sent: it waited for too long.",
        Refusal::Refused(code) => match code {
            ErrorCode::Forbidden | ErrorCode::NotFound => "Not sent: you can't post here any more.",
            ErrorCode::TooLong => "Not sent: that is too long.",
            ErrorCode::RateLimited => "Not sent: too many messages in a short time.",
            ErrorCode::StorageFull => "Not sent: the server has no room left.",
            ErrorCode::ControlCharacters => "Not sent: it holds a character that can't be stored.",
            _ => "Not sent.",
        },
    }
}

/// What the server's answer means for somebody who filled in a form, where our words are better than its own.
pub fn failure(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::InvalidCredentials => "That name and password don't match. Please check both.",
        ErrorCode::UsernameTaken => "That username is taken, or looks too much like another one.",
        ErrorCode::EmailTaken => "That e-mail address has an account already.",
        ErrorCode::NameTaken => "A room with that name exists already.",
        ErrorCode::AliasTaken => "That short name is taken.",
        ErrorCode::LastOwner => "You are the only owner. Make somebody else an owner first.",
        ErrorCode::Forbidden => "You are not allowed to do that here.",
        ErrorCode::NotFound => "That is not there, or not for you to see.",
        ErrorCode::RateLimited => "Too many tries in a short time. Please wait a moment.",
        ErrorCode::Unavailable => "The server is busy right now. Nothing was changed; please try again.",
        ErrorCode::StorageFull => "The server has no room left. Nothing was changed.",
        ErrorCode::Internal => "Something went wrong on our side. Nothing you typed is lost.",
        _ => return None,
    })
}

/// The reader, inside a sentence.
pub const YOU_INSIDE: &str = "you";
pub const NO_NETWORK: &str = "There is no connection right now. Nothing you typed is lost; please try again.";
pub const UNREADABLE: &str = "The server answered in a way this page does not understand. Please reload.";
pub const REFUSED: &str = "The server said no. Nothing was changed.";
