//! One Tab stop for a whole list: arrows, Home, End and the first letters move the focus inside it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Moves the focus among the elements that match `items` inside the listener's element. Says whether the key was used.
pub fn arrows(event: &KeyboardEvent, items: &str) -> bool {
    let Some(container) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return false;
    }
    let items = matching(&container, items);
    let active = document().active_element();
    let current = items.iter().position(|item| active.as_ref().is_some_and(|active| item.contains(Some(active))));
    let last = items.len().saturating_sub(1);
    let next = match event.key().as_str() {
        "ArrowDown" => Some(current.map_or(0, |index| (index + 1).min(last))),
        "ArrowUp" => Some(current.map_or(last, |index| index.saturating_sub(1))),
        "Home" => Some(0),
        "End" => Some(last),
        key => initial(key).and_then(|letter| beginning_with(&items, letter, current)),
    };
    let Some(item) = next.and_then(|index| items.get(index)) else {
        return false;
    };
    event.prevent_default();
    let _ = item.focus();
    true
}

/// Every element inside `container` that matches, in the order of the page.
pub fn matching(container: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = container.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// The letter that a key types, if it types one.
fn initial(key: &str) -> Option<char> {
    let mut chars = key.chars();
    let letter = chars.next().filter(|letter| letter.is_alphanumeric())?;
    chars.next().is_none().then(|| letter.to_ascii_lowercase())
}

/// The next item after the current one, round the end, whose name begins with the letter.
fn beginning_with(items: &[HtmlElement], letter: char, current: Option<usize>) -> Option<usize> {
    let after = current.map_or(0, |index| index + 1);
    (0..items.len()).map(|step| (after + step) % items.len()).find(|index| {
        let name = items[*index].get_attribute("data-name").or_else(|| items[*index].text_content()).unwrap_or_default();
        name.trim_start().to_lowercase().starts_with(letter)
    })
}
