//! The keyboard: one table that drives the listener and the help.

use leptos::{ev, prelude::*};
use shared_types::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::{
    overlay::{Overlay, Overlays},
    shell,
};
use crate::{
    actions, browser,
    pages::{Navigator, Page},
    state::{AppState, use_app},
    strings::{self, shell as words},
    ui::{dialog::Dialog, icon::icon},
};

/// What a shortcut does, where it works anywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Switcher,
    Help,
    Conversation {
        back: bool,
        unread: bool,
    },
    Region {
        back: bool,
    },
    Details,
    AllRead,
    Toast,
    /// Handled where the focus is: in the composer, in the list of messages.
    Elsewhere,
}

struct Shortcut {
    /// As they stand on the keys; `Ctrl` is also the command key of a Mac.
    keys: &'static [&'static str],
    does: &'static str,
    deed: Deed,
}

const fn shortcut(keys: &'static [&'static str], does: &'static str, deed: Deed) -> Shortcut {
    Shortcut { keys, does, deed }
}

const SHORTCUTS: &[Shortcut] = &[
    shortcut(&["Ctrl", "K"], "Jump to a conversation", Deed::Switcher),
    shortcut(&["Ctrl", "/"], "This help", Deed::Help),
    shortcut(&["Alt", "↑"], "Previous conversation", Deed::Conversation { back: true, unread: false }),
    shortcut(&["Alt", "↓"], "Next conversation", Deed::Conversation { back: false, unread: false }),
    shortcut(&["Alt", "Shift", "↑"], "Previous unread conversation", Deed::Conversation { back: true, unread: true }),
    shortcut(&["Alt", "Shift", "↓"], "Next unread conversation", Deed::Conversation { back: false, unread: true }),
    shortcut(&["Ctrl", "F6"], "Next part of the page", Deed::Region { back: false }),
    shortcut(&["Ctrl", "Shift", "F6"], "Previous part of the page", Deed::Region { back: true }),
    shortcut(&["Ctrl", "."], "Details on or off", Deed::Details),
    shortcut(&["Shift", "Esc"], "Mark all read", Deed::AllRead),
    shortcut(&["F8"], "To the newest note", Deed::Toast),
    shortcut(&["Esc"], "Close what is on top; then mark read, and to the latest message", Deed::Elsewhere),
    shortcut(&["Enter"], "Send (in the message box)", Deed::Elsewhere),
    shortcut(&["Shift", "Enter"], "New line (in the message box)", Deed::Elsewhere),
    shortcut(&["Ctrl", "Enter"], "Send, always", Deed::Elsewhere),
    shortcut(&["↑"], "Edit your last message (in an empty message box)", Deed::Elsewhere),
    shortcut(&["↑"], "Previous message (in the list of messages)", Deed::Elsewhere),
    shortcut(&["↓"], "Next message (in the list of messages)", Deed::Elsewhere),
    shortcut(&["Home"], "First loaded message", Deed::Elsewhere),
    shortcut(&["End"], "Latest message", Deed::Elsewhere),
    shortcut(&["C"], "Copy the text (on a message)", Deed::Elsewhere),
    shortcut(&["E"], "Edit (on a message of yours)", Deed::Elsewhere),
    shortcut(&["U"], "Mark unread from here (on a message)", Deed::Elsewhere),
    shortcut(&["Delete"], "Delete (on a message)", Deed::Elsewhere),
];

impl Shortcut {
    fn matches(&self, event: &KeyboardEvent) -> bool {
        let has = |key: &str| self.keys.contains(&key);
        let wanted = match self.keys.last().copied().unwrap_or_default() {
            "↑" => "ArrowUp",
            "↓" => "ArrowDown",
            "Esc" => "Escape",
            key => key,
        };
        let command = event.ctrl_key() || event.meta_key();
        // A slash may need Shift on some keyboards.
        let shift_fits = has("Shift") == event.shift_key() || wanted == "/";
        event.key().eq_ignore_ascii_case(wanted) && command == has("Ctrl") && event.alt_key() == has("Alt") && shift_fits
    }
}

/// Listens for as long as the frame is there.
pub fn listen(page: Memo<Page>, navigator: Navigator, overlays: Overlays) {
    let app = use_app();
    let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if event.is_composing() || event.key_code() == 229 || event.default_prevented() {
            return;
        }
        let found = SHORTCUTS.iter().find(|shortcut| shortcut.deed != Deed::Elsewhere && shortcut.matches(&event));
        if let Some(shortcut) = found {
            event.prevent_default();
            act(app, shortcut.deed, page.get_untracked(), navigator, overlays);
        } else if event.key() == "Escape" {
            escape(app, page.get_untracked(), navigator, overlays);
        } else if event.key() == "?" && !is_typing(&event) {
            event.prevent_default();
            overlays.toggle(Overlay::Keys);
        } else if is_text(&event) && !overlays.is_open() && !is_typing(&event) && !has_own_letters(&event) {
            // The letter follows the focus into the message box.
            browser::focus("composer");
        }
    });
    on_cleanup(move || handle.remove());
}

fn act(app: AppState, deed: Deed, page: Page, navigator: Navigator, overlays: Overlays) {
    match deed {
        Deed::Switcher => overlays.toggle(Overlay::Switcher),
        Deed::Help => overlays.toggle(Overlay::Keys),
        Deed::Conversation { back, unread } => {
            if let Some(id) = neighbour(app, page, back, unread) {
                navigator.go(Page::Chat { id, details: false });
            }
        }
        Deed::Region { back } => shell::cycle_regions(back),
        Deed::Details => {
            if let Page::Chat { id, details } = page {
                navigator.go(Page::Chat { id, details: !details });
            }
        }
        Deed::AllRead => actions::mark_all_read(app),
        Deed::Toast => {
            browser::focus_first(".toast:last-child button");
        }
        Deed::Elsewhere => {}
    }
}

/// One layer per press: the browser closes menus and dialogs by itself.
fn escape(app: AppState, page: Page, navigator: Navigator, overlays: Overlays) {
    let has_popover = document().query_selector(":popover-open").ok().flatten().is_some();
    if has_popover || overlays.is_open() {
        return;
    }
    match page {
        Page::Chat { id, details: true } => navigator.go(Page::Chat { id, details: false }),
        Page::Chat { id, .. } => {
            actions::mark_read(app, id);
            actions::jump_to_latest(app);
        }
        _ => {}
    }
}

/// The conversation above or below the open one, round the ends.
fn neighbour(app: AppState, page: Page, back: bool, unread: bool) -> Option<ConversationId> {
    let all = app.roster.sections.with_untracked(|sections| [sections.people.as_slice(), &sections.rooms].concat());
    let current = match page {
        Page::Chat { id, .. } => all.iter().position(|listed| *listed == id),
        _ => None,
    };
    let count = all.len();
    let fits = |id: ConversationId| !unread || app.roster.row(id).with_untracked(|row| row.as_ref().is_some_and(|row| row.unread > 0));
    let start = current.unwrap_or(if back { 0 } else { count.saturating_sub(1) });
    (1..=count)
        .map(|step| if back { (start + count - step % count) % count } else { (start + step) % count })
        .map(|index| all[index])
        .find(|id| fits(*id) && current.is_none_or(|current| all[current] != *id))
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether the keys go into a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|target| target.matches("input, textarea, select, [contenteditable]").unwrap_or(false))
}

/// Lists take letters to move by, menus too, and a focused message has letters of its own.
fn has_own_letters(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|target| target.closest("dialog, [popover], aside.list, article").ok().flatten().is_some())
}

/// What stands on a key. An arrow is a picture with a name, since a lone sign is neither read out nor judged for contrast.
fn cap(key: &'static str) -> AnyView {
    let (name, words) = match key {
        "↑" => ("up", words::ARROW_UP),
        "↓" => ("down", words::ARROW_DOWN),
        _ => return key.into_any(),
    };
    view! {
        {icon(name)}
        <span class="vh">{words}</span>
    }
    .into_any()
}

/// A key that types one character, and not a shortcut.
fn is_text(event: &KeyboardEvent) -> bool {
    let key = event.key();
    key.chars().count() == 1 && key != " " && !event.ctrl_key() && !event.meta_key() && !event.alt_key()
}

#[component]
pub fn KeysDialog(#[prop(into)] on_close: Callback<()>) -> AnyView {
    let rows = SHORTCUTS
        .iter()
        .map(|shortcut| {
            let keys = shortcut.keys.iter().map(|key| view! { <kbd>{cap(key)}</kbd> }.into_any()).collect_view();
            view! {
                <tr>
                    <th scope="row">{shortcut.does}</th>
                    <td>{keys}</td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <Dialog title=words::KEYS close_label=strings::CLOSE on_close=on_close>
            <div class="dialog-body" tabindex="0">
                <table class="keys">
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Dialog>
    }
    .into_any()
}
