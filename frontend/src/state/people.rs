//! Everybody that the client has heard of, one signal per person.

use std::{collections::HashMap, rc::Rc};

use leptos::prelude::*;
use shared_types::{UserId, user::User};

#[derive(Clone, Copy)]
pub struct People {
    users: StoredValue<HashMap<UserId, ArcRwSignal<Option<User>>>>,
    /// Asked for and unknown; fetched together.
    wanted: StoredValue<Vec<UserId>>,
    on_wanted: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl People {
    pub(super) fn new() -> Self {
        Self { users: StoredValue::new(HashMap::new()), wanted: StoredValue::new(Vec::new()), on_wanted: StoredValue::new_local(None) }
    }

    /// A person as they are now. `None` for the moment in which somebody unknown is fetched.
    pub fn user(self, id: UserId) -> ReadSignal<Option<User>> {
        self.signal(id).read_only().into()
    }

    /// The display name, read reactively; empty for the moment in which somebody unknown is fetched.
    pub fn name(self, id: UserId) -> String {
        self.signal(id).with(|user| user.as_ref().map(|user| user.display_name.as_str().to_owned()).unwrap_or_default())
    }

    /// The signal, and a note for the next heartbeat of the page if nobody has told of this person.
    fn signal(self, id: UserId) -> ArcRwSignal<Option<User>> {
        let signal = self.slot(id);
        if signal.with_untracked(Option::is_none) {
            self.wanted.update_value(|wanted| {
                if wanted.is_empty() {
                    // After this turn of rendering, for all who were asked for in it.
                    let told = self.on_wanted;
                    leptos::task::spawn_local(async move {
                        if let Some(Some(told)) = told.try_get_value() {
                            told();
                        }
                    });
                }
                if !wanted.contains(&id) {
                    wanted.push(id);
                }
            });
        }
        signal
    }

    /// Whom to tell when somebody unknown is asked for.
    pub(crate) fn on_wanted(self, told: impl Fn() + 'static) {
        self.on_wanted.set_value(Some(Rc::new(told)));
    }

    pub(crate) fn take_wanted(self) -> Vec<UserId> {
        self.wanted.try_update_value(std::mem::take).unwrap_or_default()
    }

    pub(super) fn slot(self, id: UserId) -> ArcRwSignal<Option<User>> {
        self.users.try_update_value(|users| users.entry(id).or_default().clone()).unwrap_or_default()
    }

    /// Forgets everything, for the next person.
    pub(super) fn reset(self) {
        self.wanted.set_value(Vec::new());
        let users = self.users.try_update_value(std::mem::take).unwrap_or_default();
        for user in users.into_values() {
            user.set(None);
        }
    }
}
