//! The messages of the open conversation: a window of rows that never jumps.

mod body;
mod dates;
mod editor;
mod ends;
mod menu;
mod reading;
mod row;
mod scroll;
mod ticks;

use client::timeline::RowKey;
use leptos::{ev, prelude::*};
use shared_types::{ConversationId, conversation::ConversationKind};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, KeyboardEvent, ResizeObserver};

pub use self::scroll::provide_places;
use self::{menu::RowMenu, row::Place, scroll::Scroller};
use crate::ui::reactive::{Key, Keyed, effect, keyed};
use crate::{
    actions, browser,
    components::{
        overlay::{Overlay, use_overlays},
        words,
    },
    state::{AppState, OpenPhase, use_app},
    strings::{self, chat},
    ui::{empty::Failure, roving},
};

/// What can have the focus in the list, by arrow keys.
const ROWS: &str = ":scope > article, :scope > [role=article]";

#[component]
pub fn Timeline(id: ConversationId, title: Signal<String>) -> AnyView {
    let app = use_app();
    let scroller = Scroller::new(app, id);
    watch_size(scroller);
    effect(move || {
        if let Some(landing) = app.open.landing.get() {
            scroller.land(landing);
        }
    });
    let overlays = use_overlays();
    effect(move || {
        if let Some(conflict) = app.open.conflict.get() {
            app.open.conflict.set(None);
            overlays.open(Overlay::Conflict(conflict));
        }
    });
    on_cleanup(move || actions::cancel_edit(app));
    let row_menu = RowMenu::new(app, id);
    let conversation = app.roster.conversation(id);
    let is_direct = Memo::new(move |_| {
        conversation.with(|conversation| conversation.as_ref().is_some_and(|conversation| conversation.kind == ConversationKind::Direct))
    });
    // A reader who comes back to the page looks at it.
    let focus = window_event_listener(ev::focus, move |_| scroller.look());
    on_cleanup(move || focus.remove());

    let rows = move || {
        scroller.before_change();
        if app.open.id.get() != Some(id) {
            return Vec::new();
        }
        app.open.rows.with(|rows| {
            rows.iter().cloned().map(|row| Keyed::new(key(row.key), move || row::row_view(app, row, Place { id, is_direct }))).collect()
        })
    };
    let is_busy = move || app.open.phase.with(|phase| *phase == OpenPhase::Loading);
    view! {
        {dates::date_chip(app, scroller)}
        {ends::unread_pill(app, id, scroller)}
        <section
            class="log"
            tabindex="-1"
            node_ref=scroller.log
            data-at-end=move || scroller.at_end.get().then_some("")
            on:scroll=move |_| scroller.on_scroll()
            on:wheel=move |_| scroller.reader_moves()
            on:touchmove=move |_| scroller.reader_moves()
        >
            <div class="col" node_ref=scroller.column>
                {ends::upper(app, id, title, scroller)}
                <div
                    class="feed"
                    role="feed"
                    node_ref=scroller.feed
                    aria-label=move || chat::messages_in(&title.get())
                    aria-busy=move || if is_busy() { "true" } else { "false" }
                    on:keydown=move |event| on_key(app, row_menu, &event)
                    on:focusin=move |event| on_focus(&event)
                    on:click=move |event| on_click(row_menu, &event)
                    on:contextmenu=move |event| on_context(row_menu, &event)
                    on:touchstart=move |event| {
                        if let Some((row, _)) = row_of(&event) {
                            row_menu.press(row);
                        }
                    }
                    on:touchmove=move |_| row_menu.release()
                    on:touchend=move |_| row_menu.release()
                    on:touchcancel=move |_| row_menu.release()
                >
                    {keyed(rows)}
                </div>
                {move || instead_of_rows(app, id)}
                {ends::lower(app)}
            </div>
        </section>
        {ends::latest_pill(app, scroller)}
        {row_menu.view()}
    }
    .into_any()
}

fn key(row: RowKey) -> Key {
    match row {
        RowKey::Day(day) => (0, u128::from(day.unsigned_abs())),
        RowKey::Unread => (1, 0),
        RowKey::Bubble(id) => (2, id.as_u128()),
        RowKey::System(id) => (3, id.as_u128()),
    }
}

/// Follows the size of the list and of what it scrolls in: rows that grow, the keyboard of a phone, a growing composer.
fn watch_size(scroller: Scroller) {
    let callback = Closure::<dyn Fn()>::new(move || scroller.settle());
    let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) else {
        return;
    };
    let observer = StoredValue::new_local((observer, callback));
    effect(move || {
        let elements = [scroller.log.get().map(Element::from), scroller.column.get().map(Element::from)];
        observer.with_value(|(observer, _)| elements.into_iter().flatten().for_each(|element| observer.observe(&element)));
    });
    on_cleanup(move || {
        observer.try_with_value(|(observer, _)| observer.disconnect());
    });
}

/// What stands where rows would be.
fn instead_of_rows(app: AppState, id: ConversationId) -> Option<AnyView> {
    match app.open.phase.get() {
        OpenPhase::Failed(cause) => Some(
            view! {
                <Failure
                    title=chat::FAILED_TITLE
                    cause=format!("{} {}", words::failure(&cause), chat::DRAFT_KEPT)
                    retry_label=strings::RETRY
                    on_retry=move |()| actions::open_conversation(app, id)
                />
            }
            .into_any(),
        ),
        OpenPhase::Loading => Some(ends::skeleton()),
        OpenPhase::Closed | OpenPhase::Ready | OpenPhase::Gone => None,
    }
}

fn row_of(event: &web_sys::Event) -> Option<(Element, bool)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let row = target.closest("article, [role=article]").ok()??;
    let is_row = row == target;
    Some((row, is_row))
}

fn on_focus(event: &web_sys::FocusEvent) {
    if let Some((row, _)) = row_of(event)
        && let Some(feed) = row.parent_element()
    {
        scroll::move_tab_stop(&feed, &row);
    }
}

/// The button of a row that opens its menu.
fn on_click(menu: RowMenu, event: &web_sys::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if target.and_then(|target| target.closest("[aria-haspopup=menu]").ok().flatten()).is_some()
        && let Some((row, _)) = row_of(event)
    {
        menu.open(&row);
    }
}

/// Right click and Shift+F10; but who has marked words, or is at a link or a field, wants the browser's own.
fn on_context(menu: RowMenu, event: &web_sys::MouseEvent) {
    let has_words = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_foreign = target.is_none_or(|target| target.closest("a, textarea").ok().flatten().is_some());
    if !has_words
        && !is_foreign
        && let Some((row, _)) = row_of(event)
        && menu.open(&row)
    {
        event.prevent_default();
    }
}

/// Arrows between messages, Enter into one's buttons, Esc back and then to the composer; letters for what its menu offers.
fn on_key(app: AppState, menu: RowMenu, event: &KeyboardEvent) {
    let Some((row, is_row)) = row_of(event) else {
        return;
    };
    let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
    match event.key().as_str() {
        // With Shift it is not ours.
        "Escape" if event.shift_key() => {}
        "Escape" if is_row => {
            event.stop_propagation();
            browser::focus("composer");
        }
        "Escape" => {
            event.stop_propagation();
            if let Some(row) = row.dyn_ref::<web_sys::HtmlElement>() {
                let _ = row.focus();
            }
        }
        "Enter" if is_row && !has_modifier => {
            if let Some(first) = roving::matching(&row, "button, a[href]").into_iter().next() {
                event.prevent_default();
                let _ = first.focus();
            }
        }
        "c" | "C" if is_row && !has_modifier => {
            if let Some(text) = row.query_selector("[data-body]").ok().flatten().and_then(|body| body.text_content()) {
                actions::copy_text(app, &text);
            }
        }
        key @ ("e" | "E" | "u" | "U" | "Delete") if is_row && !has_modifier && menu.key(key, &row) => event.prevent_default(),
        "ArrowLeft" | "ArrowRight" if !is_row => step_inside(event, &row),
        _ if is_row => {
            roving::arrows(event, ROWS);
        }
        _ => {}
    }
}

/// Left and right between the buttons of one message.
fn step_inside(event: &KeyboardEvent, row: &Element) {
    let controls = roving::matching(row, "button, a[href]");
    let active = document().active_element();
    let Some(index) = controls.iter().position(|control| active.as_ref().is_some_and(|active| control.contains(Some(active)))) else {
        return;
    };
    let next = if event.key() == "ArrowRight" { (index + 1) % controls.len() } else { (index + controls.len() - 1) % controls.len() };
    event.prevent_default();
    let _ = controls[next].focus();
}
