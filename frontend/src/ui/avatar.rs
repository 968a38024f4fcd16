//! Generated faces for people and tiles for places. Decoration: the name stands beside them.

use leptos::prelude::*;

use super::icon::icon;

/// One of 12 hues, and one of 4 corners that the wash comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub hue: u16,
    pub corner: u8,
}

/// A soft square with up to two letters. `size` is a class: `xs`, `sm`, nothing, `lg`, `xl`.
pub fn avatar(look: Look, initials: String, size: &'static str) -> AnyView {
    view! {
        <span class=format!("av {size}") data-h=look.hue.to_string() data-c=look.corner.to_string() aria-hidden="true">
            {initials}
        </span>
    }
    .into_any()
}

/// Two overlapping faces.
pub fn avatar_pair(first: AnyView, second: AnyView) -> AnyView {
    view! {
        <span class="av pair" aria-hidden="true">
            {first}
            {second}
        </span>
    }
    .into_any()
}

/// A tile with a glyph, or with the sign that names begin with.
pub fn tile(look: Look, symbol: &'static str, size: &'static str) -> AnyView {
    view! {
        <span class=format!("tile {size}") data-h=look.hue.to_string() aria-hidden="true">
            {icon(symbol)}
        </span>
    }
    .into_any()
}
