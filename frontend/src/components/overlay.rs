//! What lies over the page: one dialog at a time, opened from anywhere.

use leptos::prelude::*;
use shared_types::{ConversationId, Seq, UserId};

use super::{confirm, conflict, details, join_dialog, keys, profile_card, seen_by, switcher};
use crate::{
    state::Conflict,
    ui::reactive::{Keyed, keyed},
};

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
    /// Who has read up to this place.
    SeenBy(ConversationId, Seq),
    Conflict(Conflict),
    Confirm(confirm::Question),
}

/// Opens and closes it. Each opening has a number, so that what was open before leaves nothing behind.
#[derive(Clone, Copy)]
pub struct Overlays(RwSignal<(u32, Option<Overlay>)>);

impl Overlays {
    pub fn open(self, overlay: Overlay) {
        self.0.update(|(serial, open)| {
            *serial += 1;
            *open = Some(overlay);
        });
    }

    pub fn close(self) {
        if self.is_open() {
            self.0.update(|(_, open)| *open = None);
        }
    }

    /// Opens it, or closes it if it is what is open.
    pub fn toggle(self, overlay: Overlay) {
        if self.0.with_untracked(|(_, open)| open.as_ref() == Some(&overlay)) {
            self.close();
        } else {
            self.open(overlay);
        }
    }

    pub fn is_open(self) -> bool {
        self.0.with_untracked(|(_, open)| open.is_some())
    }
}

pub fn provide_overlays() -> Overlays {
    let overlays = Overlays(RwSignal::new((0, None)));
    provide_context(overlays);
    overlays
}

pub fn use_overlays() -> Overlays {
    expect_context::<Overlays>()
}

/// The one place where dialogs are drawn.
pub fn overlay_area() -> AnyView {
    let overlays = use_overlays();
    keyed(move || {
        let (serial, open) = overlays.0.get();
        open.map(|overlay| Keyed::new((0, serial.into()), move || draw(overlays, overlay))).into_iter().collect()
    })
}

fn draw(overlays: Overlays, overlay: Overlay) -> AnyView {
    let on_close = Callback::new(move |()| overlays.close());
    match overlay {
        Overlay::Switcher => view! { <switcher::Switcher on_close=on_close /> }.into_any(),
        Overlay::Keys => view! { <keys::KeysDialog on_close=on_close /> }.into_any(),
        Overlay::Join(target) => view! { <join_dialog::JoinDialog target=target on_close=on_close /> }.into_any(),
        Overlay::AddPeople(id) => view! { <details::add::AddPeopleDialog id=id on_close=on_close /> }.into_any(),
        Overlay::EditRoom(id) => view! { <details::edit::EditDialog id=id on_close=on_close /> }.into_any(),
        Overlay::Convert(id) => view! { <details::convert::ConvertDialog id=id on_close=on_close /> }.into_any(),
        Overlay::Profile(id) => view! { <profile_card::ProfileDialog id=id on_close=on_close /> }.into_any(),
        Overlay::SeenBy(id, seq) => view! { <seen_by::SeenByDialog id=id seq=seq on_close=on_close /> }.into_any(),
        Overlay::Conflict(conflict) => view! { <conflict::ConflictDialog conflict=conflict on_close=on_close /> }.into_any(),
        Overlay::Confirm(question) => view! { <confirm::ConfirmDialog question=question on_close=on_close /> }.into_any(),
    }
}
