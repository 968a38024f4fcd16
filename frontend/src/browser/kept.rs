//! What this device keeps of one person's conversations, through `kept.js`. A browser that refuses to keep is no error.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Everything that is kept, by its key; empty if nothing is.
pub async fn kept() -> Vec<(String, String)> {
    let Some(reading) = call("read", &Array::new()) else { return Vec::new() };
    let Ok(flat) = JsFuture::from(reading).await else { return Vec::new() };
    let texts: Vec<String> = Array::from(&flat).iter().map(|text| text.as_string().unwrap_or_default()).collect();
    texts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// From now on we keep for this person, and forget what there is of another.
pub fn keep_for(owner: &str) {
    order("claim", &Array::of1(&owner.into()));
}

/// Keeps texts by their keys; an empty one forgets its key. All or nothing, and nothing if we keep for another person by now.
/// `leaving` does it while the page is being left.
pub fn keep(owner: &str, texts: Vec<(String, String)>, leaving: bool) {
    let flat = Array::new();
    for (key, text) in texts {
        flat.push(&key.into());
        flat.push(&text.into());
    }
    order("write", &Array::of3(&owner.into(), &flat, &leaving.into()));
}

/// Forgets everything and everybody.
pub fn forget_kept() {
    order("clear", &Array::new());
}

fn order(name: &str, arguments: &Array) {
    if let Some(doing) = call(name, arguments) {
        spawn_local(async move {
            let _ = JsFuture::from(doing).await;
        });
    }
}

fn call(name: &str, arguments: &Array) -> Option<Promise> {
    let keeper = Reflect::get(&super::window(), &"parlanceKept".into()).ok()?;
    let function: Function = Reflect::get(&keeper, &JsValue::from_str(name)).ok()?.dyn_into().ok()?;
    function.apply(&keeper, arguments).ok()?.dyn_into().ok()
}
