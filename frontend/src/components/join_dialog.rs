//! Into a room by what somebody gave one: its name, `#short-name`, a link or an id.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{ErrorCode, conversation::Joined};

use super::form::Form;
use crate::{
    actions,
    pages::{Page, sign_in::focus_when_drawn, use_navigator},
    state::use_app,
    strings::{self, account, rooms},
    ui::{button::Button, dialog::Dialog, field::Field, icon::drawing},
};

const TARGET: &str = "join-target";

#[component]
pub fn JoinDialog(target: String, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let form = Form::new(&[("target", TARGET)]);
    let target = RwSignal::new(target);
    let asked = RwSignal::new(false);
    focus_when_drawn(TARGET);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        let wanted = target.get_untracked().trim().to_owned();
        form.begin();
        if wanted.is_empty() {
            form.set_fault(TARGET, account::REQUIRED);
            form.focus_fault();
            form.busy.set(false);
            return;
        }
        spawn_local(async move {
            match actions::join(app, wanted).await {
                Ok(Joined::Member { conversation }) => {
                    on_close.run(());
                    navigator.go(Page::Chat { id: conversation.id, details: false });
                }
                Ok(Joined::Requested {}) => {
                    form.busy.set(false);
                    asked.set(true);
                }
                Err(failure) if failure.is(ErrorCode::NotFound) => {
                    form.busy.set(false);
                    form.set_fault(TARGET, rooms::JOIN_NOT_FOUND);
                    form.focus_fault();
                }
                Err(failure) => form.fail(&failure),
            }
        });
    };
    let body = move || {
        if asked.get() {
            return view! {
                <div class="dialog-body">
                    <div class="empty" role="status">
                        {drawing("lamp")}
                        <h3>{rooms::REQUESTED_TITLE}</h3>
                        <p>{rooms::REQUESTED}</p>
                    </div>
                </div>
                <footer class="dialog-foot">
                    <Button label=strings::CLOSE class="primary" on_click=on_close />
                </footer>
            }
            .into_any();
        }
        view! {
            <form class="form dialog-body" id="join-form" novalidate on:submit=submit>
                {form.error_view()}
                <Field
                    id=TARGET
                    label=rooms::JOIN_FIELD
                    value=target
                    plain=true
                    help=rooms::JOIN_HELP.to_owned()
                    fault=form.fault(TARGET)
                    on_input=move |()| form.clear(TARGET)
                />
                <div class="acts">
                    <Button label=strings::CANCEL class="ghost" on_click=on_close />
                    <Button label=rooms::JOIN class="primary" submit=true busy=form.busy />
                </div>
            </form>
        }
        .into_any()
    };
    view! {
        <Dialog title=rooms::JOIN_A_ROOM close_label=strings::CLOSE on_close=on_close class="narrow">
            {move || body()}
        </Dialog>
    }
    .into_any()
}
