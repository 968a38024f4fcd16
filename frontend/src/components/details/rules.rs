//! Who finds a room, who is in it from the start, and what a group may become.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    ConversationId,
    conversation::{ConversationKind, UpdateConversation, Visibility},
};

use super::{Facts, ask_to_update};
use crate::{
    actions,
    components::{
        confirm::Question,
        overlay::{Overlay, use_overlays},
    },
    state::{AppState, Notice},
    strings::{self, rooms},
    ui::{button::Button, field::Switch},
};

/// Nothing for those who may change nothing here.
pub fn rules(app: AppState, id: ConversationId, facts: Facts) -> AnyView {
    match facts.kind {
        ConversationKind::Room => room_rules(app, id, facts),
        ConversationKind::Group if facts.may_decide() => group_rules(id),
        _ => ().into_any(),
    }
}

fn room_rules(app: AppState, id: ConversationId, facts: Facts) -> AnyView {
    let overlays = use_overlays();
    let may_default = facts.runs_server && facts.is_public();
    if !facts.may_decide() && !may_default {
        return ().into_any();
    }
    let change_visibility = move |()| {
        let question = if facts.is_public() {
            let update = UpdateConversation { visibility: Some(Visibility::Private), ..UpdateConversation::default() };
            ask_to_update(app, id, rooms::MAKE_PRIVATE_TITLE, rooms::MAKE_PRIVATE_QUESTION, rooms::MAKE_PRIVATE, update)
        } else {
            let update = UpdateConversation { visibility: Some(Visibility::Public), ..UpdateConversation::default() };
            ask_to_update(app, id, rooms::MAKE_PUBLIC_TITLE, rooms::MAKE_PUBLIC_QUESTION, rooms::MAKE_PUBLIC, update)
        };
        overlays.open(Overlay::Confirm(question));
    };
    let set_default = move |is_default: bool| {
        let update = UpdateConversation { is_default: Some(is_default), ..UpdateConversation::default() };
        spawn_local(async move {
            if let Err(failure) = actions::update_conversation(app, id, update).await {
                app.toasts.show(Notice::Failed(failure));
            }
        });
    };
    let add_everyone = move |()| {
        let question =
            Question::new(rooms::EVERYONE_TITLE.to_owned(), rooms::EVERYONE_QUESTION, (rooms::EVERYONE, strings::CANCEL), move || {
                actions::apply_to_everyone(app, id)
            });
        overlays.open(Overlay::Confirm(question.harmless()));
    };
    let visibility_words = if facts.is_public() { rooms::MAKE_PRIVATE } else { rooms::MAKE_PUBLIC };
    view! {
        <section aria-labelledby="rules-title">
            <h4 class="sec" id="rules-title">{rooms::SETTINGS}</h4>
            {may_default
                .then(|| {
                    view! {
                        <Switch id="default-room" label=rooms::DEFAULT_ROOM help=rooms::DEFAULT_ROOM_HELP on=Signal::stored(facts.is_default) on_change=set_default />
                        <Button label=rooms::EVERYONE symbol="users" class="wide" on_click=add_everyone />
                    }.into_any()
                })}
            {facts
                .may_decide()
                .then(|| {
                    let symbol = if facts.is_public() { "lock" } else { "globe" };
                    view! { <Button label=visibility_words symbol=symbol class="wide" on_click=change_visibility /> }.into_any()
                })}
        </section>
    }
    .into_any()
}

fn group_rules(id: ConversationId) -> AnyView {
    let overlays = use_overlays();
    view! {
        <section aria-labelledby="rules-title">
            <h4 class="sec" id="rules-title">{rooms::GROUP_SETTINGS}</h4>
            <Button label=rooms::CONVERT symbol="hash" class="wide" on_click=move |()| overlays.open(Overlay::Convert(id)) />
            <p class="hint">{rooms::CONVERT_HELP}</p>
        </section>
    }
    .into_any()
}
