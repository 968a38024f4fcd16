//! The frame that stays while pages change: rail, list, one page, details, and what lies over them.

use leptos::{ev, prelude::*};
use shared_types::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    announcer::Announcer, details::Details, keys, list::ConversationList, overlay, rail::Rail, timeline, title, toasts::ToastArea,
};
use crate::ui::reactive::{Keyed, effect, keyed};
use crate::{
    browser,
    pages::{self, Page},
    strings::shell as words,
};

#[component]
pub fn Shell(page: Memo<Page>) -> AnyView {
    let navigator = pages::use_navigator();
    let overlays = overlay::provide_overlays();
    title::provide_title();
    timeline::provide_places();
    keys::listen(page, navigator, overlays);

    // The door has no place inside.
    effect(move || {
        if pages::missing::is_outside(page.get()) {
            navigator.replace(Page::Home);
        }
    });
    // A page that is left takes its dialogs with it.
    let mut before = page.get_untracked();
    effect(move || {
        let now = page.get();
        if before != now {
            overlays.close();
        }
        before = now;
    });

    let main = Memo::new(move |_| page.get().main());
    focus_heading_of_each(main);
    let has_composer = Memo::new(move |_| matches!(main.get(), Page::Chat { .. } | Page::New));
    let details = Memo::new(move |_| match page.get() {
        Page::Chat { id, details: true } => Some(id),
        _ => None,
    });
    let close_details = move || {
        if let Some(id) = details.get_untracked() {
            navigator.go(Page::Chat { id, details: false });
        }
    };
    view! {
        {move || has_composer.get().then(|| skip_link("composer", words::SKIP_TO_COMPOSER))}
        {skip_link("main", words::SKIP_TO_MAIN)}
        {skip_link("list", words::SKIP_TO_LIST)}
        <Announcer />
        <div class="shell" data-pane=move || page.get().pane() on:focusin=move |event| remember_focus(&event)>
            <Rail page=page />
            <ConversationList page=page />
            // Keyed, so that another conversation is another element with nothing left over from the one before.
            {keyed(move || {
                let main = main.get();
                vec![Keyed::new(main.key(), move || page_view(main, page))]
            })}
            {keyed(move || {
                let pane = move |id: ConversationId| {
                    view! {
                        <div class="scrim" on:click=move |_| close_details()></div>
                        <Details id=id />
                    }
                        .into_any()
                };
                details.get().map(|id| Keyed::new((0, id.0.as_u128()), move || pane(id))).into_iter().collect()
            })}
        </div>
        {overlay::overlay_area()}
        <ToastArea />
    }
    .into_any()
}

/// The parts of the frame.
const REGIONS: &str = ".shell > nav, .shell > aside, .shell > main";

fn page_view(main: Page, page: Memo<Page>) -> AnyView {
    match main {
        Page::Home => pages::home::home(),
        Page::New => view! { <pages::new_conversation::NewConversation /> }.into_any(),
        Page::Discover => view! { <pages::discover::Discover /> }.into_any(),
        Page::CreateRoom => view! { <pages::create_room::CreateRoom /> }.into_any(),
        Page::Chat { id, .. } => view! { <pages::chat::Chat id=id page=page /> }.into_any(),
        Page::Alias => view! { <pages::alias::AliasPage /> }.into_any(),
        Page::Person(id) => view! { <pages::person::Person id=id /> }.into_any(),
        Page::Settings(_) => view! { <pages::settings::Settings page=page /> }.into_any(),
        Page::SignIn | Page::SignUp => ().into_any(),
        Page::Missing => pages::missing::missing(),
    }
}

/// A link for those who move by Tab: over the frame, right into a part of it.
fn skip_link(id: &'static str, label: &'static str) -> AnyView {
    view! {
        <a
            class="skip"
            href=format!("#{id}")
            on:click=move |event| {
                event.prevent_default();
                if !browser::focus(id) {
                    browser::focus_first("main h1, main h2");
                }
            }
        >
            {label}
        </a>
    }
    .into_any()
}

/// After each change of page the focus is on the page's heading, so that a screen reader says where one is. The first page leaves
/// the focus to the browser, and a page that put it somewhere by itself keeps it.
fn focus_heading_of_each(main: Memo<Page>) {
    let mut last = main.get_untracked();
    effect(move || {
        let (before, now) = (last, main.get());
        last = now;
        if before != now && !matches!(now, Page::Settings(_) | Page::New) {
            request_animation_frame(move || {
                // Who has just started a conversation goes on writing in it.
                if matches!(before, Page::New | Page::CreateRoom) && browser::focus("composer") {
                    return;
                }
                let in_main = document().active_element().and_then(|active| active.closest("main").ok().flatten()).is_some();
                if !in_main {
                    let _ = browser::focus("page-title") || browser::focus("room-title");
                }
            });
        }
    });
}

/// Ctrl+F6: the focus goes to the next part of the frame, where it was last.
pub fn cycle_regions(backwards: bool) {
    const STOPS: &str = "a[href]:not([tabindex='-1']), button:not([tabindex='-1']), textarea, input, [tabindex='0']";
    let Some(frame) = document().query_selector(".shell").ok().flatten() else {
        return;
    };
    let regions: Vec<HtmlElement> =
        crate::ui::roving::matching(&frame, REGIONS).into_iter().filter(|region| region.offset_width() > 0).collect();
    let active = document().active_element();
    let current = regions.iter().position(|region| active.as_ref().is_some_and(|active| region.contains(Some(active))));
    let count = regions.len();
    if count == 0 {
        return;
    }
    let next = match (current, backwards) {
        (None, _) => 0,
        (Some(index), false) => (index + 1) % count,
        (Some(index), true) => (index + count - 1) % count,
    };
    let stops = crate::ui::roving::matching(&regions[next], STOPS);
    let remembered = regions[next].query_selector("[data-last-focus]").ok().flatten().and_then(|last| last.dyn_into::<HtmlElement>().ok());
    if let Some(stop) = remembered.or_else(|| stops.into_iter().find(|stop| stop.offset_width() > 0)) {
        let _ = stop.focus();
    }
}

/// Remembers, in each part of the frame, what had the focus last.
fn remember_focus(event: &ev::FocusEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let Some(region) = target.closest(REGIONS).ok().flatten() else {
        return;
    };
    if let Some(last) = region.query_selector("[data-last-focus]").ok().flatten() {
        let _ = last.remove_attribute("data-last-focus");
    }
    let _ = target.set_attribute("data-last-focus", "");
}
