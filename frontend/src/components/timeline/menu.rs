//! What can be done with a message: one menu that all rows share, by button, right click, long press or key.

use std::time::Duration;

use leptos::{html, prelude::*};
use shared_types::{
    ConversationId, MessageId,
    conversation::ConversationKind,
    message::{Content, Message},
};
use web_sys::Element;

use crate::{
    actions,
    components::{
        confirm::Question,
        overlay::{Overlay, Overlays, use_overlays},
        words,
    },
    state::AppState,
    strings::chat,
    ui::menu::{Item, menu_panel, place_at},
};

/// A finger rests for so long.
const LONG_PRESS: Duration = Duration::from_millis(500);

#[derive(Clone, Copy)]
pub struct RowMenu {
    app: AppState,
    id: ConversationId,
    overlays: Overlays,
    panel: NodeRef<html::Div>,
    items: RwSignal<Vec<Item>>,
    anchor: StoredValue<Option<Element>, LocalStorage>,
    press: StoredValue<Option<TimeoutHandle>>,
}

impl RowMenu {
    pub fn new(app: AppState, id: ConversationId) -> Self {
        Self {
            app,
            id,
            overlays: use_overlays(),
            panel: NodeRef::new(),
            items: RwSignal::new(Vec::new()),
            anchor: StoredValue::new_local(None),
            press: StoredValue::new(None),
        }
    }

    pub fn view(self) -> AnyView {
        let place = move |shown| {
            if shown {
                self.anchor.with_value(|anchor| anchor.as_ref().map(|anchor| place_at(self.panel, anchor)));
            }
        };
        menu_panel("message-menu".to_owned(), chat::ACTIONS.to_owned(), self.panel, self.items.into(), Callback::new(place))
    }

    /// Opens it for a row. False if nothing can be done with that one.
    pub fn open(self, row: &Element) -> bool {
        let Some(message) = self.message_of(row) else { return false };
        self.items.set(self.items_for(&message));
        let button = row.query_selector("[aria-haspopup=menu]").ok().flatten();
        self.anchor.set_value(Some(button.unwrap_or_else(|| row.clone())));
        if let Some(panel) = self.panel.get_untracked() {
            // Fails only if it is open already, and then it is where it should be.
            let _ = panel.show_popover();
        }
        true
    }

    /// A finger comes down on a row, and opens the menu if it rests there.
    pub fn press(self, row: Element) {
        self.release();
        let handle = set_timeout_with_handle(
            move || {
                self.open(&row);
            },
            LONG_PRESS,
        );
        self.press.set_value(handle.ok());
    }

    pub fn release(self) {
        if let Some(handle) = self.press.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    /// A key on a row that stands for one of the actions.
    pub fn key(self, key: &str, row: &Element) -> bool {
        let Some(message) = self.message_of(row) else { return false };
        match key {
            "e" | "E" => actions::begin_edit(self.app, message.id),
            "u" | "U" => actions::mark_unread(self.app, self.id, message.seq),
            "Delete" if self.may_delete(&message) => ask_to_delete(self.app, self.overlays, &message),
            _ => return false,
        }
        true
    }

    fn message_of(self, row: &Element) -> Option<Message> {
        let id: MessageId = row.get_attribute("data-mid")?.parse().ok()?;
        self.app.look(|core| core.model.message(id).cloned()).flatten()
    }

    fn is_mine(self, message: &Message) -> bool {
        self.app.is_me(message.author_id)
    }

    /// One's own, and in a room that one looks after everybody's.
    fn may_delete(self, message: &Message) -> bool {
        let looks_after = self.app.roster.conversation(self.id).with_untracked(|conversation| {
            conversation
                .as_ref()
                .is_some_and(|conversation| conversation.kind == ConversationKind::Room && conversation.my_role.looks_after())
        });
        message.content != Content::Deleted {} && (looks_after || self.is_mine(message))
    }

    fn items_for(self, message: &Message) -> Vec<Item> {
        let (app, id, overlays, seq, message_id) = (self.app, self.id, self.overlays, message.seq, message.id);
        let is_mine = self.is_mine(message);
        let is_direct = app
            .roster
            .conversation(id)
            .with_untracked(|conversation| conversation.as_ref().is_some_and(|conversation| conversation.kind == ConversationKind::Direct));
        let mut items = Vec::new();
        if let Content::Text { body } = &message.content {
            let text = body.as_str().to_owned();
            if is_mine {
                items.push(Item::new("edit", chat::EDIT, move || actions::begin_edit(app, message_id)));
            }
            items.push(Item::new("copy", chat::COPY_TEXT, move || actions::copy_text(app, &text)));
        }
        items.push(Item::new("flag", chat::MARK_UNREAD, move || actions::mark_unread(app, id, seq)));
        if is_mine && !is_direct {
            items.push(Item::new("eye", chat::SEEN_BY, move || overlays.open(Overlay::SeenBy(id, seq))));
        }
        if self.may_delete(message) {
            let message = message.clone();
            items.push(Item::new("trash", chat::DELETE, move || ask_to_delete(app, overlays, &message)).dangerous());
        }
        items
    }
}

/// The text is erased for good, so it is asked first.
pub fn ask_to_delete(app: AppState, overlays: Overlays, message: &Message) {
    let (conversation, id) = (message.conversation_id, message.id);
    let words = if app.is_me(message.author_id) {
        chat::DELETE_OWN.to_owned()
    } else {
        chat::deleting_of(&untrack(|| words::known_name(app, message.author_id)))
    };
    let question = Question::new(chat::DELETE_TITLE.to_owned(), words, (chat::DELETE_MESSAGE, chat::KEEP), move || {
        actions::delete_message(app, conversation, id)
    });
    overlays.open(Overlay::Confirm(question));
}
