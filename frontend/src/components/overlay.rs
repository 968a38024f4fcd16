//! What lies over the page: one dialog at a time, opened from anywhere.

use leptos::prelude::*;
use shared_types::{ConversationId, UserId};

use super::{confirm, details, join_dialog, keys, profile_card, switcher};

/// What is open.
#[derive(Clone, PartialEq)]
pub enum Overlay {
    Switcher,
    Keys,
    /// With what was typed or pasted already.
    Join(String),
    AddPeople(ConversationId),
    EditRoom(ConversationId),
    Convert(ConversationId),
    Profile(UserId),
    Confirm(confirm::Question),
}

/// Opens and closes it.
#[derive(Clone, Copy)]
pub struct Overlays(RwSignal<Option<Overlay>>);

impl Overlays {
    pub fn open(self, overlay: Overlay) {
        self.0.set(Some(overlay));
    }

    pub fn close(self) {
        self.0.set(None);
    }

    /// Opens it, or closes it if it is what is open.
    pub fn toggle(self, overlay: Overlay) {
        self.0.update(|open| *open = if open.as_ref() == Some(&overlay) { None } else { Some(overlay) });
    }

    pub fn is_open(self) -> bool {
        self.0.with_untracked(Option::is_some)
    }
}

pub fn provide_overlays() -> Overlays {
    let overlays = Overlays(RwSignal::new(None));
    provide_context(overlays);
    overlays
}

pub fn use_overlays() -> Overlays {
    expect_context::<Overlays>()
}

/// The one place where dialogs are drawn.
#[component]
pub fn OverlayArea() -> impl IntoView {
    let overlays = use_overlays();
    let on_close = Callback::new(move |()| overlays.close());
    move || match overlays.0.get() {
        None => ().into_any(),
        Some(Overlay::Switcher) => view! { <switcher::Switcher on_close=on_close /> }.into_any(),
        Some(Overlay::Keys) => view! { <keys::KeysDialog on_close=on_close /> }.into_any(),
        Some(Overlay::Join(target)) => view! { <join_dialog::JoinDialog target=target on_close=on_close /> }.into_any(),
        Some(Overlay::AddPeople(id)) => view! { <details::add::AddPeopleDialog id=id on_close=on_close /> }.into_any(),
        Some(Overlay::EditRoom(id)) => view! { <details::edit::EditDialog id=id on_close=on_close /> }.into_any(),
        Some(Overlay::Convert(id)) => view! { <details::convert::ConvertDialog id=id on_close=on_close /> }.into_any(),
        Some(Overlay::Profile(id)) => view! { <profile_card::ProfileDialog id=id on_close=on_close /> }.into_any(),
        Some(Overlay::Confirm(question)) => view! { <confirm::ConfirmDialog question=question on_close=on_close /> }.into_any(),
    }
}
