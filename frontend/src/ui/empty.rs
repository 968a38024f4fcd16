//! What stands where nothing is yet, where something loads, and where something failed.

use leptos::prelude::*;

use super::{
    button::Button,
    icon::{drawing, icon},
};

/// A drawing, one sentence, and room for one action.
pub fn empty(art: &'static str, title: &'static str, sentence: &'static str, action: Option<AnyView>) -> AnyView {
    view! {
        <div class="empty">
            {drawing(art)}
            <h3>{title}</h3>
            <p>{sentence}</p>
            {action}
        </div>
    }
    .into_any()
}

/// Rows of the shape that is on its way. The widths are fixed, so that pictures of a page compare.
pub fn row_skeletons(rows: usize, label: &'static str) -> AnyView {
    const WIDTHS: [(&str, &str); 4] = [("w6", "w9"), ("w4", "w7"), ("w7", "w10"), ("w5", "w8")];
    let rows = (0..rows)
        .map(|row| {
            let (upper, lower) = WIDTHS[row % WIDTHS.len()];
            view! {
                <div class="row skel" aria-hidden="true">
                    <i class="sk av"></i>
                    <span class="t">
                        <i class=format!("sk {upper}")></i>
                        <i class=format!("sk {lower}")></i>
                    </span>
                </div>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <div role="status">
            <span class="vh">{label}</span>
            {rows}
        </div>
    }
    .into_any()
}

/// A failure in its place: the cause in words, what is safe, and a way to try again.
#[component]
pub fn Failure(
    title: &'static str,
    #[prop(into)] cause: String,
    retry_label: &'static str,
    #[prop(into)] on_retry: Callback<()>,
) -> AnyView {
    view! {
        <div class="card problem" role="alert">
            {icon("warn")}
            <div class="t">
                <b>{title}</b>
                <p>{cause}</p>
            </div>
            <Button label=retry_label class="sm" on_click=on_retry />
        </div>
    }
    .into_any()
}
