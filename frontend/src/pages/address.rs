//! The address bar: which path is shown, and the way to another one without loading the page anew.
//!
//! Ours, because [`super::Page`] is all the routing that there is: a router with its tree of routes costs a tenth of the client.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

/// The path and the query that are shown.
#[derive(Clone, Copy)]
pub struct Address {
    path: RwSignal<String>,
}

/// Follows the bar, and takes over the links of the page. Called once.
pub fn provide_address() {
    let address = Address { path: RwSignal::new(current_path()) };
    provide_context(address);
    let back = window_event_listener(ev::popstate, move |_| address.path.set(current_path()));
    let click = window_event_listener(ev::click, move |event| {
        if let Some(path) = followed(&event) {
            event.prevent_default();
            address.go_to(&path, false);
        }
    });
    on_cleanup(move || {
        back.remove();
        click.remove();
    });
}

pub fn use_address() -> Address {
    expect_context::<Address>()
}

impl Address {
    /// Read reactively, still escaped.
    pub fn path(self) -> String {
        self.path.get()
    }

    /// To a path with or without a query; `replace` leaves no entry in the history.
    pub fn go_to(self, path: &str, replace: bool) {
        let Ok(history) = window().history() else {
            return;
        };
        let done = if replace || full_path() == path {
            history.replace_state_with_url(&JsValue::NULL, "", Some(path))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(path))
        };
        if done.is_ok() {
            self.path.set(current_path());
        }
    }
}

/// What the query of the address says for this name.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    let pairs = search.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| unescape(value))
}

/// A part of an address as a person reads it.
pub fn unescape(part: &str) -> String {
    js_sys::decode_uri_component(part).map_or_else(|_| part.to_owned(), String::from)
}

fn current_path() -> String {
    window().location().pathname().unwrap_or_default()
}

fn full_path() -> String {
    format!("{}{}", current_path(), window().location().search().unwrap_or_default())
}

/// Where a click leads within this page; `None` if the browser should follow it, or if it is no link.
fn followed(event: &MouseEvent) -> Option<String> {
    let is_plain = event.button() == 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key() && !event.alt_key();
    if !is_plain || event.default_prevented() {
        return None;
    }
    let link: HtmlAnchorElement = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??.dyn_into().ok()?;
    let elsewhere = !link.target().is_empty() || link.has_attribute("download") || link.origin() != window().location().origin().ok()?;
    (!elsewhere).then(|| format!("{}{}", link.pathname(), link.search()))
}
