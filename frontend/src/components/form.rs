//! What every form has: it is busy, it has failed, and its fields have faults.

use leptos::prelude::*;
use shared_types::Invalid;

use crate::ui::reactive::optional;
use crate::{api::ApiFailure, browser, components::words, ui::icon::icon};

/// The state of one form. Faults carry the id of their field.
#[derive(Clone, Copy)]
pub struct Form {
    pub busy: RwSignal<bool>,
    pub error: RwSignal<Option<String>>,
    faults: RwSignal<Vec<(&'static str, String)>>,
    /// The field of a request, and the id of the field on screen.
    fields: &'static [(&'static str, &'static str)],
}

impl Form {
    pub fn new(fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { busy: RwSignal::new(false), error: RwSignal::new(None), faults: RwSignal::new(Vec::new()), fields }
    }

    /// The fault of one field.
    pub fn fault(self, id: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.faults.with(|faults| faults.iter().find(|(field, _)| *field == id).map(|(_, words)| words.clone())))
    }

    pub fn set_fault(self, id: &'static str, words: impl Into<String>) {
        let words = words.into();
        self.faults.update(|faults| {
            faults.retain(|(field, _)| *field != id);
            faults.push((id, words));
        });
    }

    /// Somebody mends the field: it is not at fault until it is looked at again.
    pub fn clear(self, id: &'static str) {
        if self.faults.with_untracked(|faults| faults.iter().any(|(field, _)| *field == id)) {
            self.faults.update(|faults| faults.retain(|(field, _)| *field != id));
        }
    }

    /// Reads a field, or notes its fault.
    pub fn read<T>(self, id: &'static str, parsed: Result<T, Invalid>) -> Option<T> {
        match parsed {
            Ok(value) => {
                self.clear(id);
                Some(value)
            }
            Err(invalid) => {
                self.set_fault(id, invalid.message);
                None
            }
        }
    }

    /// Puts the focus on the first field with a fault, in the order of the screen. False if there is none.
    pub fn focus_fault(self) -> bool {
        let faulty = self.faults.with_untracked(|faults| faults.iter().map(|(field, _)| *field).collect::<Vec<_>>());
        let first = self.fields.iter().map(|(_, id)| *id).find(|id| faulty.contains(id));
        first.is_some_and(browser::focus)
    }

    pub fn begin(self) {
        self.error.set(None);
        self.faults.set(Vec::new());
        self.busy.set(true);
    }

    /// The server said no: beside the field that it names, else above the form.
    pub fn fail(self, failure: &ApiFailure) {
        self.busy.set(false);
        let words = words::failure(failure);
        let known = failure.field().and_then(|field| self.fields.iter().find(|(name, _)| *name == field));
        if let Some((_, id)) = known {
            self.set_fault(id, words);
            browser::focus(id);
        } else {
            self.error.set(Some(words));
            request_animation_frame(|| {
                browser::focus_first(".form-error");
            });
        }
    }

    /// The place of what is said above the form.
    pub fn error_view(self) -> AnyView {
        optional(move || {
            self.error
                .get()
                .map(|words| view! { <div class="form-error" role="alert" tabindex="-1">{icon("warn")}<p>{words}</p></div> }.into_any())
        })
    }
}
