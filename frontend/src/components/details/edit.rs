//! A conversation's name and topic.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{
    ConversationId,
    conversation::{ConversationKind, UpdateConversation, Visibility},
    text::{Alias, RoomName, Topic},
};

use crate::{
    actions,
    components::form::Form,
    pages::sign_in::focus_when_drawn,
    state::use_app,
    strings::{self, people, rooms},
    ui::{button::Button, dialog::Dialog, field::Field},
};

const NAME: &str = "edit-name";
const TOPIC: &str = "edit-topic";
const ALIAS: &str = "edit-alias";

#[component]
pub fn EditDialog(id: ConversationId, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let form = Form::new(&[("name", NAME), ("topic", TOPIC), ("alias", ALIAS)]);
    let Some(before) = app.roster.conversation(id).get_untracked() else {
        return ().into_any();
    };
    let is_room = before.kind == ConversationKind::Room;
    let has_alias = is_room && before.visibility == Visibility::Public;
    let old_name = before.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let old_alias = before.alias.as_ref().map(ToString::to_string).unwrap_or_default();
    let (name, topic) = (RwSignal::new(old_name.clone()), RwSignal::new(before.topic.to_string()));
    let alias = RwSignal::new(old_alias.clone());
    focus_when_drawn(NAME);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        let mut update = UpdateConversation::default();
        // Only what was changed is sent, so that two people can change two things.
        let new_name = name.get_untracked();
        if new_name != old_name {
            update.name = form.read(NAME, RoomName::try_from(new_name));
        }
        if topic.get_untracked() != before.topic.as_str() {
            update.topic = form.read(TOPIC, Topic::try_from(topic.get_untracked()));
        }
        if has_alias && alias.get_untracked() != old_alias {
            update.alias = form.read(ALIAS, Alias::try_from(alias.get_untracked()));
        }
        if form.focus_fault() {
            form.busy.set(false);
            return;
        }
        spawn_local(async move {
            match actions::update_conversation(app, id, update).await {
                Ok(()) => on_close.run(()),
                Err(failure) => form.fail(&failure),
            }
        });
    };
    let name_label = if is_room { rooms::NAME } else { people::GROUP_NAME };
    view! {
        <Dialog title=rooms::EDIT_TITLE close_label=strings::CLOSE on_close=on_close class="narrow">
            <form class="form dialog-body" novalidate on:submit=submit>
                {form.error_view()}
                <Field id=NAME label=name_label value=name fault=form.fault(NAME) on_input=move |()| form.clear(NAME) />
                {is_room
                    .then(|| {
                        view! {
                            <Field id=TOPIC label=rooms::TOPIC value=topic help=rooms::TOPIC_HELP.to_owned() fault=form.fault(TOPIC) on_input=move |()| form.clear(TOPIC) />
                        }.into_any()
                    })}
                {has_alias
                    .then(|| {
                        view! {
                            <Field id=ALIAS label=rooms::ALIAS value=alias prefix="#" plain=true help=rooms::ALIAS_HELP.to_owned() fault=form.fault(ALIAS) on_input=move |()| form.clear(ALIAS) />
                        }.into_any()
                    })}
                <div class="acts">
                    <Button label=strings::CANCEL class="ghost" on_click=on_close />
                    <Button label=strings::SAVE class="primary" submit=true busy=form.busy />
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
