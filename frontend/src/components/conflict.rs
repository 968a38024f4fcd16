//! An edit that came too late: both texts, and the author decides.

use leptos::prelude::*;

use crate::{
    actions,
    state::{Conflict, use_app},
    strings::chat,
    ui::{button::Button, dialog::Dialog},
};

#[component]
pub fn ConflictDialog(conflict: Conflict, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let is_gone = conflict.theirs.is_none();
    let mine = conflict.mine.as_str().to_owned();
    let copied = mine.clone();
    let theirs = conflict.theirs.clone().map(|theirs| part(chat::CONFLICT_THEIRS, theirs.as_str().to_owned()));
    let use_mine = move |()| {
        actions::save_edit_anyway(app, &conflict);
        on_close.run(());
    };
    let copy = move |()| {
        actions::copy_text(app, &copied);
        on_close.run(());
    };
    view! {
        <Dialog title=chat::CONFLICT_TITLE close_label=chat::KEEP_THEIRS on_close=on_close alert=true>
            <div class="dialog-body both">
                <p>{if is_gone { chat::CONFLICT_GONE } else { chat::CONFLICT }}</p>
                {theirs}
                {part(chat::CONFLICT_MINE, mine)}
            </div>
            <footer class="dialog-foot">
                <Button label=chat::KEEP_THEIRS autofocus=true on_click=on_close />
                {if is_gone {
                    view! { <Button label=chat::COPY_MINE class="primary" on_click=copy /> }.into_any()
                } else {
                    view! { <Button label=chat::USE_MINE class="primary" on_click=use_mine /> }.into_any()
                }}
            </footer>
        </Dialog>
    }
    .into_any()
}

fn part(title: &'static str, text: String) -> AnyView {
    view! {
        <section>
            <h3>{title}</h3>
            <blockquote dir="auto" tabindex="0">{text}</blockquote>
        </section>
    }
    .into_any()
}
