//! Buttons: with words, with a glyph alone, and as a link that looks like one.

use leptos::{prelude::*, text_prop::TextProp};

use super::icon::{glyph, icon};

/// A button with words. While `busy` it stays focusable and does nothing; `reason` says why it cannot be used now.
#[component]
pub fn Button(
    #[prop(into)] label: TextProp,
    /// Beyond `btn`: how loud (`primary`, `danger`, `ghost`) and how big (`sm`, `lg`, `wide`).
    #[prop(optional)]
    class: &'static str,
    #[prop(optional, into)] symbol: Option<&'static str>,
    #[prop(optional)] submit: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] reason: Signal<Option<String>>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] on_click: Option<Callback<()>>,
) -> AnyView {
    let is_blocked = move || busy.get() || reason.with(Option::is_some);
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=format!("btn {class}")
            autofocus=autofocus
            aria-disabled=move || is_blocked().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            title=move || reason.get()
            on:click=move |event| {
                if untrack(is_blocked) {
                    event.prevent_default();
                } else if let Some(on_click) = on_click {
                    on_click.run(());
                }
            }
        >
            {symbol.map(icon)}
            <span>{move || label.get()}</span>
        </button>
    }
    .into_any()
}

/// A button with a glyph alone; its name is said and shown as a tip.
#[component]
pub fn IconButton(
    #[prop(into)] label: TextProp,
    symbol: &'static str,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] pressed: Option<Signal<bool>>,
    #[prop(into)] on_click: Callback<()>,
) -> AnyView {
    let tip = label.clone();
    view! {
        <button
            type="button"
            class=format!("icon-btn {class}")
            aria-label=move || label.get()
            title=move || tip.get()
            aria-pressed=move || pressed.map(|pressed| if pressed.get() { "true" } else { "false" })
            on:click=move |_| on_click.run(())
        >
            {icon(symbol)}
        </button>
    }
    .into_any()
}

/// A link with the shape of a button.
pub fn link_button(href: &'static str, class: &'static str, symbol: Option<&'static str>, label: &'static str) -> AnyView {
    view! {
        <a class=format!("btn {class}") href=href>
            {symbol.map(icon)}
            <span>{label}</span>
        </a>
    }
    .into_any()
}

/// The way back to the pane before; phones only.
pub fn back_link(href: String, label: &'static str) -> AnyView {
    view! {
        <a class="icon-btn back" href=href aria-label=label title=label>
            {glyph("back", "ic flip")}
        </a>
    }
    .into_any()
}
