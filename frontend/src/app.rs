//! The client as a whole: which world is on screen.

use leptos::{mount::mount_to_body, prelude::*};

use crate::{
    actions,
    components::shell::Shell,
    pages::{self, Page, address, missing, sign_in::SignIn, sign_up::SignUp},
    state::{AppState, Phase},
    strings,
    ui::reactive::{Keyed, effect, keyed},
};

/// Puts the client into the page, over the static shell that was painted before.
pub fn mount() {
    mount_to_body(App);
}

#[component]
fn App() -> AnyView {
    let app = AppState::provide();
    address::provide_address();
    actions::boot(app);
    let page = pages::use_page();
    let world = Memo::new(move |_| World::of(app, page.get()));
    effect(move || {
        if world.get() != World::Starting {
            remove_boot_shell();
        }
    });
    keyed(move || {
        let world = world.get();
        vec![Keyed::new((world as u8, 0), move || draw(app, page, world))]
    })
}

/// Whoever is not signed in sees a door, whatever the address says. The address stays, and is where they land afterwards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Starting,
    Unreachable,
    SignIn,
    SignUp,
    /// Nobody has an account yet.
    FirstRun,
    Inside,
}

impl World {
    fn of(app: AppState, page: Page) -> Self {
        let first_run = app.server.with(|server| server.as_ref().is_some_and(|server| server.first_run));
        match app.phase.get() {
            Phase::Booting if app.boot_failed.get() => Self::Unreachable,
            Phase::Booting => Self::Starting,
            Phase::SignedIn => Self::Inside,
            Phase::SignedOut { .. } if first_run => Self::FirstRun,
            Phase::SignedOut { .. } if page == Page::SignUp => Self::SignUp,
            Phase::SignedOut { .. } => Self::SignIn,
        }
    }
}

fn draw(app: AppState, page: Memo<Page>, world: World) -> AnyView {
    match world {
        World::Starting => view! { <p class="vh" role="status">{strings::LOADING}</p> }.into_any(),
        World::Unreachable => missing::unreachable(app),
        World::SignIn => view! { <SignIn /> }.into_any(),
        World::SignUp => view! { <SignUp first_run=false /> }.into_any(),
        World::FirstRun => view! { <SignUp first_run=true /> }.into_any(),
        World::Inside => view! { <Shell page=page /> }.into_any(),
    }
}

fn remove_boot_shell() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
}
