//! A room by its short name: straight in for members, an invitation for everyone else.

use leptos::{prelude::*, task::spawn_local};
use shared_types::conversation::RoomCard;

use crate::ui::reactive::{dynamic, effect};
use crate::{
    actions::{self, AliasTarget},
    api::ApiFailure,
    components::{title::use_title, words},
    pages::{Page, address, discover, missing, use_navigator},
    state::use_app,
    strings::{self, rooms},
    ui::{
        button::back_link,
        empty::{Failure, row_skeletons},
    },
};

#[component]
pub fn AliasPage() -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let location = address::use_address();
    let alias = Memo::new(move |_| address::unescape(location.path().trim_start_matches("/r/").trim_end_matches('/')));
    let found = RwSignal::new(None::<Result<Option<Box<RoomCard>>, ApiFailure>>);
    use_title(move || format!("#{}", alias.get()));
    let find = move || {
        let alias = alias.get();
        found.set(None);
        spawn_local(async move {
            match actions::find_alias(app, &alias).await {
                Ok(AliasTarget::Member(id)) => navigator.replace(Page::Chat { id, details: false }),
                Ok(AliasTarget::Room(card)) => found.set(Some(Ok(Some(card)))),
                Ok(AliasTarget::Unknown) => found.set(Some(Ok(None))),
                Err(failure) => found.set(Some(Err(failure))),
            }
        });
    };
    effect(move || {
        if app.roster.loaded.get() {
            find();
        }
    });
    dynamic(move || match found.get() {
        Some(Ok(None)) => missing::missing(),
        Some(Ok(Some(card))) => framed(alias, view! { <ul class="grid"><li>{discover::room_card(app, &card)}</li></ul> }.into_any()),
        Some(Err(failure)) => framed(
            alias,
            view! {
                <Failure title=rooms::DISCOVER_FAILED cause=words::failure(&failure) retry_label=strings::RETRY on_retry=move |()| find() />
            }
            .into_any(),
        ),
        None => framed(alias, row_skeletons(1, strings::LOADING)),
    })
}

fn framed(alias: Memo<String>, body: AnyView) -> AnyView {
    view! {
        <main class="page" id="main" tabindex="-1" aria-labelledby="page-title">
            <header class="head">
                {back_link(Page::Home.path(), strings::BACK_TO_CHATS)}
                <div class="t">
                    <h2 id="page-title" tabindex="-1" dir="auto">"#" {alias}</h2>
                    <p>{rooms::PUBLIC_ROOM}</p>
                </div>
            </header>
            <div class="page-body">{body}</div>
        </main>
    }
    .into_any()
}
