//! How others see one.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{
    account::UpdateProfile,
    limits,
    text::{Bio, DisplayName},
};

use super::set;
use crate::{
    actions,
    components::{face::user_face, form::Form, words},
    state::{Notice, use_app},
    strings::{self, account as texts},
    ui::{
        button::Button,
        field::{Field, TextArea},
    },
};

const DISPLAY_NAME: &str = "display-name";
const BIO: &str = "bio";

#[component]
pub fn ProfileSection() -> AnyView {
    let app = use_app();
    let form = Form::new(&[("display_name", DISPLAY_NAME), ("bio", BIO)]);
    let Some(me) = app.me.get_untracked() else {
        return ().into_any();
    };
    let (name, bio) = (RwSignal::new(me.user.display_name.to_string()), RwSignal::new(me.user.bio.to_string()));
    let saved = Memo::new(move |_| {
        app.me.with(|me| me.as_ref().map(|me| (me.user.display_name.to_string(), me.user.bio.to_string())).unwrap_or_default())
    });
    let is_changed = Memo::new(move |_| saved.with(|(saved_name, saved_bio)| *name.read() != *saved_name || *bio.read() != *saved_bio));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        let display_name = form.read(DISPLAY_NAME, DisplayName::try_from(name.get_untracked()));
        let about = form.read(BIO, Bio::try_from(bio.get_untracked()));
        let (Some(display_name), Some(about)) = (display_name, about) else {
            form.focus_fault();
            form.busy.set(false);
            return;
        };
        spawn_local(async move {
            match actions::update_profile(app, UpdateProfile { display_name: Some(display_name), bio: Some(about), shares_receipts: None })
                .await
            {
                Ok(()) => {
                    form.busy.set(false);
                    let (saved_name, saved_bio) = saved.get_untracked();
                    name.set(saved_name);
                    bio.set(saved_bio);
                    app.toasts.show(Notice::Words { text: texts::PROFILE_SAVED.to_owned(), is_error: false });
                }
                Err(failure) => form.fail(&failure),
            }
        });
    };
    let discard = move |()| {
        let (saved_name, saved_bio) = saved.get_untracked();
        name.set(saved_name);
        bio.set(saved_bio);
    };
    let bio_help = Signal::derive(move || {
        let left = words::difference(limits::BIO_CHARS, bio.with(|bio| bio.chars().count()));
        texts::bio_left(usize::try_from(left).unwrap_or_default())
    });
    let identity = texts::signed_in_as(me.user.username.as_str(), me.email.as_str());
    let body = view! {
        <div class="set-row">
            {move || app.me.with(|me| me.as_ref().map(|me| user_face(&me.user, "lg")))}
            <div class="t">
                <b dir="auto">{move || saved.get().0}</b>
                <small>{identity}</small>
            </div>
        </div>
        <form class="form" novalidate on:submit=submit>
            {form.error_view()}
            <Field
                id=DISPLAY_NAME
                label=texts::DISPLAY_NAME
                value=name
                autocomplete="name"
                fault=form.fault(DISPLAY_NAME)
                on_input=move |()| form.clear(DISPLAY_NAME)
            />
            <TextArea id=BIO label=texts::BIO value=bio rows="4" help=bio_help fault=form.fault(BIO) />
            <div class="save-bar" hidden=move || !is_changed.get()>
                <p>{texts::UNSAVED}</p>
                <Button label=texts::DISCARD class="ghost" on_click=discard />
                <Button label=strings::SAVE class="primary" submit=true busy=form.busy />
            </div>
        </form>
    }
    .into_any();
    set("set-profile", texts::PROFILE, texts::PROFILE_LEDE, body.into_any())
}
