//! One conversation of the list. It changes when its own row changes, and at no other time.

use client::roster::{Preview, RosterRow, Speaker};
use leptos::prelude::*;
use shared_types::ConversationId;

use crate::{
    components::{face, words},
    pages::Page,
    state::{AppState, use_app},
    strings::{self, chat, shell},
};

#[component]
pub fn ConversationRow(
    id: ConversationId,
    current: Memo<Option<ConversationId>>,
    stop: Memo<Option<ConversationId>>,
    focused: RwSignal<Option<ConversationId>>,
) -> AnyView {
    let app = use_app();
    let row = app.roster.row(id);
    let unread = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.unread)));
    let mentions = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.mentions)));
    let title = Memo::new(move |_| row.with(|row| row.as_ref().map(title).unwrap_or_default()));
    let preview = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| preview_words(app, row)).unwrap_or_default()));
    // People and kind decide the picture; a new message does not draw it anew.
    let picture = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| (row.kind, row.visibility, row.faces.clone()))));
    let face = move || {
        picture.get()?;
        row.with_untracked(|row| row.as_ref().map(|row| face::conversation_face(app, row, "")))
    };
    let second_line = move || {
        let (kind, text) = preview.get();
        match kind {
            Line::Draft => view! { <small class="draft" dir="auto"><b>{shell::DRAFT}</b> " " {text}</small> }.into_any(),
            Line::Failed => view! { <small class="failed">{text}</small> }.into_any(),
            Line::Plain => view! { <small dir="auto">{text}</small> }.into_any(),
        }
    };
    view! {
        <li>
            <a
                class="row"
                href=Page::Chat { id, details: false }.path()
                data-room=id.to_string()
                data-unread=move || unread.get().to_string()
                data-mentions=move || mentions.get().to_string()
                data-name=title
                aria-current=move || (current.get() == Some(id)).then_some("page")
                aria-label=move || preview.with(|(kind, text)| shell::row_name(&title.read(), unread.get(), mentions.get(), &spoken(*kind, text)))
                tabindex=move || if stop.get() == Some(id) { "0" } else { "-1" }
                on:focus=move |_| focused.set(Some(id))
            >
                {move || face()}
                <span class="t">
                    <b dir="auto">{title}</b>
                    {move || second_line()}
                </span>
                <span class="m">
                    <time>{move || row.with(|row| row.as_ref().map(|row| words::stamp(row.active_at)))}</time>
                    {move || (mentions.get() > 0).then(|| view! { <b class="spark">"@" {strings::unread(mentions.get())}</b> }.into_any())}
                    {move || (unread.get() > 0).then(|| view! { <b class="cnt">{strings::unread(unread.get())}</b> }.into_any())}
                </span>
            </a>
        </li>
    }
    .into_any()
}

pub fn title(row: &RosterRow) -> String {
    if row.title.is_empty() { shell::EMPTY_GROUP.to_owned() } else { row.title.clone() }
}

/// The second line for those who listen.
fn spoken(kind: Line, text: &str) -> String {
    match kind {
        Line::Plain if text.is_empty() => String::new(),
        Line::Plain => shell::last_words(text),
        Line::Draft => format!("{}: {text}", shell::DRAFT),
        Line::Failed => text.to_owned(),
    }
}

/// How the second line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Plain,
    Draft,
    Failed,
}

fn preview_words(app: AppState, row: &RosterRow) -> (Line, String) {
    if row.has_failed {
        return (Line::Failed, shell::NOT_SENT.to_owned());
    }
    match &row.preview {
        Preview::Nothing => (Line::Plain, String::new()),
        Preview::Deleted => (Line::Plain, chat::DELETED.to_owned()),
        Preview::Draft { text } => (Line::Draft, text.clone()),
        Preview::Text { author, text } => (Line::Plain, said(author, text)),
        Preview::Other { author } => (Line::Plain, said(author, shell::NOT_SHOWN)),
        Preview::System { author, change } => {
            let who = match author {
                Speaker::You => strings::YOU.to_owned(),
                Speaker::Other => row.title.clone(),
                Speaker::Named(name) => name.clone(),
            };
            (Line::Plain, format!("{who} {}", words::change(app, change)))
        }
    }
}

fn said(author: &Speaker, text: &str) -> String {
    match author {
        Speaker::You => format!("{}: {text}", strings::YOU),
        Speaker::Other => text.to_owned(),
        Speaker::Named(name) => format!("{name}: {text}"),
    }
}
