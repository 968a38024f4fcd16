//! What the browser tells of itself: network, visibility, the other tabs' writing. Listeners live as long as the page.

use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::{JsCast, closure::Closure};

pub fn is_online() -> bool {
    super::window().navigator().on_line()
}

pub fn is_visible() -> bool {
    super::document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Called with `true` when the browser finds a network, with `false` when it loses it.
pub fn on_connectivity(heard: impl Fn(bool) + Clone + 'static) {
    let lost = heard.clone();
    let _ = window_event_listener(ev::online, move |_| heard(true));
    let _ = window_event_listener(ev::offline, move |_| lost(false));
}

/// Called with `true` when the page comes into view.
pub fn on_visibility(heard: impl Fn(bool) + 'static) {
    let listener = Closure::<dyn Fn()>::new(move || heard(is_visible()));
    let _ = super::document().add_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Called with `false` when the page is left, and with `true` when it comes back as it was.
pub fn on_stay(heard: impl Fn(bool) + Clone + 'static) {
    let left = heard.clone();
    let _ = window_event_listener(ev::pagehide, move |_| left(false));
    let _ = window_event_listener(ev::pageshow, move |event: web_sys::PageTransitionEvent| {
        if event.persisted() {
            heard(true);
        }
    });
}

/// Called with the key that another tab has changed.
pub fn on_foreign_store(heard: impl Fn(String) + 'static) {
    let _ = window_event_listener(ev::storage, move |event: web_sys::StorageEvent| {
        if let Some(key) = event.key() {
            heard(key);
        }
    });
}
