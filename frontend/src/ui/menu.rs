//! A menu that hangs on a button, in the browser's top layer, with the keys of the menu pattern.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::ToggleEvent;

use super::{icon::icon, roving};

/// One line of a menu.
#[derive(Clone)]
pub struct Item {
    pub symbol: &'static str,
    pub label: String,
    pub danger: bool,
    pub on_choose: Callback<()>,
}

impl Item {
    pub fn new(symbol: &'static str, label: impl Into<String>, on_choose: impl Fn() + Send + Sync + 'static) -> Self {
        Self { symbol, label: label.into(), danger: false, on_choose: Callback::new(move |()| on_choose()) }
    }

    /// Last, apart, and in the colour of things that cannot be undone.
    #[must_use]
    pub fn dangerous(mut self) -> Self {
        self.danger = true;
        self
    }
}

/// The button with its menu. `id` is unique in the page.
#[component]
pub fn Menu(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional)] class: &'static str,
    #[prop(default = "dots")] symbol: &'static str,
    #[prop(into)] items: Signal<Vec<Item>>,
) -> AnyView {
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let open = RwSignal::new(false);
    let on_toggle = move |shown| {
        open.set(shown);
        if shown {
            place(panel, button);
        }
    };
    view! {
        <button
            type="button"
            class=format!("icon-btn {class}")
            node_ref=button
            popovertarget=id.clone()
            aria-label=label.clone()
            title=label.clone()
            aria-haspopup="menu"
            aria-expanded=move || if open.get() { "true" } else { "false" }
        >
            {icon(symbol)}
        </button>
        {menu_panel(id, label, panel, items, Callback::new(on_toggle))}
    }
    .into_any()
}

/// The menu itself, for one that several buttons share: `on_toggle` hears when it opens, and places it.
pub fn menu_panel(id: String, label: String, panel: NodeRef<html::Div>, items: Signal<Vec<Item>>, on_toggle: Callback<bool>) -> AnyView {
    let rows = move || {
        items
            .get()
            .into_iter()
            .map(|item| {
                view! {
                    <button
                        type="button"
                        role="menuitem"
                        tabindex="-1"
                        class="menu-item"
                        class:danger=item.danger
                        on:click=move |_| {
                            hide(panel);
                            item.on_choose.run(());
                        }
                    >
                        {icon(item.symbol)}
                        <span>{item.label}</span>
                    </button>
                }
                .into_any()
            })
            .collect_view()
    };
    view! {
        <div
            id=id
            class="menu"
            role="menu"
            popover="auto"
            aria-label=label
            node_ref=panel
            on:toggle=move |event| {
                let shown = is_open(&event);
                on_toggle.run(shown);
                if shown {
                    focus_first(panel);
                }
            }
            on:keydown=move |event: ev::KeyboardEvent| {
                if event.key() == "Tab" {
                    hide(panel);
                } else {
                    roving::arrows(&event, "[role=menuitem]");
                }
            }
        >
            {move || rows()}
        </div>
    }
    .into_any()
}

/// Whether a `toggle` event tells of an opening.
pub fn is_open(event: &web_sys::Event) -> bool {
    event.dyn_ref::<ToggleEvent>().is_some_and(|event| event.new_state() == "open")
}

fn hide(panel: NodeRef<html::Div>) {
    if let Some(panel) = panel.get_untracked() {
        let _ = panel.hide_popover();
    }
}

fn focus_first(panel: NodeRef<html::Div>) {
    if let Some(first) = panel.get_untracked().and_then(|panel| roving::matching(&panel, "[role=menuitem]").into_iter().next()) {
        let _ = first.focus();
    }
}

/// Puts a panel of the top layer below its button, or above it where there is no room, and inside the window. Whole pixels.
/// On phones the style sheet makes it a sheet at the bottom, and these lengths are not read.
pub fn place(panel: NodeRef<html::Div>, button: NodeRef<html::Button>) {
    if let Some(button) = button.get_untracked() {
        place_at(panel, &button);
    }
}

/// The same for anything that it hangs on.
pub fn place_at(panel: NodeRef<html::Div>, button: &web_sys::Element) {
    const GAP: i32 = 6;
    let (Some(panel), Some(page)) = (panel.get_untracked(), document().document_element()) else {
        return;
    };
    let rect = button.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "lengths on a screen")]
    let (top, bottom, right) = (rect.top() as i32, rect.bottom() as i32, rect.right() as i32);
    let (width, height) = (panel.offset_width(), panel.offset_height());
    let above = top - GAP - height;
    let y = if bottom + GAP + height > page.client_height() && above > 0 { above } else { bottom + GAP };
    let x = (right - width).min(page.client_width() - width - GAP).max(GAP);
    let _ = web_sys::HtmlElement::style(&panel).set_property("inset", &format!("{}px auto auto {x}px", y.max(GAP)));
}
