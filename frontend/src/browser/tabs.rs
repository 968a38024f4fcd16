//! What tabs of one browser share: locks and a channel. A browser without them (plain HTTP has no locks) works as one tab.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::web_sys;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// A lock among the tabs of this browser, given back on drop and when the page goes away.
pub struct Held(Function);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Waits until no other tab holds the lock of this name. `None` at once where there are no locks.
pub async fn acquire(name: &str) -> Option<Held> {
    request(name, false).await
}

/// Takes the lock of this name away from whoever holds it. The holder is not told.
pub async fn seize(name: &str) -> Option<Held> {
    request(name, true).await
}

async fn request(name: &str, steal: bool) -> Option<Held> {
    let locks = Reflect::get(&super::window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let (released, release) = promise()?;
    let (granted, grant) = promise()?;
    let callback = Closure::once_into_js(move || -> JsValue {
        let _ = grant.call0(&JsValue::UNDEFINED);
        released.into()
    });
    // Settles early only if the browser refuses the lock; fails later if the lock is taken away.
    let options = Object::new();
    Reflect::set(&options, &"steal".into(), &steal.into()).ok()?;
    let refused = request.call3(&locks, &name.into(), &options, &callback).ok()?;
    JsFuture::from(Promise::race(&Array::of2(&granted, &refused))).await.ok()?;
    Some(Held(release))
}

/// A promise and the function that keeps it.
fn promise() -> Option<(Promise, Function)> {
    let mut keep = None;
    let promise = Promise::new(&mut |resolve: Function, _reject: Function| keep = Some(resolve));
    keep.map(|keep| (promise, keep))
}

/// Texts to and from the other tabs. Listens for as long as it lives.
pub struct Channel {
    inner: web_sys::BroadcastChannel,
    _heard: Closure<dyn Fn(web_sys::MessageEvent)>,
}

impl Channel {
    pub fn open(name: &str, heard: impl Fn(String) + 'static) -> Option<Self> {
        let inner = web_sys::BroadcastChannel::new(name).ok()?;
        let heard = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
            if let Some(text) = event.data().as_string() {
                heard(text);
            }
        });
        inner.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Some(Self { inner, _heard: heard })
    }

    /// To every other tab, not to this one. False if it did not leave.
    pub fn post(&self, text: &str) -> bool {
        self.inner.post_message(&text.into()).is_ok()
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.inner.set_onmessage(None);
        self.inner.close();
    }
}
