//! People and conversations as small pictures.

use client::roster::RosterRow;
use leptos::prelude::*;
use shared_types::{
    ConversationId, UserId,
    conversation::{ConversationKind, Visibility},
    user::User,
};

use crate::ui::reactive::dynamic;
use crate::{
    state::AppState,
    strings,
    ui::{
        avatar::{Look, avatar, avatar_pair, tile},
        icon::small_icon,
    },
};

/// The look of a person, the same on every device.
pub fn look(id: UserId) -> Look {
    steps(client::people::look(id))
}

fn room_look(id: ConversationId) -> Look {
    steps(client::people::look_of(id.0.as_bytes()))
}

/// The style sheet counts its 12 hues, 30 degrees apart from 8 on.
fn steps(look: client::people::Look) -> Look {
    Look { hue: look.hue / 30, corner: look.corner }
}

/// A person, by their current name.
pub fn face(app: AppState, id: UserId, size: &'static str) -> AnyView {
    dynamic(move || avatar(look(id), client::people::initials(&app.people.name(id)), size))
}

/// A person whom the caller has at hand.
pub fn user_face(user: &User, size: &'static str) -> AnyView {
    avatar(look(user.id), client::people::initials(user.display_name.as_str()), size)
}

/// A conversation: the other person, two of a group, or the room's tile.
pub fn conversation_face(app: AppState, row: &RosterRow, size: &'static str) -> AnyView {
    match row.kind {
        ConversationKind::Room => room_tile(row.id, row.visibility, size),
        _ => match row.faces.as_slice() {
            [] => tile(room_look(row.id), "users", size),
            [one] => face(app, *one, size),
            [first, second, ..] => avatar_pair(face(app, *first, "sm"), face(app, *second, "sm")),
        },
    }
}

pub fn room_tile(id: ConversationId, visibility: Visibility, size: &'static str) -> AnyView {
    let symbol = match visibility {
        Visibility::Public => "hash",
        Visibility::Private => "lock",
    };
    tile(room_look(id), symbol, size)
}

/// The mark beside a name that looks like somebody else's.
pub fn twin_mark(user: &User) -> Option<AnyView> {
    user.lookalike.then(|| {
        view! {
            <span class="twin" title=strings::LOOKALIKE>
                {small_icon("eye")}
                <span class="vh">{strings::LOOKALIKE_WARNING}</span>
            </span>
        }
        .into_any()
    })
}
