//! Glyphs of the sprite and line drawings. They are decoration: what stands around them carries the name.

use leptos::prelude::*;

/// The symbol `i-{name}` of `/icons.svg`.
pub fn icon(name: &'static str) -> AnyView {
    glyph(name, "ic")
}

/// The same at 1rem.
pub fn small_icon(name: &'static str) -> AnyView {
    glyph(name, "ic sm")
}

/// One that points somewhere, and is mirrored where people read from the right.
pub fn pointing_icon(name: &'static str) -> AnyView {
    glyph(name, "ic flip")
}

/// With a class of the style sheet's own.
pub fn glyph(name: &'static str, class: &'static str) -> AnyView {
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("/icons.svg#i-{name}") />
        </svg>
    }
    .into_any()
}

/// The drawing `art-{name}` of `/art.svg`, for places where nothing is yet.
pub fn drawing(name: &'static str) -> AnyView {
    view! {
        <svg class="art" viewBox="0 0 160 120" aria-hidden="true">
            <use href=format!("/art.svg#art-{name}") />
        </svg>
    }
    .into_any()
}
