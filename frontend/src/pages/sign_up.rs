//! The door for newcomers, and the welcome for whoever sets the server up.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{
    ErrorCode,
    account::Register,
    limits,
    password::Password,
    text::{DisplayName, Email, Username},
};

use super::sign_in::{door, focus_when_drawn};
use crate::{
    actions,
    components::{form::Form, title::use_title},
    pages::{Page, use_navigator},
    state::use_app,
    strings::account as words,
    ui::{
        button::Button,
        field::{Field, PasswordField},
    },
};

const USERNAME: &str = "username";
const EMAIL: &str = "email";
const PASSWORD: &str = "password";
const DISPLAY_NAME: &str = "display_name";

#[derive(Clone, Copy)]
struct Typed {
    username: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
    display_name: RwSignal<String>,
}

#[component]
pub fn SignUp(
    /// Nobody has an account yet: this one will run the server.
    first_run: bool,
) -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let form = Form::new(&[("username", USERNAME), ("email", EMAIL), ("password", PASSWORD), ("display_name", DISPLAY_NAME)]);
    let typed = Typed {
        username: RwSignal::new(String::new()),
        email: RwSignal::new(String::new()),
        password: RwSignal::new(String::new()),
        display_name: RwSignal::new(String::new()),
    };
    use_title(move || if first_run { words::FIRST_RUN_TITLE } else { words::SIGN_UP_TITLE }.to_owned());
    focus_when_drawn(USERNAME);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        let Some(register) = read(form, typed) else {
            form.focus_fault();
            form.busy.set(false);
            return;
        };
        spawn_local(async move {
            match actions::sign_up(app, register).await {
                Ok(()) if first_run => navigator.replace(Page::CreateRoom),
                Ok(()) => {}
                Err(failure) => form.fail(&failure),
            }
        });
    };
    let body = view! {
        <form class="form" novalidate on:submit=submit>
            {form.error_view()}
            <Field
                id=USERNAME
                label=words::USERNAME
                value=typed.username
                autocomplete="username"
                plain=true
                help=words::USERNAME_HELP.to_owned()
                fault=form.fault(USERNAME)
                on_input=move |()| form.clear(USERNAME)
                on_blur=move |()| look_again(form, USERNAME, typed.username, |text| Username::try_from(text).err().map(|invalid| invalid.message))
            />
            <Field
                id=EMAIL
                label=words::EMAIL
                value=typed.email
                kind="email"
                autocomplete="email"
                plain=true
                help=words::EMAIL_HELP.to_owned()
                fault=form.fault(EMAIL)
                on_input=move |()| form.clear(EMAIL)
                on_blur=move |()| look_again(form, EMAIL, typed.email, |text| Email::try_from(text).err().map(|invalid| invalid.message))
            />
            {new_password_field(form, PASSWORD, words::PASSWORD, typed.password)}
            <Field
                id=DISPLAY_NAME
                label=words::DISPLAY_NAME_OPTIONAL
                value=typed.display_name
                autocomplete="name"
                help=words::DISPLAY_NAME_HELP.to_owned()
                fault=form.fault(DISPLAY_NAME)
                on_input=move |()| form.clear(DISPLAY_NAME)
            />
            <Button label=words::CREATE_ACCOUNT class="primary lg wide" submit=true busy=form.busy />
        </form>
    }
    .into_any();
    if first_run {
        let steps = view! {
            <ol class="steps" aria-label=words::FIRST_RUN_STEPS>
                <li class="done">{words::FIRST_RUN_STEP_SERVER}</li>
                <li aria-current="step">{words::FIRST_RUN_STEP_YOU}</li>
                <li>{words::FIRST_RUN_STEP_ROOM}</li>
            </ol>
        }
        .into_any();
        return door(Some(steps.into_any()), words::FIRST_RUN_TITLE, words::FIRST_RUN_LEDE, body);
    }
    let other_door = view! { <p class="alt">{words::HAVE_ACCOUNT} <a href="/sign-in">{words::SIGN_IN}</a></p> }.into_any();
    door(None, words::SIGN_UP_TITLE, words::SIGN_UP_LEDE, view! { {body} {other_door} }.into_any())
}

/// Reads every field, so that all faults show at once.
fn read(form: Form, typed: Typed) -> Option<Register> {
    let username = form.read(USERNAME, Username::try_from(typed.username.get_untracked()));
    let email = form.read(EMAIL, Email::try_from(typed.email.get_untracked()));
    let password = form.read(PASSWORD, Password::try_from(typed.password.get_untracked()));
    let display_name = typed.display_name.get_untracked();
    let display_name = match display_name.trim() {
        "" => Some(None),
        name => form.read(DISPLAY_NAME, DisplayName::try_from(name)).map(Some),
    };
    Some(Register { username: username?, email: email?, password: password?, display_name: display_name? })
}

/// Somebody left the field: if it holds something, it is looked at.
fn look_again(form: Form, id: &'static str, value: RwSignal<String>, fault: fn(String) -> Option<String>) {
    let text = value.get_untracked();
    if !text.trim().is_empty()
        && let Some(fault) = fault(text)
    {
        form.set_fault(id, fault);
    }
}

/// A new password: the rule of the server, said while one types.
pub fn new_password_field(form: Form, id: &'static str, label: &'static str, value: RwSignal<String>) -> AnyView {
    let verdict = Memo::new(move |_| Password::try_from(value.get()).err());
    let help = Signal::derive(move || {
        verdict.with(|verdict| match verdict {
            None => words::PASSWORD_GOOD.to_owned(),
            Some(invalid) if invalid.code == ErrorCode::Required => words::password_help(),
            Some(invalid) => invalid.message.clone(),
        })
    });
    let level = Signal::derive(move || {
        let length = value.with(|value| value.chars().count());
        match verdict.with(|verdict| verdict.as_ref().map(|invalid| invalid.code)) {
            Some(ErrorCode::Required) => 0,
            Some(_) => 1,
            None if length < limits::PASSWORD_MIN_CHARS + 4 => 2,
            None if length < limits::PASSWORD_MIN_CHARS + 8 => 3,
            None => 4,
        }
    });
    view! {
        <PasswordField
            id=id
            label=label
            value=value
            autocomplete="new-password"
            show_label=words::SHOW_PASSWORD
            level=level
            help=help
            fault=form.fault(id)
            on_input=move |()| form.clear(id)
            on_blur=move |()| look_again(form, id, value, |text| Password::try_from(text).err().map(|invalid| invalid.message))
        />
    }
    .into_any()
}
