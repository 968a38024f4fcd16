//! A person's own page.

use leptos::{prelude::*, task::spawn_local};
use shared_types::UserId;

use crate::{
    actions,
    api::ApiFailure,
    components::{connection::ConnectionBanner, profile_card, title::use_title, words},
    pages::Page,
    state::use_app,
    strings::{self, people},
    ui::{
        button::back_link,
        empty::{Failure, empty, row_skeletons},
    },
};

#[component]
pub fn Person(id: UserId) -> AnyView {
    let app = use_app();
    let failure = RwSignal::new(None::<ApiFailure>);
    let user = app.people.user(id);
    let name = Memo::new(move |_| words::known_name(app, id));
    use_title(move || name.get());
    let load = move || {
        failure.set(None);
        spawn_local(async move {
            if let Err(cause) = actions::load_user(app, id).await {
                failure.try_set(Some(cause));
            }
        });
    };
    load();
    let body = move || match (user.get(), failure.get()) {
        (Some(user), _) => profile_card::profile(app, &user),
        (None, None) => row_skeletons(1, strings::LOADING),
        (None, Some(cause)) if cause.status() == Some(404) => empty("gull", people::PERSON_GONE_TITLE, people::PERSON_GONE, None),
        (None, Some(cause)) => view! {
            <Failure title=people::PROFILE cause=words::failure(&cause) retry_label=strings::RETRY on_retry=move |()| load() />
        }
        .into_any(),
    };
    view! {
        <main class="page" id="main" tabindex="-1" aria-labelledby="page-title">
            <header class="head">
                {back_link(Page::Home.path(), strings::BACK_TO_CHATS)}
                <div class="t">
                    <h2 id="page-title" tabindex="-1" dir="auto">{name}</h2>
                    <p>{people::PROFILE}</p>
                </div>
            </header>
            <ConnectionBanner />
            <div class="page-body">{move || body()}</div>
        </main>
    }
    .into_any()
}
