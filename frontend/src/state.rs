//! Everything that the views read, as signals. **Start here if you write views.**
//!
//! ```text
//! let app = AppState::provide();        // once, in App
//! actions::boot(app);                   // once, right after
//! let app = use_app();                  // in any component; AppState is Copy
//! ```
//!
//! * Views read signals and call [`crate::actions`]; they never write a signal of this module, and never do network I/O.
//! * `app.phase` decides between the start screen, the sign-in pages and the app; `app.me` holds the signed-in person.
//! * The list: `app.roster.sections` is the order (two lists of ids); `app.roster.row(id)` is the signal of one row. A new
//!   message changes one row signal, and `sections` only if the order really changes.
//! * One conversation's facts (name, topic, my role, people): `app.roster.conversation(id)`.
//! * Current names: `app.people.user(id)`, `app.people.name(id)`: always by id, never from a copy, so that a rename shows everywhere.
//!   Asking for somebody unknown fetches them.
//! * The open conversation: call `actions::open_conversation(app, id)` when the route says so, and
//!   `actions::close_conversation(app)` when it leaves. `app.open.rows` is a list of [`RowHandle`]s: draw it with
//!   `<For each=move || app.open.rows.get() key=|row| row.key …>` and read `row.row` inside, so that an element lives on when
//!   its message is acknowledged or its place in a run changes. `app.open.landing` says where to scroll after the rows
//!   were drawn; tell `actions::reader_is_at_end` whenever the reader reaches or leaves the end.
//! * Forms await an action's `Result<_, ApiFailure>` and show `failure.field()` and `failure.message()` in place. Everything else is
//!   fire and forget, and its failure arrives in `app.toasts`.
//! * A `/new?to=…` page without a conversation yet: [`drafts::DraftPlace::New`] for the draft, `actions::start_conversation` for the first message.
//! * Signals that methods here return are made for the component that asks; they go with it.

use std::ops::Deref;

use leptos::prelude::*;
use shared_types::{SessionId, UserId, server::ServerInfo, user::Me};

use crate::socket;

pub mod drafts;
pub mod link;
pub mod open;
pub mod people;
pub mod preferences;
pub mod roster;
pub mod toasts;

pub(crate) mod kept;

mod core;
mod paint;

pub(crate) use self::core::Core;
pub use self::{
    drafts::{DraftPlace, Drafts},
    link::LinkState,
    open::{Conflict, Edge, Landing, OpenPhase, OpenState, Place, RowHandle},
    people::People,
    preferences::PreferencesState,
    roster::RosterState,
    toasts::{Notice, Toasts},
};

/// Which of the three worlds is on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Finding out whether somebody is signed in. If the server cannot be reached this stays, with `boot_failed` set.
    Booting,
    SignedOut {
        /// Why, if it was not the person's own wish.
        notice: Option<SignedOutNotice>,
    },
    SignedIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOutNotice {
    /// The session was ended elsewhere, or is too old.
    SessionEnded,
    /// This tab follows another one that signed out.
    SignedOutElsewhere,
}

/// The whole state of the client, as a handle of one word: copy it about freely. It lives as long as the page.
#[derive(Clone, Copy)]
pub struct AppState(&'static State);

impl Deref for AppState {
    type Target = State;

    fn deref(&self) -> &State {
        self.0
    }
}

/// What [`AppState`] gives access to.
pub struct State {
    pub phase: RwSignal<Phase>,
    /// The server did not answer at start; `actions::boot` tries again.
    pub boot_failed: RwSignal<bool>,
    /// Who is signed in, as the server last told.
    pub me: RwSignal<Option<Me>>,
    pub session_id: RwSignal<Option<SessionId>>,
    /// Absent until the server has answered for the first time.
    pub server: RwSignal<Option<ServerInfo>>,
    pub link: LinkState,
    pub roster: RosterState,
    pub open: OpenState,
    pub people: People,
    pub drafts: Drafts,
    pub toasts: Toasts,
    pub preferences: PreferencesState,
    pub(crate) core: StoredValue<Core, LocalStorage>,
}

impl AppState {
    /// Makes the state under the current owner and gives it to the components below.
    pub fn provide() -> Self {
        let app = Self(Box::leak(Box::new(State {
            phase: RwSignal::new(Phase::Booting),
            boot_failed: RwSignal::new(false),
            me: RwSignal::new(None),
            session_id: RwSignal::new(None),
            server: RwSignal::new(None),
            link: LinkState::new(),
            roster: RosterState::new(),
            open: OpenState::new(),
            people: People::new(),
            drafts: Drafts::new(),
            toasts: Toasts::new(),
            preferences: PreferencesState::new(),
            core: StoredValue::new_local(Core::new()),
        })));
        provide_context(app);
        app
    }

    /// The id of the signed-in person.
    pub fn my_id(self) -> Option<UserId> {
        self.me.with(|me| me.as_ref().map(|me| me.user.id))
    }

    /// Whether this id is the reader's own.
    pub fn is_me(self, user_id: UserId) -> bool {
        self.my_id() == Some(user_id)
    }

    /// Changes the core, does what follows from it, and paints what changed.
    pub(crate) fn work<T>(self, change: impl FnOnce(&mut Core) -> T) -> Option<T> {
        let done = self.core.try_update_value(change);
        socket::pump(self);
        paint::paint(self);
        kept::keep_soon(self);
        done
    }

    /// Forgets the person, in the core and in every signal.
    pub(crate) fn reset(self) {
        self.core.update_value(Core::reset);
        self.me.set(None);
        self.session_id.set(None);
        self.roster.reset();
        self.people.reset();
        self.open.reset();
        self.link.rtt_ms.set(None);
        paint::paint(self);
    }

    /// Reads the core without a change.
    pub(crate) fn look<T>(self, read: impl FnOnce(&Core) -> T) -> Option<T> {
        self.core.try_with_value(read)
    }
}

/// The state that [`AppState::provide`] gave.
pub fn use_app() -> AppState {
    expect_context::<AppState>()
}
