//! A native modal dialog: the browser keeps Tab inside, Esc closes one layer, and the focus returns to where it was.

use leptos::{html, prelude::*, text_prop::TextProp};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::button::IconButton;
use crate::ui::reactive::effect;

/// Open for as long as it is mounted. `on_close` hears Esc, the cross and a click beside it; the owner then unmounts it.
#[component]
pub fn Dialog(
    #[prop(into)] title: TextProp,
    close_label: &'static str,
    #[prop(into)] on_close: Callback<()>,
    /// A question that has to be answered: announced at once, and a click beside it does not close it.
    #[prop(optional)]
    alert: bool,
    #[prop(optional)] class: &'static str,
    /// A `.dialog-body`, and a `.dialog-foot` if there is something to decide.
    children: Children,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    let origin = StoredValue::new_local(focused());
    effect(move || {
        if let Some(dialog) = node.get()
            && !dialog.open()
        {
            // Only fails when it is open already or not in the page; both leave nothing to do.
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        if let Some(origin) = origin.try_get_value().flatten() {
            let _ = origin.focus();
        }
    });
    let title_id = "dialog-title";
    view! {
        <dialog
            class=format!("dialog {class}")
            role=alert.then_some("alertdialog")
            aria-labelledby=title_id
            node_ref=node
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:mousedown=move |event| {
                let beside = event.target().zip(event.current_target()).is_some_and(|(target, dialog)| target == dialog);
                if beside && !alert {
                    on_close.run(());
                }
            }
        >
            <header class="dialog-head">
                <h2 id=title_id>{move || title.get()}</h2>
                {(!alert).then(|| view! { <IconButton label=close_label symbol="x" on_click=on_close /> }.into_any())}
            </header>
            {children()}
        </dialog>
    }
    .into_any()
}

/// The element that has the focus now.
fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}
