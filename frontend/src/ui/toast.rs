//! A short note that goes by itself, unless somebody looks at it.

use std::time::Duration;

use leptos::prelude::*;

use super::button::IconButton;

/// How long a note stays.
const SHOWN_FOR: Duration = Duration::from_secs(5);
/// How long one stays that can undo something.
const UNDO_FOR: Duration = Duration::from_secs(10);

/// One note. The clock starts anew when the pointer or the focus leaves it.
#[component]
pub fn Toast(
    text: String,
    is_error: bool,
    dismiss_label: &'static str,
    /// A button with these words.
    action: Option<(&'static str, Callback<()>)>,
    #[prop(into)] on_dismiss: Callback<()>,
) -> AnyView {
    let shown_for = if action.is_some() { UNDO_FOR } else { SHOWN_FOR };
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let start = move || {
        stop();
        if let Ok(handle) = set_timeout_with_handle(move || on_dismiss.run(()), shown_for) {
            timer.set_value(Some(handle));
        }
    };
    start();
    on_cleanup(stop);
    view! {
        <div
            class=if is_error { "toast danger" } else { "toast" }
            on:mouseenter=move |_| stop()
            on:mouseleave=move |_| start()
            on:focusin=move |_| stop()
            on:focusout=move |_| start()
        >
            <span dir="auto">{text}</span>
            {action
                .map(|(label, act)| {
                    let act = move |_| {
                        on_dismiss.run(());
                        act.run(());
                    };
                    view! { <button type="button" class="btn sm" on:click=act>{label}</button> }.into_any()
                })}
            <IconButton label=dismiss_label symbol="x" class="sm" on_click=on_dismiss />
        </div>
    }
    .into_any()
}
