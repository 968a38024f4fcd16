//! The settings: a menu of sections, and one of them.

mod account;
mod appearance;
mod profile;
mod sessions;

use leptos::prelude::*;

use crate::ui::reactive::effect;
use crate::{
    actions,
    components::{connection::ConnectionBanner, title::use_title},
    pages::{Page, Section, use_navigator},
    state::use_app,
    strings::{self, account as words},
    ui::{button::back_link, icon::icon},
};

#[component]
pub fn Settings(page: Memo<Page>) -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let section = Memo::new(move |_| match page.get() {
        Page::Settings(section) => section,
        _ => None,
    });
    let name = move || match section.get() {
        None => words::SETTINGS,
        Some(Section::Profile) => words::PROFILE,
        Some(Section::Appearance) => words::APPEARANCE,
        Some(Section::Account) => words::ACCOUNT,
    };
    use_title(move || name().to_owned());
    // Each section is a page of its own: the focus goes to the heading.
    effect(move || {
        section.get();
        request_animation_frame(|| {
            crate::browser::focus("page-title");
        });
    });
    let item = move |target: Section, symbol: &'static str, label: &'static str| {
        // On a wide screen the start page shows the first section beside the menu.
        let is_here = move || section.get().unwrap_or(Section::Profile) == target;
        view! {
            <a class="nav-item" href=Page::Settings(Some(target)).path() aria-current=move || is_here().then_some("page")>
                {icon(symbol)}
                <span>{label}</span>
            </a>
        }
        .into_any()
    };
    let back = move || match section.get() {
        None => back_link(Page::Home.path(), strings::BACK_TO_CHATS),
        Some(_) => back_link(Page::Settings(None).path(), strings::BACK),
    };
    let body = move || match section.get().unwrap_or(Section::Profile) {
        Section::Profile => view! { <profile::ProfileSection /> }.into_any(),
        Section::Appearance => view! { <appearance::AppearanceSection /> }.into_any(),
        Section::Account => view! { <account::AccountSection /> }.into_any(),
    };
    view! {
        <main class="page settings" id="main" tabindex="-1" aria-labelledby="page-title" data-at=move || if section.get().is_none() { "nav" } else { "section" }>
            <header class="head">
                {move || back()}
                <div class="t">
                    <h2 id="page-title" tabindex="-1">{move || name()}</h2>
                </div>
            </header>
            <ConnectionBanner />
            <div class="settings-grid">
                <nav class="settings-nav" aria-label=words::SETTINGS>
                    {item(Section::Profile, "user", words::PROFILE)} {item(Section::Appearance, "palette", words::APPEARANCE)}
                    {item(Section::Account, "key", words::ACCOUNT)}
                    <button type="button" class="nav-item danger" on:click=move |_| {
                            actions::sign_out(app);
                            navigator.replace(Page::Home);
                        }
                    >
                        {icon("logout")}
                        <span>{words::SIGN_OUT}</span>
                    </button>
                </nav>
                <div class="settings-body">{move || body()}</div>
            </div>
        </main>
    }
    .into_any()
}

/// One heading with its words.
fn set(id: &'static str, title: &'static str, lede: &'static str, body: AnyView) -> AnyView {
    view! {
        <section class="set" aria-labelledby=id>
            <header>
                <h3 id=id>{title}</h3>
                <p>{lede}</p>
            </header>
            {body}
        </section>
    }
    .into_any()
}
