//! The client as a whole: which world is on screen, and the router around it.

use leptos::{mount::mount_to_body, prelude::*};
use leptos_router::{
    WildcardSegment,
    components::{Route, Router, Routes},
};

use crate::{
    actions,
    components::shell::Shell,
    pages::{self, Page, missing, sign_in::SignIn, sign_up::SignUp},
    state::{AppState, Phase},
    strings,
};

/// Puts the client into the page, over the static shell that was painted before.
pub fn mount() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let app = AppState::provide();
    actions::boot(app);
    view! {
        // Paths are read by `pages::Page`: one flat enum instead of a tree of routes, so that the frame outlives every change of page.
        <Router>
            <Routes fallback=|| ()>
                <Route path=WildcardSegment("path") view=Worlds />
            </Routes>
        </Router>
    }
}

/// Starting, signed out, or signed in.
#[component]
fn Worlds() -> impl IntoView {
    let app = crate::state::use_app();
    pages::provide_navigator();
    let page = pages::use_page();
    let world = Memo::new(move |_| match app.phase.get() {
        Phase::Booting if app.boot_failed.get() => World::Unreachable,
        Phase::Booting => World::Starting,
        Phase::SignedOut { .. } => World::Outside,
        Phase::SignedIn => World::Inside,
    });
    Effect::new(move |_| {
        if world.get() != World::Starting {
            remove_boot_shell();
        }
    });
    move || match world.get() {
        World::Starting => view! { <p class="vh" role="status">{strings::LOADING}</p> }.into_any(),
        World::Unreachable => missing::unreachable(app),
        World::Outside => view! { <Outside page=page /> }.into_any(),
        World::Inside => view! { <Shell page=page /> }.into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Starting,
    Unreachable,
    Outside,
    Inside,
}

/// Whatever the address says: who is not signed in sees the door. The address stays, and is where they land afterwards.
#[component]
fn Outside(page: Memo<Page>) -> impl IntoView {
    let app = crate::state::use_app();
    let door = Memo::new(move |_| {
        let first_run = app.server.with(|server| server.as_ref().is_some_and(|server| server.first_run));
        match page.get() {
            _ if first_run => Door::FirstRun,
            Page::SignUp => Door::SignUp,
            _ => Door::SignIn,
        }
    });
    move || match door.get() {
        Door::SignIn => view! { <SignIn /> }.into_any(),
        Door::SignUp => view! { <SignUp first_run=false /> }.into_any(),
        Door::FirstRun => view! { <SignUp first_run=true /> }.into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    SignIn,
    SignUp,
    FirstRun,
}

fn remove_boot_shell() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
}
