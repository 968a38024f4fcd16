//! A message whose author writes it anew, at its place.

use leptos::{ev, html, prelude::*};
use shared_types::{
    MessageId,
    message::{Content, Message},
};

use super::menu;
use crate::{
    actions, browser,
    components::{composer::fit, overlay::use_overlays},
    state::{AppState, Notice},
    strings::{self, chat},
    ui::reactive::effect,
};

/// Enter saves, Esc leaves it; an empty text asks to delete.
pub fn editor(app: AppState, id: MessageId) -> Option<AnyView> {
    let message = app.look(|core| core.model.message(id).cloned()).flatten()?;
    let Content::Text { body } = &message.content else { return None };
    let unsaved = app.open.edited.with_untracked(|edited| edited.as_ref().filter(|(of, _)| *of == id).map(|(_, text)| text.clone()));
    let start = unsaved.unwrap_or_else(|| body.as_str().to_owned());
    let overlays = use_overlays();
    let area = NodeRef::<html::Textarea>::new();
    effect(move || {
        if let Some(area) = area.get() {
            fit(&area);
            let _ = area.focus();
            let end = area.value().encode_utf16().count().try_into().unwrap_or_default();
            let _ = area.set_selection_range(end, end);
        }
    });
    let message = StoredValue::new(message);
    let save = move || {
        let Some(area) = area.get_untracked() else { return };
        let text = area.value();
        app.open.edited.set(None);
        if text.trim().is_empty() {
            actions::cancel_edit(app);
            return message.with_value(|message| menu::ask_to_delete(app, overlays, message));
        }
        match message.with_value(|message: &Message| actions::save_edit(app, message, &text)) {
            Ok(()) => {
                browser::focus("composer");
            }
            Err(invalid) => app.toasts.show(Notice::Words { text: invalid.message, is_error: true }),
        }
    };
    let leave = move || {
        app.open.edited.set(None);
        actions::cancel_edit(app);
        browser::focus("composer");
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        match event.key().as_str() {
            "Enter" if !event.shift_key() && !event.alt_key() && (!browser::is_touch() || event.ctrl_key()) => save(),
            "Escape" => leave(),
            // The list of messages has keys of its own, which are not meant here.
            _ => return event.stop_propagation(),
        }
        event.prevent_default();
        event.stop_propagation();
    };
    Some(
        view! {
            <form
                class="editor"
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <textarea
                    rows="1"
                    dir="auto"
                    node_ref=area
                    aria-label=chat::EDIT_LABEL
                    aria-describedby="edit-hint"
                    prop:value=start
                    on:input:target=move |event| fit(&event.target())
                    on:keydown=on_key
                ></textarea>
                <p class="acts">
                    <small id="edit-hint">{chat::EDIT_HINT}</small>
                    <button type="button" class="btn sm" on:click=move |_| leave()>{strings::CANCEL}</button>
                    <button class="btn sm primary">{strings::SAVE}</button>
                </p>
            </form>
        }
        .into_any(),
    )
}
