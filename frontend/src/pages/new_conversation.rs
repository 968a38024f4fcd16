//! A new direct message or group: choose people, write the first words.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{UserId, limits, text::RoomName};

use crate::{
    actions, browser,
    components::{
        composer::Composer,
        connection::ConnectionBanner,
        form::Form,
        people_picker::{Chosen, PeoplePicker},
        title::use_title,
    },
    pages::{Page, address, use_navigator},
    state::{AppState, DraftPlace, use_app},
    strings::{self, chat, people as words},
    ui::{button::back_link, field::Field},
};

const PICKER: &str = "to";
const GROUP_NAME: &str = "group-name";

#[component]
pub fn NewConversation() -> AnyView {
    let app = use_app();
    let navigator = use_navigator();
    let chosen = Chosen::new(limits::MEMBERS_PER_CALL);
    let form = Form::new(&[("name", GROUP_NAME)]);
    let group_name = RwSignal::new(String::new());
    use_title(|| words::NEW_CONVERSATION.to_owned());
    choose_from_link(app, chosen);

    let place = Signal::derive(move || DraftPlace::New(chosen.ids()));
    let names = Signal::derive(move || {
        chosen.people.with(|people| {
            let shown: Vec<String> = people.iter().take(3).map(|person| person.display_name.to_string()).collect();
            if people.is_empty() { String::new() } else { chat::names(&shown, people.len() - shown.len()) }
        })
    });
    let is_group = Memo::new(move |_| chosen.people.with(Vec::len) > 1);
    let reason = Signal::derive(move || chosen.people.with(Vec::is_empty).then(|| words::CHOOSE_FIRST.to_owned()));
    // Chosen: on to the words, or to the conversation if there is one already.
    let done = move |()| {
        let ids = chosen.ids();
        match ids.as_slice() {
            [only] => match actions::direct_with(app, *only) {
                Some(id) => navigator.replace(Page::Chat { id, details: false }),
                None => {
                    browser::focus("composer");
                }
            },
            _ => {
                browser::focus("composer");
            }
        }
    };
    let send = move |text: String| {
        let name = group_name.get_untracked();
        let name = if is_group.get_untracked() && !name.trim().is_empty() {
            match form.read(GROUP_NAME, RoomName::try_from(name)) {
                Some(name) => Some(name),
                None => return false,
            }
        } else {
            None
        };
        form.begin();
        let people = chosen.ids();
        spawn_local(async move {
            match actions::start_conversation(app, people, name, &text).await {
                Ok(id) => {
                    actions::set_draft(app, &place.get_untracked(), "");
                    navigator.replace(Page::Chat { id, details: false });
                }
                Err(failure) => form.fail(&failure),
            }
        });
        false
    };
    view! {
        <main class="chat" id="main" tabindex="-1" aria-labelledby="page-title">
            <header class="head">
                {back_link(Page::Home.path(), strings::BACK_TO_CHATS)}
                <div class="t">
                    <h2 id="page-title" tabindex="-1">{words::NEW_CONVERSATION}</h2>
                    <p>{words::NEW_LEDE}</p>
                </div>
            </header>
            <ConnectionBanner />
            <section class="log start" aria-label=words::TO.label>
                <div class="col top">
                    {form.error_view()}
                    <PeoplePicker id=PICKER words=words::TO chosen=chosen on_done=done />
                    <div hidden=move || !is_group.get()>
                        <Field id=GROUP_NAME label=words::GROUP_NAME value=group_name help=words::GROUP_NAME_HELP.to_owned() fault=form.fault(GROUP_NAME) />
                    </div>
                    <p class="hint">{words::STARTS_WITH_MESSAGE}</p>
                </div>
            </section>
            <Composer place=place title=names on_send=send reason=reason busy=form.busy />
        </main>
    }
    .into_any()
}

/// `/new?to=…` names people by id, separated by commas.
fn choose_from_link(app: AppState, chosen: Chosen) {
    let Some(to) = address::query("to") else {
        return;
    };
    for id in to.split(',').filter_map(|id| id.parse::<UserId>().ok()) {
        spawn_local(async move {
            if let Ok(person) = actions::load_user(app, id).await {
                chosen.people.try_update(|people| {
                    if people.iter().all(|known| known.id != person.id) {
                        people.push(person);
                    }
                });
            }
        });
    }
}
