//! Adds people to a group or room, with or without what was said before.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{ConversationId, UserId, limits};

use crate::{
    actions,
    components::{
        form::Form,
        people_picker::{Chosen, PeoplePicker},
    },
    state::{Notice, use_app},
    strings::{self, people},
    ui::{button::Button, dialog::Dialog, field::Switch},
};

#[component]
pub fn AddPeopleDialog(id: ConversationId, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let form = Form::new(&[]);
    let chosen = Chosen::new(limits::MEMBERS_PER_CALL);
    let with_history = RwSignal::new(true);
    // Rooms page their members, so the server sorts out who is there already.
    let members: Signal<Vec<UserId>> = Signal::derive(move || {
        app.roster.conversation(id).with(|conversation| {
            conversation.as_ref().map(|conversation| conversation.people.iter().map(|person| person.id).collect()).unwrap_or_default()
        })
    });
    let add = move |()| {
        let ids = chosen.ids();
        if ids.is_empty() || form.busy.get_untracked() {
            return;
        }
        form.begin();
        spawn_local(async move {
            let count = ids.len();
            match actions::add_members(app, id, ids, with_history.get_untracked()).await {
                Ok(()) => {
                    app.toasts.show(Notice::Words { text: people::added(count), is_error: false });
                    on_close.run(());
                }
                Err(failure) => form.fail(&failure),
            }
        });
    };
    let reason = Signal::derive(move || chosen.people.with(Vec::is_empty).then(|| people::CHOOSE_FIRST.to_owned()));
    view! {
        <Dialog title=people::ADD_PEOPLE close_label=strings::CLOSE on_close=on_close>
            <div class="dialog-body">
                {form.error_view()}
                <PeoplePicker id="add-people" words=people::ADD chosen=chosen without=members on_done=add />
                <Switch id="with-history" label=people::WITH_HISTORY help=people::WITH_HISTORY_HELP on=with_history on_change=move |on| with_history.set(on) />
            </div>
            <footer class="dialog-foot">
                <Button label=strings::CANCEL class="ghost" on_click=on_close />
                <Button label=people::ADD_BUTTON class="primary" busy=form.busy reason=reason on_click=add />
            </footer>
        </Dialog>
    }
    .into_any()
}
