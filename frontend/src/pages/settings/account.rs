//! Password and devices.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{
    ErrorCode,
    account::{ChangePassword, GivenPassword, UpdateProfile},
    password::Password,
};

use super::{sessions::Sessions, set};
use crate::{
    actions,
    components::form::Form,
    pages::sign_up::new_password_field,
    state::{Notice, use_app},
    strings::account as words,
    ui::{
        button::Button,
        field::{PasswordField, Switch},
    },
};

const CURRENT: &str = "current-password";
const NEW: &str = "new-password";

#[component]
pub fn AccountSection() -> AnyView {
    let app = use_app();
    let form = Form::new(&[("current", CURRENT), ("new", NEW)]);
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // The list of devices is shorter after a change of password.
    let version = RwSignal::new(0_u32);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        let password = form.read(NEW, Password::try_from(new.get_untracked()));
        if current.with_untracked(String::is_empty) {
            form.set_fault(CURRENT, words::REQUIRED);
        }
        let Some(password) = password.filter(|_| !form.focus_fault()) else {
            form.focus_fault();
            form.busy.set(false);
            return;
        };
        let change = ChangePassword { current: GivenPassword(current.get_untracked()), new: password };
        spawn_local(async move {
            match actions::change_password(app, change).await {
                Ok(()) => {
                    form.busy.set(false);
                    current.set(String::new());
                    new.set(String::new());
                    version.update(|version| *version += 1);
                    app.toasts.show(Notice::Words { text: words::PASSWORD_CHANGED.to_owned(), is_error: false });
                }
                Err(failure) if failure.is(ErrorCode::InvalidCredentials) => {
                    form.busy.set(false);
                    form.set_fault(CURRENT, words::WRONG_PASSWORD);
                    form.focus_fault();
                }
                Err(failure) => form.fail(&failure),
            }
        });
    };
    let username = app.me.with_untracked(|me| me.as_ref().map(|me| me.user.username.to_string()).unwrap_or_default());
    let password_form = view! {
        <form class="form" novalidate on:submit=submit>
            {form.error_view()}
            // For password managers, which want to know whose password it is.
            <input type="text" name="username" autocomplete="username" value=username hidden=true readonly=true />
            <PasswordField
                id=CURRENT
                label=words::CURRENT_PASSWORD
                value=current
                autocomplete="current-password"
                show_label=words::SHOW_PASSWORD
                fault=form.fault(CURRENT)
                on_input=move |()| form.clear(CURRENT)
            />
            {new_password_field(form, NEW, words::NEW_PASSWORD, new)}
            <div class="acts">
                <Button label=words::CHANGE_PASSWORD class="primary" submit=true busy=form.busy />
            </div>
        </form>
    }
    .into_any();
    let shares = Signal::derive(move || app.me.with(|me| me.as_ref().is_some_and(|me| me.shares_receipts)));
    let share = move |on: bool| {
        spawn_local(async move {
            let update = UpdateProfile { shares_receipts: Some(on), ..UpdateProfile::default() };
            if let Err(failure) = actions::update_profile(app, update).await {
                // The switch goes back to what holds.
                app.me.update(|_| ());
                app.toasts.show(Notice::Failed(failure));
            }
        });
    };
    let privacy =
        view! { <Switch id="shares-receipts" label=words::RECEIPTS help=words::RECEIPTS_HELP on=shares on_change=share /> }.into_any();
    view! {
        {set("set-privacy", words::PRIVACY, words::PRIVACY_LEDE, privacy)}
        {set("set-password", words::CHANGE_PASSWORD, words::CHANGE_PASSWORD_LEDE, password_form.into_any())}
        {set("set-sessions", words::SESSIONS, words::SESSIONS_LEDE, view! { <Sessions version=version.into() /> }.into_any())}
    }
    .into_any()
}
