//! A field that finds things while one types, with what was picked as removable chips before it (combobox pattern).

use leptos::{ev, html, prelude::*};

use super::icon::small_icon;
use crate::ui::reactive::effect;

/// One thing that can be picked.
#[derive(Clone)]
pub struct Candidate {
    /// Unique among the candidates; goes into an id.
    pub key: String,
    /// Picked already: choosing it again takes it back.
    pub picked: bool,
    pub view: ViewFn,
}

/// One thing that was picked.
#[derive(Clone)]
pub struct Chip {
    pub key: String,
    pub name: String,
    pub face: ViewFn,
}

/// The words of a picker.
#[derive(Clone, Copy)]
pub struct PickerWords {
    pub label: &'static str,
    pub placeholder: &'static str,
    pub results: &'static str,
    pub chosen: &'static str,
    /// Before a chip's name on its button.
    pub remove: &'static str,
}

/// Up and Down choose, Enter picks, Backspace in an empty field takes the last chip away, Esc empties the field first.
#[component]
pub fn Picker(
    id: &'static str,
    words: PickerWords,
    query: RwSignal<String>,
    #[prop(into)] candidates: Signal<Vec<Candidate>, LocalStorage>,
    #[prop(into)] chips: Signal<Vec<Chip>, LocalStorage>,
    /// Called with a key, of a candidate that is picked or taken back, or of a chip that goes.
    #[prop(into)]
    on_toggle: Callback<String>,
    /// Enter in an empty field, once something is picked.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
    /// What is listed is not yet the answer to what was typed: Enter waits for it.
    #[prop(into)]
    searching: Signal<bool>,
    /// Said below: how many there are, or that nobody matches.
    #[prop(into)]
    status: Signal<String>,
) -> AnyView {
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let chosen = move || {
        let index = active.get();
        candidates.with(|candidates| candidates.get(index.min(candidates.len().saturating_sub(1))).map(|candidate| candidate.key.clone()))
    };
    let focus = move || {
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    let toggle = move |key: String| {
        on_toggle.run(key);
        query.set(String::new());
        active.set(0);
        focus();
    };
    effect(move || {
        if input.get().is_some() {
            request_animation_frame(focus);
        }
    });
    let pick_when_found = RwSignal::new(false);
    effect(move || {
        if !searching.get() && pick_when_found.get_untracked() {
            pick_when_found.set(false);
            if let Some(key) = untrack(chosen) {
                toggle(key);
            }
        }
    });
    let keydown = move |event: ev::KeyboardEvent| {
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let count = candidates.with_untracked(Vec::len);
        let is_empty = query.with_untracked(|query| query.trim().is_empty());
        match event.key().as_str() {
            "ArrowDown" if count > 0 => active.update(|active| *active = (*active + 1) % count),
            "ArrowUp" if count > 0 => active.update(|active| *active = (*active + count - 1) % count),
            "Enter" if is_empty && chips.with_untracked(|chips| !chips.is_empty()) => {
                if let Some(on_done) = on_done {
                    on_done.run(());
                }
            }
            "Enter" if searching.get_untracked() => pick_when_found.set(true),
            "Enter" => {
                if let Some(key) = untrack(chosen) {
                    toggle(key);
                }
            }
            "Backspace" if query.with_untracked(String::is_empty) => {
                if let Some(key) = chips.with_untracked(|chips| chips.last().map(|chip| chip.key.clone())) {
                    toggle(key);
                }
                return;
            }
            "Escape" if !is_empty => query.set(String::new()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let chip_list = move || {
        let chips = chips.get();
        (!chips.is_empty()).then(|| {
            let chips = chips.into_iter().map(|chip| chip_view(chip, words.remove, toggle)).collect_view();
            view! { <ul class="chips" aria-label=words.chosen>{chips}</ul> }.into_any()
        })
    };
    let options = move || {
        let chosen = chosen();
        candidates
            .get()
            .into_iter()
            .map(|candidate| {
                let is_active = chosen.as_deref() == Some(candidate.key.as_str());
                option_view(id, &candidate, is_active, toggle)
            })
            .collect_view()
    };
    view! {
        <div class="picker">
            <div class="picker-box">
                {move || chip_list()}
                <input
                    id=id
                    type="text"
                    dir="auto"
                    role="combobox"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-label=words.label
                    aria-autocomplete="list"
                    aria-expanded=move || if candidates.with(Vec::is_empty) { "false" } else { "true" }
                    aria-controls=format!("{id}-list")
                    aria-activedescendant=move || chosen().map(|key| option_id(id, &key))
                    placeholder=words.placeholder
                    node_ref=input
                    prop:value=query
                    on:input:target=move |event| {
                        active.set(0);
                        pick_when_found.set(false);
                        query.set(event.target().value());
                    }
                    on:keydown=keydown
                />
            </div>
            <p class="hint" role="status">{status}</p>
            <div class="picker-list" id=format!("{id}-list") role="listbox" aria-multiselectable="true" aria-label=words.results>
                {move || options()}
            </div>
        </div>
    }
    .into_any()
}

/// The id of an option's element.
pub fn option_id(list: &str, key: &str) -> String {
    format!("{list}-option-{key}")
}

fn option_view(list: &'static str, candidate: &Candidate, is_active: bool, toggle: impl Fn(String) + 'static) -> AnyView {
    let key = candidate.key.clone();
    view! {
        <div
            class=if is_active { "row is-active" } else { "row" }
            role="option"
            id=option_id(list, &candidate.key)
            aria-selected=if candidate.picked { "true" } else { "false" }
            on:mousedown=move |event| event.prevent_default()
            on:click=move |_| toggle(key.clone())
        >
            {candidate.view.run()}
            {candidate.picked.then(|| super::icon::glyph("check", "ic tickmark"))}
        </div>
    }
    .into_any()
}

fn chip_view(chip: Chip, remove: &'static str, toggle: impl Fn(String) + 'static) -> AnyView {
    view! {
        <li class="chip">
            {chip.face.run()}
            <span dir="auto">{chip.name.clone()}</span>
            <button type="button" aria-label=format!("{remove} {}", chip.name) on:click=move |_| toggle(chip.key.clone())>
                {small_icon("x")}
            </button>
        </li>
    }
    .into_any()
}
