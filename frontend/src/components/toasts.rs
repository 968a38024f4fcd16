//! Short notes at the edge of the page. F8 puts the focus on the newest.

use leptos::prelude::*;

use super::words;
use crate::{
    state::{Notice, use_app},
    strings::{account, shell},
    ui::toast::Toast,
};

#[component]
pub fn ToastArea() -> AnyView {
    let app = use_app();
    view! {
        <div class="toasts" role="status" aria-live="polite" aria-label=shell::NOTES>
            <For each=move || app.toasts.list.get() key=|toast| toast.id let:toast>
                <Toast
                    text=text(&toast.notice)
                    is_error=toast.notice.is_error()
                    dismiss_label=shell::DISMISS
                    on_dismiss=move |()| app.toasts.dismiss(toast.id)
                />
            </For>
        </div>
    }
    .into_any()
}

fn text(notice: &Notice) -> String {
    match notice {
        Notice::Failed(failure) => words::failure(failure),
        Notice::LinkCopied => shell::LINK_COPIED.to_owned(),
        Notice::TextCopied => shell::TEXT_COPIED.to_owned(),
        Notice::CopyFailed => shell::COPY_FAILED.to_owned(),
        Notice::NoLongerMember { title } => shell::no_longer_member(title),
        Notice::NewSession { device } => account::new_session(device),
        Notice::Words { text, .. } => text.clone(),
    }
}
