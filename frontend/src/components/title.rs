//! The document's title, with the number of unread messages before it.

use leptos::prelude::*;

use crate::ui::reactive::effect;
use crate::{browser, state, strings::shell};

/// What the page that is shown is called; the last page that said so wins.
#[derive(Clone, Copy)]
pub struct PageTitle(RwSignal<String>);

/// Keeps `document.title`. Called once, in the frame and at the door.
pub fn provide_title() {
    let app = state::use_app();
    let title = PageTitle(RwSignal::new(String::new()));
    provide_context(title);
    effect(move || browser::set_badge(app.roster.unread.get()));
    effect(move || browser::set_title(&shell::document_title(app.roster.unread.get(), &title.0.read())));
}

/// Names the page for as long as it is mounted.
pub fn use_title(title: impl Fn() -> String + 'static) {
    if let Some(PageTitle(page)) = use_context::<PageTitle>() {
        effect(move || page.set(title()));
    } else {
        effect(move || browser::set_title(&shell::document_title(0, &title())));
    }
}
