//! A new room: what it is called, what it is about, and who finds it.

use leptos::{ev, prelude::*, task::spawn_local};
use shared_types::{
    conversation::Visibility,
    text::{Alias, RoomName, Topic},
};

use super::sign_in::focus_when_drawn;
use crate::ui::reactive::effect;
use crate::{
    actions,
    components::{connection::ConnectionBanner, form::Form, title::use_title},
    pages::{Page, use_navigator},
    state::use_app,
    strings::{self, rooms},
    ui::{
        button::{Button, back_link},
        field::Field,
        radio::{Choice, RadioCards},
    },
};

const NAME: &str = "room-name";
const TOPIC: &str = "room-topic";
const ALIAS: &str = "room-alias";

pub const VISIBILITIES: &[Choice] = &[
    Choice { value: "public", symbol: "globe", label: rooms::PUBLIC, consequence: rooms::PUBLIC_MEANS },
    Choice { value: "private", symbol: "lock", label: rooms::PRIVATE, consequence: rooms::PRIVATE_MEANS },
];

#[component]
pub fn CreateRoom() -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let form = Form::new(&[("name", NAME), ("topic", TOPIC), ("alias", ALIAS)]);
    let (name, topic) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let alias = AliasField::new(name);
    let visibility = RwSignal::new("public");
    use_title(|| rooms::CREATE_TITLE.to_owned());
    focus_when_drawn(NAME);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        form.begin();
        let is_public = visibility.get_untracked() == "public";
        let room_name = form.read(NAME, RoomName::try_from(name.get_untracked()));
        let room_topic = form.read(TOPIC, Topic::try_from(topic.get_untracked()));
        let room_alias = if is_public { alias.read(form) } else { None };
        let (Some(room_name), Some(room_topic), false) = (room_name, room_topic, form.focus_fault()) else {
            form.focus_fault();
            form.busy.set(false);
            return;
        };
        let visibility = if is_public { Visibility::Public } else { Visibility::Private };
        let room_topic = Some(room_topic).filter(|topic| !topic.as_str().is_empty());
        spawn_local(async move {
            match actions::create_room(app, room_name, room_alias, room_topic, visibility, Vec::new()).await {
                Ok(id) => navigator.replace(Page::Chat { id, details: false }),
                Err(failure) => form.fail(&failure),
            }
        });
    };
    view! {
        <main class="page" id="main" tabindex="-1" aria-labelledby="page-title">
            <header class="head">
                {back_link(Page::Discover.path(), strings::BACK)}
                <div class="t">
                    <h2 id="page-title" tabindex="-1">{rooms::CREATE_TITLE}</h2>
                    <p>{rooms::CREATE_LEDE}</p>
                </div>
            </header>
            <ConnectionBanner />
            <div class="page-body">
                <form class="form" novalidate on:submit=submit>
                    {form.error_view()}
                    <Field id=NAME label=rooms::NAME value=name placeholder=rooms::NAME_PLACEHOLDER fault=form.fault(NAME) on_input=move |()| form.clear(NAME) />
                    <Field id=TOPIC label=rooms::TOPIC_OPTIONAL value=topic help=rooms::TOPIC_HELP.to_owned() fault=form.fault(TOPIC) on_input=move |()| form.clear(TOPIC) />
                    <RadioCards name="visibility" legend=rooms::WHO choices=VISIBILITIES chosen=visibility on_choose=move |value| visibility.set(value) />
                    <div hidden=move || visibility.get() != "public">{alias.view(form)}</div>
                    <div class="acts">
                        <a class="btn ghost" href=Page::Discover.path()>{strings::CANCEL}</a>
                        <Button label=rooms::CREATE_ROOM class="primary" submit=true busy=form.busy />
                    </div>
                </form>
            </div>
        </main>
    }
    .into_any()
}

/// A short name that follows the name, until somebody writes another.
#[derive(Clone, Copy)]
pub struct AliasField {
    name: RwSignal<String>,
    typed: RwSignal<String>,
    /// Written by hand: it does not follow any more.
    own: RwSignal<bool>,
}

impl AliasField {
    pub fn new(name: RwSignal<String>) -> Self {
        let field = Self { name, typed: RwSignal::new(String::new()), own: RwSignal::new(false) };
        effect(move || {
            let suggested = suggestion(&name.read());
            if !field.own.get_untracked() {
                field.typed.set(suggested.unwrap_or_default());
            }
        });
        field
    }

    /// The chosen alias, or nothing to leave it to the server. A fault shows in the form.
    pub fn read(self, form: Form) -> Option<Alias> {
        let typed = self.typed.get_untracked();
        if typed.trim().is_empty() && !self.own.get_untracked() {
            return None;
        }
        form.read(ALIAS, Alias::try_from(typed))
    }

    pub fn view(self, form: Form) -> AnyView {
        let help = Signal::derive(move || {
            if self.name.with(|name| name.trim().is_empty()) && self.typed.with(String::is_empty) {
                return rooms::ALIAS_HELP.to_owned();
            }
            match self.typed.with(|typed| Alias::try_from(typed.as_str())) {
                Ok(alias) => rooms::alias_suggestion(alias.as_str()),
                Err(_) if self.typed.with(String::is_empty) => rooms::NO_ALIAS.to_owned(),
                Err(invalid) => invalid.message,
            }
        });
        let on_input = move |()| {
            form.clear(ALIAS);
            self.own.set(self.typed.with_untracked(|typed| !typed.is_empty()));
        };
        view! { <Field id=ALIAS label=rooms::ALIAS value=self.typed prefix="#" plain=true help=help fault=form.fault(ALIAS) on_input=on_input /> }.into_any()
    }
}

fn suggestion(name: &str) -> Option<String> {
    let name = RoomName::try_from(name).ok()?;
    Alias::suggested_by(&name).map(Alias::into_string)
}
