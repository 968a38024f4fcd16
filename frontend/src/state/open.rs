//! The conversation that is open, as rows.

pub use client::timeline::Edge;
use client::timeline::{Row, RowKey};
use leptos::prelude::*;
use shared_types::{ConversationId, MessageId, UserId, text::MessageBody};

use crate::api::ApiFailure;

/// One row of the timeline. Its element is named by `key`; what it shows is `row`.
#[derive(Clone)]
pub struct RowHandle {
    pub key: RowKey,
    /// Always of the variant that the key names.
    pub row: ArcRwSignal<Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum OpenPhase {
    /// Nothing is open.
    Closed,
    /// No row is there yet; show the skeleton after 150 ms.
    Loading,
    Ready,
    /// There is no such conversation, or the reader is no member of it (the server does not say which).
    Gone,
    /// It could not be read; `actions::open_conversation` tries again.
    Failed(ApiFailure),
}

/// Where the view should stand after the rows have been drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// Differs from landing to landing, so that the same place can be asked for twice.
    pub serial: u32,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the newest message, at once.
    End,
    /// The unread divider at 30 % of the height.
    Unread,
    /// This row in the middle; `flash` marks it for 1.2 s.
    Row { key: RowKey, flash: bool },
}

/// A message that has just arrived in the open conversation, for the hidden log that screen readers hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub serial: u32,
    pub author: UserId,
    /// At most 160 characters.
    pub text: String,
}

/// An edit that somebody else's came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub conversation_id: ConversationId,
    pub id: MessageId,
    pub mine: MessageBody,
    /// `None` if the message was deleted.
    pub theirs: Option<MessageBody>,
}

#[derive(Clone, Copy)]
pub struct OpenState {
    pub id: RwSignal<Option<ConversationId>>,
    pub phase: RwSignal<OpenPhase>,
    /// In the order of the screen, at most 250 with messages.
    pub rows: RwSignal<Vec<RowHandle>>,
    /// The upper end: [`Edge::Reached`] shows the conversation's first card.
    pub older: RwSignal<Edge>,
    /// The lower end: [`Edge::Reached`] is `data-at-end` together with the scroll position.
    pub newer: RwSignal<Edge>,
    /// Messages that arrived since the reader left the end: the number of the pill "Latest n". And how many of them name the reader.
    pub fresh: RwSignal<(u32, u32)>,
    /// The last demand to stand somewhere; act when it changes.
    pub landing: RwSignal<Option<Landing>>,
    pub announcement: RwSignal<Option<Announcement>>,
    /// The message whose text is being written anew.
    pub editing: RwSignal<Option<MessageId>>,
    /// What was written for a message and could not be saved.
    pub edited: RwSignal<Option<(MessageId, String)>>,
    pub conflict: RwSignal<Option<Conflict>>,
}

impl OpenState {
    pub(super) fn new() -> Self {
        Self {
            id: RwSignal::new(None),
            phase: RwSignal::new(OpenPhase::Closed),
            rows: RwSignal::new(Vec::new()),
            older: RwSignal::new(Edge::More),
            newer: RwSignal::new(Edge::More),
            fresh: RwSignal::new((0, 0)),
            landing: RwSignal::new(None),
            announcement: RwSignal::new(None),
            editing: RwSignal::new(None),
            edited: RwSignal::new(None),
            conflict: RwSignal::new(None),
        }
    }

    /// Forgets everything, for the next person.
    pub(super) fn reset(self) {
        self.id.set(None);
        self.phase.set(OpenPhase::Closed);
        self.rows.set(Vec::new());
        self.announcement.set(None);
        self.editing.set(None);
        self.conflict.set(None);
    }

    pub(super) fn land(self, place: Place) {
        let serial = self.landing.with_untracked(|last| last.map_or(0, |last| last.serial)) + 1;
        self.landing.set(Some(Landing { serial, place }));
    }
}
