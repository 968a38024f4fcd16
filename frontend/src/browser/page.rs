//! The page itself: its title, its clothes, its focus and its scrolling.

use client::{
    link::Status,
    preferences::{Preferences, Theme},
};
use leptos::{task::spawn_local, web_sys};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::{document, html, window};

/// Puts theme and accent on `<html>`.
pub fn dress(preferences: &Preferences) {
    let Some(html) = html() else { return };
    let _ = match preferences.theme {
        Theme::System => html.remove_attribute("data-theme"),
        chosen => html.set_attribute("data-theme", chosen.as_str()),
    };
    let _ = html.set_attribute("data-accent", preferences.accent.as_str());
}

/// Puts the state of the connection on `<html data-conn>`.
pub fn set_connection(status: Status) {
    if let Some(html) = html() {
        let _ = html.set_attribute("data-conn", status.as_str());
    }
}

pub fn set_title(title: &str) {
    document().set_title(title);
}

/// The number at the app's sign, where the page is installed as one and the browser can.
pub fn set_badge(count: u32) {
    let navigator = window().navigator();
    let set = js_sys::Reflect::get(&navigator, &"setAppBadge".into()).ok().and_then(|set| set.dyn_into::<js_sys::Function>().ok());
    let promise = set.and_then(|set| set.call1(&navigator, &count.into()).ok()).and_then(|set| set.dyn_into::<js_sys::Promise>().ok());
    if let Some(promise) = promise {
        // A page that is no app may not; then its title says it.
        spawn_local(async move {
            let _ = JsFuture::from(promise).await;
        });
    }
}

/// `https://chat.example.org`, without a slash at the end.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The names of the files that this page began with.
pub fn build_files() -> String {
    let meta = document().query_selector("meta[name=parlance-app]").ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
}

pub fn reload() {
    let _ = window().location().reload();
}

/// Whether the device is worked by touch, so that Enter makes a line.
pub fn is_touch() -> bool {
    matches_media("(pointer: coarse)")
}

fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|media| media.matches())
}

/// Copies, then tells whether it worked.
pub fn copy_text(text: &str, done: impl FnOnce(bool) + 'static) {
    let navigator = window().navigator();
    // Absent on pages that came by plain HTTP.
    if js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object()) {
        let copied = navigator.clipboard().write_text(text);
        spawn_local(async move { done(JsFuture::from(copied).await.is_ok()) });
    } else {
        done(copy_by_selection(text).is_some_and(|worked| worked));
    }
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document = document();
    let area: web_sys::HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    let focused = document.active_element();
    // Inside an open dialog, for what lies outside of it cannot be focused.
    let host = document.query_selector("dialog[open]").ok().flatten().or_else(|| document.body().map(Into::into))?;
    host.append_child(&area).ok()?;
    area.select();
    let command = js_sys::Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    let worked = command.call1(&document, &"copy".into()).ok()?.as_bool();
    area.remove();
    if let Some(focused) = focused.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    worked
}

/// Focuses the element with this id without scrolling. False if there is none.
pub fn focus(id: &str) -> bool {
    document().get_element_by_id(id).is_some_and(|element| focus_element(&element))
}

/// Focuses the first element that the selector finds, without scrolling. False if there is none.
pub fn focus_first(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some_and(|element| focus_element(&element))
}

fn focus_element(element: &web_sys::Element) -> bool {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    element.dyn_ref::<web_sys::HtmlElement>().is_some_and(|element| element.focus_with_options(&options).is_ok())
}
