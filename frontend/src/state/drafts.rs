//! What a person has begun to write, per place; kept on this device, agreed between tabs.

use std::collections::HashMap;

use client::sorted::sort_by;
use leptos::prelude::*;
use shared_types::{ConversationId, UserId};

use crate::browser;

const PREFIX: &str = "parlance.draft.";

/// Where a draft belongs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DraftPlace {
    Conversation(ConversationId),
    /// A conversation with these people that does not exist yet. Their order does not matter.
    New(Vec<UserId>),
}

impl DraftPlace {
    fn name(&self) -> String {
        match self {
            Self::Conversation(id) => id.to_string(),
            Self::New(people) => {
                let mut ids: Vec<String> = people.iter().map(ToString::to_string).collect();
                sort_by(&mut ids, |a, b| a < b);
                format!("new.{}", ids.join("."))
            }
        }
    }
}

/// Written with `actions::set_draft`.
#[derive(Clone, Copy)]
pub struct Drafts {
    texts: StoredValue<HashMap<String, ArcRwSignal<String>>>,
    /// Several people may use one device, each with their own drafts.
    owner: StoredValue<Option<UserId>>,
}

impl Drafts {
    pub(super) fn new() -> Self {
        Self { texts: StoredValue::new(HashMap::new()), owner: StoredValue::new(None) }
    }

    /// The draft of a place, empty if there is none. It changes when another tab writes, and empties when the message is sent;
    /// a composer that has the focus keeps what is in it.
    pub fn text(self, place: &DraftPlace) -> ReadSignal<String> {
        self.slot(&self.key(place)).read_only().into()
    }

    /// Whose drafts these are from now on.
    pub(crate) fn belong_to(self, owner: Option<UserId>) {
        self.owner.set_value(owner);
        self.texts.set_value(HashMap::new());
    }

    /// Where the draft of a place is stored.
    pub(crate) fn key(self, place: &DraftPlace) -> String {
        format!("{}{}", self.prefix(), place.name())
    }

    /// Every draft that is stored, by its key.
    pub(crate) fn stored_keys(self) -> Vec<String> {
        browser::stored_keys(&self.prefix())
    }

    /// Whether something stored under this key is a draft of this person.
    pub(crate) fn owns(self, key: &str) -> bool {
        key.starts_with(&self.prefix())
    }

    /// The conversation of a stored draft; `None` if it has none yet.
    pub(crate) fn conversation_of(self, key: &str) -> Option<ConversationId> {
        key.strip_prefix(&self.prefix())?.parse().ok()
    }

    pub(crate) fn slot(self, key: &str) -> ArcRwSignal<String> {
        self.texts
            .try_update_value(|texts| {
                let stored = || ArcRwSignal::new(browser::stored_text(key).unwrap_or_default());
                texts.entry(key.to_owned()).or_insert_with(stored).clone()
            })
            .unwrap_or_default()
    }

    fn prefix(self) -> String {
        let owner = self.owner.try_get_value().flatten();
        owner.map_or_else(|| format!("{PREFIX}nobody."), |owner| format!("{PREFIX}{owner}."))
    }
}
