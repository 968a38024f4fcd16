//! What this device remembers. A browser that refuses to remember is no error.

use leptos::web_sys::Storage;
use serde::{Serialize, de::DeserializeOwned};

/// A stored value; `None` if there is none, or none that this build understands.
pub fn stored<T: DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_str(&stored_text(key)?).ok()
}

pub fn store<T: Serialize>(key: &str, value: &T) {
    if let Ok(text) = serde_json::to_string(value) {
        store_text(key, &text);
    }
}

pub fn stored_text(key: &str) -> Option<String> {
    local()?.get_item(key).ok()?
}

/// Stores a text; an empty one is forgotten.
pub fn store_text(key: &str, text: &str) {
    if text.is_empty() {
        forget(key);
    } else if let Some(local) = local() {
        // Full or forbidden: the page works on without.
        let _ = local.set_item(key, text);
    }
}

pub fn forget(key: &str) {
    if let Some(local) = local() {
        let _ = local.remove_item(key);
    }
}

/// Every key that begins so.
pub fn stored_keys(prefix: &str) -> Vec<String> {
    let Some(local) = local() else { return Vec::new() };
    let count = local.length().unwrap_or_default();
    (0..count).filter_map(|at| local.key(at).ok().flatten()).filter(|key| key.starts_with(prefix)).collect()
}

fn local() -> Option<Storage> {
    super::window().local_storage().ok()?
}
