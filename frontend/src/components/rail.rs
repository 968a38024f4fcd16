//! The way between the parts of the client; on phones the bar at the bottom.

use leptos::prelude::*;

use super::face::user_face;
use crate::{
    pages::{Page, Section},
    state::use_app,
    strings::{self, shell as words},
    ui::icon::icon,
};

#[component]
pub fn Rail(page: Memo<Page>) -> AnyView {
    let app = use_app();
    let current = move |is_here: fn(Page) -> bool| move || is_here(page.get()).then_some("page");
    let me = move || {
        app.me.get().map(|me| {
            let name = me.user.display_name.to_string();
            view! {
                {user_face(&me.user, "")}
                <span class="lbl">
                    {strings::YOU} <span class="vh" dir="auto">{words::me(&name)}</span>
                </span>
            }
            .into_any()
        })
    };
    view! {
        <nav class="rail" aria-label=words::MAIN>
            <span class="mark" aria-hidden="true"></span>
            <a class="rail-btn" href="/" aria-current=current(|page| matches!(page, Page::Home | Page::Chat { .. } | Page::New))>
                {icon("chat")}
                <span class="lbl">{words::CHATS}</span>
            </a>
            <a class="rail-btn" href=Page::Discover.path() aria-current=current(|page| matches!(page, Page::Discover | Page::CreateRoom | Page::Alias))>
                {icon("compass")}
                <span class="lbl">{words::DISCOVER}</span>
            </a>
            <span class="grow"></span>
            <a class="rail-btn wide" href=Page::Settings(None).path() aria-current=current(|page| matches!(page, Page::Settings(_)) && page != Page::Settings(Some(Section::Profile)))>
                {icon("gear")}
                <span class="lbl">{words::SETTINGS}</span>
            </a>
            <a class="rail-btn me" href=Page::Settings(Some(Section::Profile)).path() aria-current=current(|page| page == Page::Settings(Some(Section::Profile)))>
                {move || me()}
            </a>
        </nav>
    }
    .into_any()
}
