//! The door for those who have an account.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::ui::reactive::effect;
use crate::{
    actions, browser,
    components::{form::Form, title::use_title},
    state::{Phase, SignedOutNotice, use_app},
    strings::{self, account as words},
    ui::{
        button::Button,
        field::{Field, PasswordField},
    },
};

const LOGIN: &str = "login";
const PASSWORD: &str = "password";

#[component]
pub fn SignIn() -> AnyView {
    let app = use_app();
    let form = Form::new(&[("login", LOGIN), ("password", PASSWORD)]);
    let (login, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    use_title(|| words::SIGN_IN.to_owned());
    focus_when_drawn(LOGIN);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        for (id, value) in [(LOGIN, login), (PASSWORD, password)] {
            if value.with_untracked(|value| value.trim().is_empty()) {
                form.set_fault(id, words::REQUIRED);
            }
        }
        if form.focus_fault() {
            form.busy.set(false);
            return;
        }
        spawn_local(async move {
            let (login, password) = (login.get_untracked().trim().to_owned(), password.get_untracked());
            if let Err(failure) = actions::sign_in(app, login, password).await {
                form.fail(&failure);
            }
        });
    };
    let notice = move || {
        let Phase::SignedOut { notice: Some(notice) } = app.phase.get() else {
            return None;
        };
        let words = match notice {
            SignedOutNotice::SessionEnded => words::SESSION_ENDED,
            SignedOutNotice::SignedOutElsewhere => words::SIGNED_OUT_ELSEWHERE,
        };
        Some(view! { <p class="note info" role="status">{words}</p> }.into_any())
    };
    door(
        None,
        words::SIGN_IN_TITLE,
        words::SIGN_IN_LEDE,
        view! {
            {move || notice()}
            <form class="form" novalidate on:submit=submit>
                {form.error_view()}
                <Field id=LOGIN label=words::LOGIN value=login autocomplete="username" plain=true fault=form.fault(LOGIN) on_input=move |()| form.clear(LOGIN) />
                <PasswordField
                    id=PASSWORD
                    label=words::PASSWORD
                    value=password
                    autocomplete="current-password"
                    show_label=words::SHOW_PASSWORD
                    fault=form.fault(PASSWORD)
                    on_input=move |()| form.clear(PASSWORD)
                />
                <Button label=words::SIGN_IN class="primary lg wide" submit=true busy=form.busy />
            </form>
            <p class="alt">{words::NEW_HERE} <a href="/sign-up">{words::CREATE_AN_ACCOUNT}</a></p>
        }
        .into_any(),
    )
}

/// The page that both doors share. `before` stands over the heading.
pub fn door(before: Option<AnyView>, title: &'static str, lede: &'static str, body: AnyView) -> AnyView {
    view! {
        <main class="auth" id="main">
            <div class="auth-art" aria-hidden="true">
                <svg class="harbour" viewBox="0 0 640 800" preserveAspectRatio="xMidYMax slice">
                    <use href="/art.svg#harbour" />
                </svg>
            </div>
            <section class="auth-card">
                <header class="auth-head">
                    <span class="mark lg" aria-hidden="true"></span>
                    <p class="wordmark">{strings::PRODUCT}</p>
                </header>
                {before}
                <h1 tabindex="-1" id="page-title">{title}</h1>
                <p class="lede">{lede}</p>
                {body}
            </section>
        </main>
    }
    .into_any()
}

/// Puts the focus into a field as soon as it is there.
pub fn focus_when_drawn(id: &'static str) {
    effect(move || {
        request_animation_frame(move || {
            browser::focus(id);
        });
    });
}
