//! A group becomes a room; its messages, people and links stay.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{
    ConversationId,
    conversation::{ConversationKind, UpdateConversation, Visibility},
    text::RoomName,
};

use crate::{
    actions,
    components::form::Form,
    pages::{create_room::VISIBILITIES, sign_in::focus_when_drawn},
    state::use_app,
    strings::{self, rooms},
    ui::{button::Button, dialog::Dialog, field::Field, radio::RadioCards},
};

const NAME: &str = "convert-name";

#[component]
pub fn ConvertDialog(id: ConversationId, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let form = Form::new(&[("name", NAME)]);
    let old_name =
        app.roster.conversation(id).with_untracked(|conversation| conversation.as_ref().and_then(|conversation| conversation.name.clone()));
    let name = RwSignal::new(old_name.map(|name| name.to_string()).unwrap_or_default());
    let visibility = RwSignal::new("private");
    focus_when_drawn(NAME);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        let Some(name) = form.read(NAME, RoomName::try_from(name.get_untracked())) else {
            form.focus_fault();
            form.busy.set(false);
            return;
        };
        let is_public = visibility.get_untracked() == "public";
        let update = UpdateConversation {
            name: Some(name),
            kind: Some(ConversationKind::Room),
            visibility: Some(if is_public { Visibility::Public } else { Visibility::Private }),
            ..UpdateConversation::default()
        };
        spawn_local(async move {
            match actions::update_conversation(app, id, update).await {
                Ok(()) => on_close.run(()),
                Err(failure) => form.fail(&failure),
            }
        });
    };
    view! {
        <Dialog title=rooms::CONVERT_TITLE close_label=strings::CLOSE on_close=on_close>
            <form class="form dialog-body" novalidate on:submit=submit>
                {form.error_view()}
                <p>{rooms::CONVERT_HELP}</p>
                <Field id=NAME label=rooms::NAME value=name fault=form.fault(NAME) on_input=move |()| form.clear(NAME) />
                <RadioCards name="convert-visibility" legend=rooms::WHO choices=VISIBILITIES chosen=visibility on_choose=move |value| visibility.set(value) />
                <div class="acts">
                    <Button label=strings::CANCEL class="ghost" on_click=on_close />
                    <Button label=rooms::CONVERT class="primary" submit=true busy=form.busy />
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
