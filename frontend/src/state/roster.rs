//! The list of conversations, one signal per row.

use std::collections::HashMap;

use client::roster::{RosterRow, Sections};
use leptos::prelude::*;
use shared_types::{ConversationId, conversation::Conversation};

#[derive(Clone, Copy)]
pub struct RosterState {
    /// The order of the list.
    pub sections: RwSignal<Sections>,
    /// False until the first list has arrived: show the skeleton.
    pub loaded: RwSignal<bool>,
    /// Unread messages over all conversations, for the document's title.
    pub unread: RwSignal<u32>,
    /// Grows when somebody asks to be let into a room that the reader looks after; read `actions::list_join_requests` again.
    pub join_requests: RwSignal<u32>,
    rows: StoredValue<HashMap<ConversationId, ArcRwSignal<Option<RosterRow>>>>,
    conversations: StoredValue<HashMap<ConversationId, ArcRwSignal<Option<Conversation>>>>,
}

impl RosterState {
    pub(super) fn new() -> Self {
        Self {
            sections: RwSignal::new(Sections::default()),
            loaded: RwSignal::new(false),
            unread: RwSignal::new(0),
            join_requests: RwSignal::new(0),
            rows: StoredValue::new(HashMap::new()),
            conversations: StoredValue::new(HashMap::new()),
        }
    }

    /// One row of the list; `None` while the conversation is not (or no longer) in the list.
    pub fn row(self, id: ConversationId) -> ReadSignal<Option<RosterRow>> {
        self.row_slot(id).read_only().into()
    }

    /// The facts of one conversation; `None` while the reader is not a member of it.
    pub fn conversation(self, id: ConversationId) -> ReadSignal<Option<Conversation>> {
        self.conversation_slot(id).read_only().into()
    }

    pub(super) fn row_slot(self, id: ConversationId) -> ArcRwSignal<Option<RosterRow>> {
        self.rows.try_update_value(|rows| rows.entry(id).or_default().clone()).unwrap_or_default()
    }

    pub(super) fn conversation_slot(self, id: ConversationId) -> ArcRwSignal<Option<Conversation>> {
        self.conversations.try_update_value(|all| all.entry(id).or_default().clone()).unwrap_or_default()
    }

    /// Forgets everything, for the next person.
    pub(super) fn reset(self) {
        self.sections.set(Sections::default());
        self.loaded.set(false);
        self.unread.set(0);
        let rows = self.rows.try_update_value(std::mem::take).unwrap_or_default();
        for row in rows.into_values() {
            row.set(None);
        }
        let conversations = self.conversations.try_update_value(std::mem::take).unwrap_or_default();
        for conversation in conversations.into_values() {
            conversation.set(None);
        }
    }
}
