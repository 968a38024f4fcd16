//! The screens, and the paths that name them.

pub mod address;
pub mod alias;
pub mod chat;
pub mod create_room;
pub mod discover;
pub mod home;
pub mod missing;
pub mod new_conversation;
pub mod person;
pub mod settings;
pub mod sign_in;
pub mod sign_up;

use leptos::prelude::*;
use shared_types::{ConversationId, UserId};

/// Which section of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    Profile,
    Appearance,
    Account,
}

/// A place in the client that has a path. Whoever links to one writes `Page::….path()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    Home,
    SignIn,
    SignUp,
    New,
    Discover,
    CreateRoom,
    Chat {
        id: ConversationId,
        details: bool,
    },
    /// A room by its short name, which whoever links to it may not have joined.
    Alias,
    Person(UserId),
    /// `None` is the menu of sections, which only phones show alone.
    Settings(Option<Section>),
    Missing,
}

impl Page {
    pub fn parse(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let parts = (parts.next(), parts.next(), parts.next(), parts.next());
        match parts {
            (None, ..) => Self::Home,
            (Some("sign-in"), None, ..) => Self::SignIn,
            (Some("sign-up"), None, ..) => Self::SignUp,
            (Some("new"), None, ..) => Self::New,
            (Some("rooms"), None, ..) => Self::Discover,
            (Some("rooms"), Some("new"), None, _) => Self::CreateRoom,
            (Some("c"), Some(id), None, _) => id.parse().map_or(Self::Missing, |id| Self::Chat { id, details: false }),
            (Some("c"), Some(id), Some("details"), None) => id.parse().map_or(Self::Missing, |id| Self::Chat { id, details: true }),
            (Some("r"), Some(_), None, _) => Self::Alias,
            (Some("u"), Some(id), None, _) => id.parse().map_or(Self::Missing, Self::Person),
            (Some("settings"), None, ..) => Self::Settings(None),
            (Some("settings"), Some("profile"), None, _) => Self::Settings(Some(Section::Profile)),
            (Some("settings"), Some("appearance"), None, _) => Self::Settings(Some(Section::Appearance)),
            (Some("settings"), Some("account"), None, _) => Self::Settings(Some(Section::Account)),
            _ => Self::Missing,
        }
    }

    pub fn path(self) -> String {
        match self {
            Self::Home | Self::Alias | Self::Missing => "/".to_owned(),
            Self::SignIn => "/sign-in".to_owned(),
            Self::SignUp => "/sign-up".to_owned(),
            Self::New => "/new".to_owned(),
            Self::Discover => "/rooms".to_owned(),
            Self::CreateRoom => "/rooms/new".to_owned(),
            Self::Chat { id, details: false } => format!("/c/{id}"),
            Self::Chat { id, details: true } => format!("/c/{id}/details"),
            Self::Person(id) => format!("/u/{id}"),
            Self::Settings(None) => "/settings".to_owned(),
            Self::Settings(Some(Section::Profile)) => "/settings/profile".to_owned(),
            Self::Settings(Some(Section::Appearance)) => "/settings/appearance".to_owned(),
            Self::Settings(Some(Section::Account)) => "/settings/account".to_owned(),
        }
    }

    /// What of it fills the main pane: details are a pane beside it, so they change nothing here.
    pub fn main(self) -> Self {
        match self {
            Self::Chat { id, .. } => Self::Chat { id, details: false },
            Self::Settings(_) => Self::Settings(None),
            other => other,
        }
    }

    /// Tells it apart from other pages, for [`crate::ui::reactive::keyed`].
    pub fn key(self) -> (u8, u128) {
        match self {
            Self::Chat { id, .. } => (0, id.0.as_u128()),
            Self::Person(id) => (1, id.0.as_u128()),
            Self::Home => (2, 0),
            Self::SignIn => (3, 0),
            Self::SignUp => (4, 0),
            Self::New => (5, 0),
            Self::Discover => (6, 0),
            Self::CreateRoom => (7, 0),
            Self::Alias => (8, 0),
            Self::Settings(_) => (9, 0),
            Self::Missing => (10, 0),
        }
    }

    /// Which pane a phone shows: the value of `data-pane`.
    pub fn pane(self) -> &'static str {
        match self {
            Self::Home => "list",
            Self::Chat { details: false, .. } | Self::New => "chat",
            Self::Chat { details: true, .. } => "info",
            _ => "page",
        }
    }
}

/// The page that the address bar names.
pub fn use_page() -> Memo<Page> {
    let address = address::use_address();
    Memo::new(move |_| Page::parse(&address.path()))
}

/// Goes places. It outlives the component that asked for it.
#[derive(Clone, Copy)]
pub struct Navigator(address::Address);

impl Navigator {
    pub fn go(self, page: Page) {
        self.0.go_to(&page.path(), false);
    }

    /// Without a new entry in the history.
    pub fn replace(self, page: Page) {
        self.0.go_to(&page.path(), true);
    }

    /// To a path that no [`Page`] writes.
    pub fn go_to(self, path: &str) {
        self.0.go_to(path, false);
    }
}

pub fn use_navigator() -> Navigator {
    Navigator(address::use_address())
}
