//! Pages that stand in for another: no such page, and a server that does not answer.

use leptos::prelude::*;

use crate::{
    actions,
    components::title::use_title,
    pages::Page,
    state::AppState,
    strings::{self, shell as words},
    ui::{
        button::{Button, link_button},
        icon::drawing,
    },
};

/// Inside the frame.
pub fn missing() -> AnyView {
    use_title(|| words::NOT_FOUND_TITLE.to_owned());
    view! {
        <main class="page" id="main" aria-labelledby="page-title">
            <div class="empty">
                {drawing("gull")}
                <h1 id="page-title" tabindex="-1">{words::NOT_FOUND_TITLE}</h1>
                <p>{words::NOT_FOUND}</p>
                {link_button("/", "primary", None, words::BACK_TO_CHATS)}
                <p class="code">"404"</p>
            </div>
        </main>
    }
    .into_any()
}

/// Instead of the frame, while nobody knows who is signed in.
pub fn unreachable(app: AppState) -> AnyView {
    use_title(|| words::BOOT_FAILED_TITLE.to_owned());
    view! {
        <main class="auth plain" id="main">
            <section class="auth-card">
                <div class="empty" role="alert">
                    {drawing("gull")}
                    <h1 id="page-title" tabindex="-1">{words::BOOT_FAILED_TITLE}</h1>
                    <p>{words::BOOT_FAILED}</p>
                    <Button label=strings::RETRY class="primary" on_click=move |()| actions::boot(app) />
                </div>
            </section>
        </main>
    }
    .into_any()
}

/// Where nobody should be.
pub const fn is_outside(page: Page) -> bool {
    matches!(page, Page::SignIn | Page::SignUp)
}
