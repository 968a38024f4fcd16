//! Ctrl+K: to any conversation in a few keys. Empty, it offers what is unread and what was active last.

use client::{roster::RosterRow, sorted::sort_by};
use leptos::{ev, html, prelude::*};
use shared_types::ConversationId;

use super::{face, list};
use crate::ui::reactive::effect;
use crate::{
    pages::{Page, use_navigator},
    state::{AppState, use_app},
    strings::{self, shell as words},
    ui::{combo::option_id, dialog::Dialog, icon::icon},
};

const LIST: &str = "switcher";
/// So many recent ones, and so many matches.
const RECENT: usize = 8;
const MATCHES: usize = 20;

struct Group {
    title: &'static str,
    rows: Vec<RosterRow>,
}

#[component]
pub fn Switcher(#[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let query = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let groups = move || query.with(|query| groups(app, query.trim()));
    let order = Memo::new(move |_| groups().iter().flat_map(|group| group.rows.iter().map(|row| row.id)).collect::<Vec<ConversationId>>());
    let chosen = Memo::new(move |_| {
        let index = active.get();
        order.with(|order| order.get(index.min(order.len().saturating_sub(1))).copied())
    });
    effect(move || {
        if let Some(input) = input.get() {
            request_animation_frame(move || {
                let _ = input.focus();
            });
        }
    });
    let open = move |id: ConversationId, details: bool| {
        on_close.run(());
        navigator.go(Page::Chat { id, details });
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let count = order.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" if count > 0 => active.update(|active| *active = (*active + count - 1) % count),
            "Enter" => {
                if let Some(id) = chosen.get_untracked() {
                    open(id, event.ctrl_key() || event.meta_key());
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let results = move || {
        let groups = groups();
        if groups.is_empty() {
            return view! { <p class="list-hint">{words::SWITCHER_NONE}</p> }.into_any();
        }
        groups
            .into_iter()
            .enumerate()
            .map(|(at, group)| {
                let heading = format!("switcher-group-{at}");
                let rows = group.rows.into_iter().map(|row| option(app, &row, chosen, open)).collect_view();
                view! {
                    <div role="group" aria-labelledby=heading.clone()>
                        <h3 class="sec" id=heading.clone() role="presentation">{group.title}</h3>
                        {rows}
                    </div>
                }
                .into_any()
            })
            .collect_view()
            .into_any()
    };
    view! {
        <Dialog title=words::SWITCHER close_label=strings::CLOSE on_close=on_close class="switcher">
            <div class="switch-top">
                {icon("search")}
                <input
                    class="switch-input"
                    type="text"
                    dir="auto"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls=LIST
                    aria-activedescendant=move || chosen.get().map(|id| option_id(LIST, &id.to_string()))
                    aria-label=words::SWITCHER
                    placeholder=words::SWITCHER_PLACEHOLDER
                    node_ref=input
                    prop:value=query
                    on:input:target=move |event| {
                        active.set(0);
                        query.set(event.target().value());
                    }
                    on:keydown=on_key
                />
                <kbd>"Esc"</kbd>
            </div>
            <div class="switch-list" id=LIST role="listbox" aria-label=words::SWITCHER_RESULTS>
                {move || results()}
            </div>
            <p class="switch-foot" aria-hidden="true">
                <kbd>{icon("up")}</kbd>
                <kbd>{icon("down")}</kbd>
                {words::MOVE}
                <kbd>"Enter"</kbd>
                {words::OPEN}
            </p>
        </Dialog>
    }
    .into_any()
}

/// What is offered for a query.
fn groups(app: AppState, query: &str) -> Vec<Group> {
    let rows: Vec<RosterRow> = app
        .roster
        .sections
        .with(|sections| sections.people.iter().chain(&sections.rooms).filter_map(|id| app.roster.row(*id).get()).collect());
    let groups = if query.is_empty() {
        let (unread, mut rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.unread > 0);
        sort_by(&mut rest, |a, b| a.active_at > b.active_at);
        rest.truncate(RECENT);
        vec![Group { title: words::SWITCHER_UNREAD, rows: unread }, Group { title: words::SWITCHER_RECENT, rows: rest }]
    } else {
        let mut scored: Vec<_> =
            rows.into_iter().filter_map(|row| Some((client::fuzzy::score(query, &list::row_title(&row))?, row))).collect();
        // The better match first; of equals, the one that was active last.
        sort_by(&mut scored, |(one, a), (other, b)| (one, a.active_at) > (other, b.active_at));
        scored.truncate(MATCHES);
        vec![Group { title: words::SWITCHER_FOUND, rows: scored.into_iter().map(|(_, row)| row).collect() }]
    };
    groups.into_iter().filter(|group| !group.rows.is_empty()).collect()
}

fn option(app: AppState, row: &RosterRow, chosen: Memo<Option<ConversationId>>, open: impl Fn(ConversationId, bool) + 'static) -> AnyView {
    let id = row.id;
    let is_chosen = move || chosen.get() == Some(id);
    let title = list::row_title(row);
    let name = words::unread_conversation(&title, row.unread);
    view! {
        <div
            class="row"
            class:is-active=move || is_chosen()
            role="option"
            id=option_id(LIST, &id.to_string())
            aria-selected=move || if is_chosen() { "true" } else { "false" }
            aria-label=name
            on:click=move |event| open(id, event.ctrl_key() || event.meta_key())
        >
            {face::conversation_face(app, row, "")}
            <span class="t">
                <b dir="auto">{title}</b>
            </span>
            <span class="m">{(row.unread > 0).then(|| view! { <b class="cnt">{strings::unread(row.unread)}</b> }.into_any())}</span>
        </div>
    }
    .into_any()
}
