//! A question before something that cannot be undone.

use std::{future::Future, pin::Pin, sync::Arc};

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::Answer,
    components::words,
    ui::{button::Button, dialog::Dialog, icon::icon},
};

type Deed = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Answer<()>>>> + Send + Sync>;

/// What is asked, and what is done on "yes". A failure is said in the dialog, which then stays.
#[derive(Clone)]
pub struct Question {
    pub title: String,
    pub words: String,
    pub yes: &'static str,
    pub no: &'static str,
    pub is_dangerous: bool,
    deed: Deed,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.deed, &other.deed)
    }
}

impl Question {
    pub fn new<F: Future<Output = Answer<()>> + 'static>(
        title: String,
        words: impl Into<String>,
        (yes, no): (&'static str, &'static str),
        deed: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self { title, words: words.into(), yes, no, is_dangerous: true, deed: Arc::new(move || Box::pin(deed())) }
    }

    /// Something of weight, but nothing that is lost.
    #[must_use]
    pub fn harmless(mut self) -> Self {
        self.is_dangerous = false;
        self
    }
}

#[component]
pub fn ConfirmDialog(question: Question, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let deed = StoredValue::new(question.deed);
    let agree = move |()| {
        busy.set(true);
        failure.set(None);
        let doing = deed.with_value(|deed| deed());
        spawn_local(async move {
            match doing.await {
                Ok(()) => on_close.run(()),
                Err(cause) => {
                    busy.set(false);
                    failure.set(Some(words::failure(&cause)));
                }
            }
        });
    };
    view! {
        <Dialog title=question.title close_label=question.no on_close=on_close alert=true class="narrow">
            <div class="dialog-body">
                <p>{question.words}</p>
                {move || failure.get().map(|words| view! { <div class="form-error" role="alert">{icon("warn")}<p>{words}</p></div> }.into_any())}
            </div>
            <footer class="dialog-foot">
                <Button label=question.no autofocus=true on_click=on_close />
                <Button label=question.yes class=if question.is_dangerous { "danger" } else { "primary" } busy=busy on_click=agree />
            </footer>
        </Dialog>
    }
    .into_any()
}
