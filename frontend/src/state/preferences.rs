//! How the client looks and behaves on this device; all tabs agree.

use client::preferences::Preferences;
use leptos::prelude::*;

use crate::browser;

const KEY: &str = "parlance.preferences";

#[derive(Clone, Copy)]
pub struct PreferencesState {
    pub now: RwSignal<Preferences>,
}

impl PreferencesState {
    pub(super) fn new() -> Self {
        let preferences = browser::stored::<Preferences>(KEY).unwrap_or_default();
        browser::dress(&preferences);
        Self { now: RwSignal::new(preferences) }
    }

    /// Changes them here, at once, and in the other tabs.
    pub fn change(self, change: impl FnOnce(&mut Preferences)) {
        let mut preferences = self.now.get_untracked();
        change(&mut preferences);
        browser::store(KEY, &preferences);
        self.wear(preferences);
    }

    /// Another tab changed them.
    pub(crate) fn reread(self, key: &str) {
        if key == KEY {
            self.wear(browser::stored::<Preferences>(KEY).unwrap_or_default());
        }
    }

    fn wear(self, preferences: Preferences) {
        browser::dress(&preferences);
        self.now.set(preferences);
    }
}
