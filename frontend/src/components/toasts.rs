//! Short notes at the edge of the page. F8 puts the focus on the newest.

use leptos::prelude::*;

use super::words;
use crate::{
    actions,
    state::{AppState, Notice, toasts::Toast, use_app},
    strings::{account, chat, shell},
    ui::{
        reactive::{Keyed, keyed},
        toast::Toast as ToastNote,
    },
};

#[component]
pub fn ToastArea() -> AnyView {
    let app = use_app();
    view! {
        <div class="toasts" role="status" aria-live="polite" aria-label=shell::NOTES>
            {keyed(move || {
                let draw = move |toast: Toast| {
                    let id = toast.id;
                    view! {
                        <ToastNote
                            text=text(&toast.notice)
                            is_error=toast.notice.is_error()
                            dismiss_label=shell::DISMISS
                            action=action(app, &toast.notice)
                            on_dismiss=move |()| app.toasts.dismiss(id)
                        />
                    }
                        .into_any()
                };
                app.toasts.list.get().into_iter().map(|toast| Keyed::new((0, toast.id.into()), move || draw(toast))).collect()
            })}
        </div>
    }
    .into_any()
}

fn action(app: AppState, notice: &Notice) -> Option<(&'static str, Callback<()>)> {
    let Notice::AllRead { before } = notice else { return None };
    let before = before.clone();
    (!before.is_empty()).then(|| (shell::UNDO, Callback::new(move |()| actions::undo_all_read(app, before.clone()))))
}

fn text(notice: &Notice) -> String {
    match notice {
        Notice::Failed(failure) => words::failure(failure),
        Notice::NotEdited(failure) => chat::not_edited(&words::failure(failure)),
        Notice::AllRead { .. } => shell::ALL_READ.to_owned(),
        Notice::LinkCopied => shell::LINK_COPIED.to_owned(),
        Notice::TextCopied => shell::TEXT_COPIED.to_owned(),
        Notice::CopyFailed => shell::COPY_FAILED.to_owned(),
        Notice::NoLongerMember { title } => shell::no_longer_member(title),
        Notice::NewSession { device } => account::new_session(device),
        Notice::Words { text, .. } => text.clone(),
    }
}
