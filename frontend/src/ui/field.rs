//! Labelled fields: the label above, help and fault below, both tied to the field for those who listen.

use leptos::{html, prelude::*, text_prop::TextProp};

use super::icon::{icon, small_icon};

/// What the lines below a field say. A fault replaces the help.
#[derive(Clone, Copy)]
struct Notes {
    id: &'static str,
    help: Signal<String>,
    fault: Signal<Option<String>>,
}

impl Notes {
    fn described_by(self) -> Option<String> {
        if self.fault.with(Option::is_some) {
            Some(format!("{}-e", self.id))
        } else if self.help.with(String::is_empty) {
            None
        } else {
            Some(format!("{}-h", self.id))
        }
    }

    fn is_invalid(self) -> Option<&'static str> {
        self.fault.with(Option::is_some).then_some("true")
    }

    fn view(self) -> AnyView {
        let Self { id, help, fault } = self;
        view! {
            <p class="hint" id=format!("{id}-h") hidden=move || fault.with(Option::is_some) || help.with(String::is_empty)>
                {help}
            </p>
            <div class="error" id=format!("{id}-e") role="alert" hidden=move || fault.with(Option::is_none)>
                {move || fault.get().map(|fault| view! { {small_icon("warn")} {fault} }.into_any())}
            </div>
        }
        .into_any()
    }
}

/// One line of text.
#[component]
pub fn Field(
    /// Also the `name`, and the root of the ids of help and fault.
    id: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional, into)] placeholder: Option<&'static str>,
    /// A sign that stands before what is typed.
    #[prop(optional, into)]
    prefix: Option<&'static str>,
    /// For names and addresses of machines, where a phone's keyboard should not help.
    #[prop(optional)]
    plain: bool,
    #[prop(optional, into)] help: Signal<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
    #[prop(optional, into)] on_input: Option<Callback<()>>,
    #[prop(optional, into)] on_blur: Option<Callback<()>>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> AnyView {
    let notes = Notes { id, help, fault };
    let input = view! {
        <input
            class="input"
            id=id
            name=id
            type=kind
            dir="auto"
            node_ref=node_ref
            autocomplete=autocomplete
            placeholder=placeholder
            autocapitalize=plain.then_some("none")
            spellcheck=plain.then_some("false")
            aria-invalid=move || notes.is_invalid()
            aria-describedby=move || notes.described_by()
            prop:value=value
            on:input:target=move |event| {
                value.set(event.target().value());
                if let Some(on_input) = on_input {
                    on_input.run(());
                }
            }
            on:blur=move |_| {
                if let Some(on_blur) = on_blur {
                    on_blur.run(());
                }
            }
        />
    }
    .into_any();
    let input = match prefix {
        Some(sign) => view! { <div class="prefix"><span aria-hidden="true">{sign}</span>{input}</div> }.into_any(),
        None => input.into_any(),
    };
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            {input}
            {notes.view()}
        </div>
    }
    .into_any()
}

/// A password, with a switch that shows what is typed.
#[component]
pub fn PasswordField(
    id: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    autocomplete: &'static str,
    /// The name of the switch.
    show_label: &'static str,
    /// How good it is, 0 to 4.
    #[prop(optional, into)]
    level: Option<Signal<u8>>,
    #[prop(optional, into)] help: Signal<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
    #[prop(optional, into)] on_input: Option<Callback<()>>,
    #[prop(optional, into)] on_blur: Option<Callback<()>>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> AnyView {
    let notes = Notes { id, help, fault };
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <div class="input-wrap">
                <input
                    class="input"
                    id=id
                    name=id
                    type=move || if shown.get() { "text" } else { "password" }
                    node_ref=node_ref
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=move || notes.is_invalid()
                    aria-describedby=move || notes.described_by()
                    prop:value=value
                    on:input:target=move |event| {
                        value.set(event.target().value());
                        if let Some(on_input) = on_input {
                            on_input.run(());
                        }
                    }
                    on:blur=move |_| {
                        if let Some(on_blur) = on_blur {
                            on_blur.run(());
                        }
                    }
                />
                <button
                    type="button"
                    class="icon-btn sm"
                    aria-label=show_label
                    title=show_label
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || icon(if shown.get() { "eye-off" } else { "eye" })}
                </button>
            </div>
            {level.map(|level| {
                view! { <div class="meter" data-level=move || level.get().to_string() aria-hidden="true"><i></i><i></i><i></i><i></i></div> }.into_any()
            })}
            {notes.view()}
        </div>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn TextArea(
    id: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(default = "3")] rows: &'static str,
    #[prop(optional, into)] help: Signal<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
) -> AnyView {
    let notes = Notes { id, help, fault };
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <textarea
                class="input"
                id=id
                name=id
                dir="auto"
                rows=rows
                aria-invalid=move || notes.is_invalid()
                aria-describedby=move || notes.described_by()
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
            {notes.view()}
        </div>
    }
    .into_any()
}

/// A switch with its consequence below.
#[component]
pub fn Switch(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> AnyView {
    let help_id = format!("{id}-h");
    view! {
        <div class="field">
            <label class="switch">
                <input
                    id=id
                    type="checkbox"
                    role="switch"
                    aria-describedby=help_id.clone()
                    prop:checked=on
                    on:change:target=move |event| on_change.run(event.target().checked())
                />
                <span>{label}</span>
            </label>
            <p class="hint" id=help_id>{help}</p>
        </div>
    }
    .into_any()
}
