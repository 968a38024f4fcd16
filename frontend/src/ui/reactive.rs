//! Reactive parts behind one type each. Every closure is a type of its own, and the machinery around it would be compiled once per
//! closure; boxed here, it exists once.

use leptos::prelude::*;

type Draw = Box<dyn FnMut() -> AnyView + Send>;

/// A part of a page that is drawn anew when something that it reads changes.
pub fn dynamic(draw: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    fn boxed(mut draw: Draw) -> AnyView {
        (move || draw()).into_any()
    }
    boxed(Box::new(draw))
}

/// The same for a part that is not always there.
pub fn optional(mut draw: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    dynamic(move || draw().unwrap_or_else(nothing))
}

/// Words that change.
pub fn text(mut words: impl FnMut() -> String + Send + 'static) -> AnyView {
    dynamic(move || words().into_any())
}

/// No element at all.
pub fn nothing() -> AnyView {
    ().into_any()
}

/// Runs now, and again whenever something that it reads changes.
pub fn effect(run: impl FnMut() + 'static) {
    fn boxed(mut run: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| run());
    }
    boxed(Box::new(run));
}

/// One element of a list, by what it is recognised.
pub struct Keyed {
    pub key: Key,
    pub draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A kind and a number, which together occur once in a list.
pub type Key = (u8, u128);

impl Keyed {
    pub fn new(key: Key, draw: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { key, draw: Box::new(draw) }
    }
}

/// A list whose elements live on as long as their keys are in it, wherever they move.
pub fn keyed(rows: impl Fn() -> Vec<Keyed> + Send + Sync + 'static) -> AnyView {
    fn boxed(rows: Box<dyn Fn() -> Vec<Keyed> + Send + Sync>) -> AnyView {
        view! {
            <For each=move || rows() key=|row| row.key children=|row| (row.draw)() />
        }
        .into_any()
    }
    boxed(Box::new(rows))
}
