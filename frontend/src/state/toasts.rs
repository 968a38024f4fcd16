//! Short notes that come and go.

use leptos::prelude::*;
use shared_types::message::PlacedPosition;

use crate::api::ApiFailure;

/// What a toast says; the words are made by the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Something that was asked for did not work.
    Failed(ApiFailure),
    LinkCopied,
    TextCopied,
    /// The browser does not let us.
    CopyFailed,
    /// The reader is no longer a member of the room with this title.
    NoLongerMember {
        title: String,
    },
    /// The person signed in on another device just now.
    NewSession {
        device: String,
    },
    /// An edit could not be saved.
    NotEdited(ApiFailure),
    /// Everything is read; undone by going back to these places.
    AllRead {
        before: Vec<PlacedPosition>,
    },
    /// Words that the view made itself.
    Words {
        text: String,
        is_error: bool,
    },
}

impl Notice {
    /// Whether a screen reader should be interrupted.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotEdited(_) | Self::CopyFailed | Self::Words { is_error: true, .. })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub id: u32,
    pub notice: Notice,
}

/// The view takes each away after 5 s (the timer stops on hover and focus) with [`Toasts::dismiss`].
#[derive(Clone, Copy)]
pub struct Toasts {
    /// Oldest first, at most [`Toasts::MOST`].
    pub list: RwSignal<Vec<Toast>>,
    serial: StoredValue<u32>,
}

impl Toasts {
    pub const MOST: usize = 4;

    pub(super) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), serial: StoredValue::new(0) }
    }

    /// Shows a notice. The same one twice in a row shows once.
    pub fn show(self, notice: Notice) {
        let id = self.serial.try_update_value(|serial| {
            *serial += 1;
            *serial
        });
        self.list.update(|list| {
            list.retain(|toast| toast.notice != notice);
            list.push(Toast { id: id.unwrap_or_default(), notice });
            if list.len() > Self::MOST {
                list.remove(0);
            }
        });
    }

    pub fn dismiss(self, id: u32) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}
