//! No conversation is open. Who has none yet is welcomed.

use leptos::prelude::*;

use crate::{
    components::{
        overlay::{Overlay, use_overlays},
        title::use_title,
    },
    state::use_app,
    strings::{rooms, shell as words},
    ui::{
        button::{Button, link_button},
        icon::drawing,
    },
};

pub fn home() -> AnyView {
    let app = use_app();
    let overlays = use_overlays();
    use_title(String::new);
    let is_empty = Memo::new(move |_| {
        app.roster.loaded.get() && app.roster.sections.with(|sections| sections.people.is_empty() && sections.rooms.is_empty())
    });
    let body = move || {
        if is_empty.get() {
            view! {
                {drawing("boat")}
                <h2 id="page-title" tabindex="-1">{words::WELCOME_TITLE}</h2>
                <p>{words::WELCOME}</p>
                <div class="acts">
                    {link_button("/new", "primary", None, words::NO_PEOPLE_LINK)}
                    {link_button("/rooms", "", None, words::NO_ROOMS_LINK)}
                    <Button label=rooms::JOIN_BY class="ghost" on_click=move |()| overlays.open(Overlay::Join(String::new())) />
                </div>
            }
            .into_any()
        } else {
            view! {
                {drawing("boat")}
                <h2 id="page-title" tabindex="-1">{words::PICK_TITLE}</h2>
                <p>{words::PICK}</p>
            }
            .into_any()
        }
    };
    view! {
        <main class="chat none" id="main" tabindex="-1" aria-labelledby="page-title">
            <div class="empty">{move || body()}</div>
        </main>
    }
    .into_any()
}
