//! Finds people by the first letters of a name, and keeps who was chosen.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{UserId, user::User};

use super::face::{twin_mark, user_face};
use crate::ui::reactive::effect;
use crate::{
    actions,
    state::{AppState, use_app},
    strings::people as words,
    ui::combo::{Candidate, Chip, Picker, PickerWords},
};

/// So many are shown; who is not among them is found by another letter.
const SHOWN: u32 = 8;
/// A pause this short between letters is not worth a question to the server.
const PAUSE_MS: u64 = 80;

/// Who was chosen, and who may be.
#[derive(Clone, Copy)]
pub struct Chosen {
    pub people: RwSignal<Vec<User>>,
    most: usize,
}

impl Chosen {
    pub fn new(most: usize) -> Self {
        Self { people: RwSignal::new(Vec::new()), most }
    }

    pub fn ids(self) -> Vec<UserId> {
        self.people.with(|people| people.iter().map(|person| person.id).collect())
    }

    fn has(self, id: UserId) -> bool {
        self.people.with(|people| people.iter().any(|person| person.id == id))
    }
}

#[component]
pub fn PeoplePicker(
    id: &'static str,
    words: PickerWords,
    chosen: Chosen,
    /// People who cannot be chosen because they belong already.
    #[prop(optional, into)]
    without: Signal<Vec<UserId>>,
    /// Enter in the empty field.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> AnyView {
    let app = use_app();
    let query = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<User>::new());
    let failed = RwSignal::new(false);
    let is_full = move || chosen.people.with(Vec::len) >= chosen.most;
    let searching = RwSignal::new(true);
    search_as_typed(app, query, found, failed, searching);

    let listed = move |id: UserId| !app.is_me(id) && without.with(|without| !without.contains(&id));
    let candidates = Signal::derive_local(move || {
        found.with(|found| {
            found.iter().filter(|person| listed(person.id)).map(|person| candidate(person, chosen.has(person.id))).collect::<Vec<_>>()
        })
    });
    let chips = Signal::derive_local(move || chosen.people.with(|people| people.iter().map(chip).collect::<Vec<_>>()));
    let toggle = move |key: String| {
        let Ok(id) = key.parse::<UserId>() else {
            return;
        };
        if chosen.has(id) {
            chosen.people.update(|people| people.retain(|person| person.id != id));
        } else if let Some(person) = found.with_untracked(|found| found.iter().find(|person| person.id == id).cloned())
            && chosen.people.with_untracked(Vec::len) < chosen.most
        {
            chosen.people.update(|people| people.push(person));
        }
    };
    let status = Signal::derive(move || {
        let count = found.with(|found| found.iter().filter(|person| listed(person.id)).count());
        if failed.get() {
            words::SEARCH_FAILED.to_owned()
        } else if is_full() {
            words::FULL.to_owned()
        } else if searching.get() {
            String::new()
        } else if count > 0 {
            words::found(count)
        } else if query.with(|query| query.trim().is_empty()) {
            words::NOBODY_YET.to_owned()
        } else {
            words::NOBODY_MATCHES.to_owned()
        }
    });
    view! {
        <Picker
            id=id
            words=words
            query=query
            candidates=candidates
            chips=chips
            on_toggle=toggle
            on_done=on_done.unwrap_or_else(|| Callback::new(|()| ()))
            searching=searching
            status=status
        />
    }
    .into_any()
}

/// Asks the server a moment after each letter; a late answer to an older question is not shown.
fn search_as_typed(app: AppState, query: RwSignal<String>, found: RwSignal<Vec<User>>, failed: RwSignal<bool>, searching: RwSignal<bool>) {
    let serial = StoredValue::new(0_u32);
    let mut is_first = true;
    effect(move || {
        let asked = query.get();
        serial.update_value(|serial| *serial += 1);
        searching.set(true);
        let mine = serial.get_value();
        let ask = move || {
            if serial.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                let answer = actions::search_users(app, &asked, SHOWN).await;
                if serial.try_get_value() != Some(mine) {
                    return;
                }
                failed.set(answer.is_err());
                if let Ok(users) = answer {
                    found.set(users);
                }
                searching.set(false);
            });
        };
        // The first list, of an empty field, need not wait.
        let pause = if is_first { 0 } else { PAUSE_MS };
        is_first = false;
        set_timeout(ask, std::time::Duration::from_millis(pause));
    });
}

fn candidate(person: &User, picked: bool) -> Candidate {
    let shown = person.clone();
    Candidate { key: person.id.to_string(), picked, view: ViewFn::from(move || person_line(&shown)) }
}

fn chip(person: &User) -> Chip {
    let shown = person.clone();
    Chip { key: person.id.to_string(), name: person.display_name.to_string(), face: ViewFn::from(move || user_face(&shown, "xs")) }
}

/// Face, name and username, as lists of people show them.
pub fn person_line(person: &User) -> AnyView {
    view! {
        {user_face(person, "")}
        <span class="t">
            <b dir="auto">{person.display_name.to_string()} {twin_mark(person)}</b>
            <small>{format!("@{}", person.username)}</small>
        </span>
    }
    .into_any()
}
