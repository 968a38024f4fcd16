//! Turns what happened into words, with the reader's clock and names.

use leptos::prelude::*;
use shared_types::{
    Timestamp,
    conversation::{Conversation, ConversationKind},
    message::Change,
};

use crate::{
    api::ApiFailure,
    browser::{self, DayName},
    state::{AppState, use_app},
    strings::{self, chat},
};

pub fn failure(failure: &ApiFailure) -> String {
    if let Some(words) = failure.code().and_then(strings::failure) {
        return words.to_owned();
    }
    match failure {
        ApiFailure::Network => strings::NO_NETWORK.to_owned(),
        ApiFailure::SignedOut => strings::account::SESSION_ENDED.to_owned(),
        ApiFailure::Unreadable => strings::UNREADABLE.to_owned(),
        ApiFailure::Refused { .. } => failure.message().unwrap_or(strings::REFUSED).to_owned(),
    }
}

/// "14:05", by the reader's clock.
pub fn time(at: Timestamp) -> String {
    browser::time_of_day(at, use_app().preferences.now.get().clock)
}

/// The whole moment, for titles and accessible names.
pub fn exact(at: Timestamp) -> String {
    browser::exact_time(at, use_app().preferences.now.get().clock)
}

pub fn stamp(at: Timestamp) -> String {
    browser::short_stamp(at, use_app().preferences.now.get().clock)
}

pub fn day(at: Timestamp) -> String {
    match browser::day_name(at) {
        DayName::Today => chat::TODAY.to_owned(),
        DayName::Yesterday => chat::YESTERDAY.to_owned(),
        DayName::Words(words) => words,
    }
}

/// What the conversation is called, reactively: its row knows.
pub fn title(app: AppState, conversation: &Conversation) -> String {
    let title = app.roster.row(conversation.id).with(|row| row.as_ref().map(|row| row.title.clone()));
    match title {
        Some(title) if !title.is_empty() => title,
        _ if conversation.kind == ConversationKind::Group => strings::shell::EMPTY_GROUP.to_owned(),
        _ => conversation.name.as_ref().map_or_else(|| strings::SOMEONE.to_owned(), ToString::to_string),
    }
}

/// The part of a system row after its author's name.
pub fn change(app: AppState, change: &Change) -> String {
    const NAMED: usize = 3;
    let people = change.people();
    let names: Vec<String> = people.iter().take(NAMED).map(|id| name(app, *id)).collect();
    let whom = chat::names(&names, people.len().saturating_sub(NAMED));
    chat::change::words(change, &whom)
}

/// A person's name, or "you".
pub fn name(app: AppState, id: shared_types::UserId) -> String {
    if app.is_me(id) {
        return strings::YOU_INSIDE.to_owned();
    }
    known_name(app, id)
}

/// A person's name, even one's own.
pub fn known_name(app: AppState, id: shared_types::UserId) -> String {
    let name = app.people.name(id);
    if name.is_empty() { strings::SOMEONE.to_owned() } else { name }
}

/// What is left of a limit; negative beyond it.
pub fn difference(limit: usize, used: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_sub(i64::try_from(used).unwrap_or(i64::MAX))
}
