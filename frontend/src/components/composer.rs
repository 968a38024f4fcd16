//! Where one writes.

use client::preferences::Enter;
use leptos::{ev, html, prelude::*};
use shared_types::limits;

use crate::ui::reactive::effect;
use crate::{
    actions, browser,
    components::words,
    state::{AppState, DraftPlace, use_app},
    strings::chat,
    ui::icon::pointing_icon,
};

/// The share of the limit from which on the characters left are counted, in percent.
const COUNTED_FROM: usize = 90;

/// Enter sends, Shift+Enter makes a line; on a touch keyboard Enter makes a line. Never while an input method composes.
#[component]
pub fn Composer(
    place: Signal<DraftPlace>,
    title: Signal<String>,
    /// What to do with a text; it says whether the text was taken.
    #[prop(into)]
    on_send: Callback<String, bool>,
    /// Why nothing can be sent now.
    #[prop(optional, into)]
    reason: Signal<Option<String>>,
    #[prop(optional, into)] busy: Signal<bool>,
) -> AnyView {
    let app = use_app();
    let area = NodeRef::<html::Textarea>::new();
    let text = RwSignal::new(String::new());
    follow_draft(app, place, area, text);

    let limit = move || app.server.with(|server| server.as_ref().map_or(limits::MESSAGE_CHARS, |server| server.limits.message_chars));
    let length = Memo::new(move |_| text.with(|text| text.chars().count()));
    let left = Memo::new(move |_| (length.get() * 100 >= limit() * COUNTED_FROM).then(|| words::difference(limit(), length.get())));
    let is_over = Memo::new(move |_| left.get().is_some_and(|left| left < 0));
    let why_not = Memo::new(move |_| {
        if is_over.get() {
            Some(chat::TOO_LONG.to_owned())
        } else if let Some(reason) = reason.get() {
            Some(reason)
        } else if text.with(|text| text.trim().is_empty()) {
            Some(chat::NOTHING_TO_SEND.to_owned())
        } else {
            None
        }
    });
    let send = move || {
        if busy.get_untracked() || why_not.get_untracked().is_some() {
            return;
        }
        if on_send.run(text.get_untracked()) {
            text.set(String::new());
            show(area, "");
        }
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let is_plain = !event.is_composing() && !event.shift_key() && !event.alt_key() && !event.ctrl_key() && !event.meta_key();
        if event.key() == "ArrowUp" && is_plain && text.with_untracked(String::is_empty) && actions::begin_edit_of_last(app) {
            return event.prevent_default();
        }
        // 229 is what browsers report for keys that an input method takes, some of them after it has ended.
        if event.key() != "Enter" || event.is_composing() || event.key_code() == 229 || event.shift_key() || event.alt_key() {
            return;
        }
        let asked_to = event.ctrl_key() || event.meta_key();
        let enter_sends = !browser::is_touch() && app.preferences.now.get_untracked().enter == Enter::Sends;
        if asked_to || enter_sends {
            event.prevent_default();
            send();
        }
    };
    view! {
        <form
            class="composer"
            id="composer-form"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <p class="lane" aria-hidden="true"></p>
            <div class="box" class:over=is_over>
                <textarea
                    id="composer"
                    rows="1"
                    dir="auto"
                    node_ref=area
                    enterkeyhint=if browser::is_touch() { "enter" } else { "send" }
                    aria-label=move || chat::composer(&title.get())
                    placeholder=move || chat::composer(&title.get())
                    aria-describedby="composer-left"
                    aria-invalid=move || is_over.get().then_some("true")
                    on:input:target=move |event| {
                        let value = event.target().value();
                        fit(&event.target());
                        actions::set_draft(app, &place.get_untracked(), &value);
                        text.set(value);
                    }
                    on:keydown=on_key
                ></textarea>
                <span class="left num" id="composer-left" hidden=move || left.get().is_none()>
                    <span aria-hidden="true">{move || left.get().map(|left| left.to_string())}</span>
                    <span class="vh">{move || left.get().map(chat::left)}</span>
                </span>
                <button
                    class="send"
                    aria-label=chat::SEND
                    title=move || why_not.get().unwrap_or_else(|| chat::SEND.to_owned())
                    aria-disabled=move || why_not.with(Option::is_some).then_some("true")
                    aria-busy=move || busy.get().then_some("true")
                >
                    {pointing_icon("send")}
                </button>
            </div>
            <span class="vh" role="alert">{move || is_over.get().then_some(chat::TOO_LONG)}</span>
        </form>
    }
    .into_any()
}

/// Shows the draft of a place, and what another tab makes of it while nobody writes here.
fn follow_draft(app: AppState, place: Signal<DraftPlace>, area: NodeRef<html::Textarea>, text: RwSignal<String>) {
    let mut before = None::<DraftPlace>;
    effect(move || {
        let place = place.get();
        let draft = app.drafts.text(&place).get();
        let Some(element) = area.get() else {
            return;
        };
        let is_new_place = before.as_ref() != Some(&place);
        let has_focus = document().active_element().is_some_and(|active| active == **element);
        if element.value() == draft {
            text.set(draft);
        } else if is_new_place && draft.is_empty() && before.is_some() {
            // The people of a conversation that does not exist yet changed: the words go along.
            actions::set_draft(app, &place, &element.value());
        } else if is_new_place || !has_focus {
            text.set(draft.clone());
            show(area, &draft);
        }
        before = Some(place);
    });
}

fn show(area: NodeRef<html::Textarea>, text: &str) {
    if let Some(area) = area.get_untracked() {
        area.set_value(text);
        fit(&area);
    }
}

/// Grows with its text, where the browser does not do so by itself.
pub fn fit(area: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(area);
    let _ = style.set_property("field-sizing", "content");
    if style.get_property_value("field-sizing").is_ok_and(|value| value.is_empty()) {
        let _ = style.set_property("height", "auto");
        let _ = style.set_property("height", &format!("{}px", area.scroll_height()));
    }
}
