//! A choice between a few things. Native radio buttons, so that arrow keys and forms work without help.

use leptos::prelude::*;

use super::icon::icon;

/// One of the things.
#[derive(Clone, Copy)]
pub struct Choice {
    pub value: &'static str,
    pub symbol: &'static str,
    pub label: &'static str,
    pub consequence: &'static str,
}

/// Cards, each with its consequence in words.
#[component]
pub fn RadioCards(
    name: &'static str,
    legend: &'static str,
    choices: &'static [Choice],
    #[prop(into)] chosen: Signal<&'static str>,
    #[prop(into)] on_choose: Callback<&'static str>,
) -> AnyView {
    let cards = choices
        .iter()
        .map(|choice| {
            let value = choice.value;
            let (label_id, note_id) = (format!("{name}-{value}"), format!("{name}-{value}-h"));
            view! {
                <label class="rcard">
                    <input
                        type="radio"
                        name=name
                        value=value
                        aria-labelledby=label_id.clone()
                        aria-describedby=note_id.clone()
                        prop:checked=move || chosen.get() == value
                        on:change=move |_| on_choose.run(value)
                    />
                    {icon(choice.symbol)}
                    <span class="t">
                        <b id=label_id>{choice.label}</b>
                        <small id=note_id>{choice.consequence}</small>
                    </span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <fieldset class="cards">
            <legend>{legend}</legend>
            {cards}
        </fieldset>
    }
    .into_any()
}

/// Words side by side.
#[component]
pub fn Segments(
    name: &'static str,
    legend: &'static str,
    /// Value and words.
    choices: &'static [(&'static str, &'static str)],
    #[prop(into)] chosen: Signal<&'static str>,
    #[prop(into)] on_choose: Callback<&'static str>,
) -> AnyView {
    let segments = choices
        .iter()
        .map(|&(value, label)| {
            view! {
                <label>
                    <input type="radio" name=name value=value prop:checked=move || chosen.get() == value on:change=move |_| on_choose.run(value) />
                    <span>{label}</span>
                </label>
            }.into_any()
        })
        .collect_view();
    view! {
        <fieldset class="seg">
            <legend>{legend}</legend>
            {segments}
        </fieldset>
    }
    .into_any()
}
