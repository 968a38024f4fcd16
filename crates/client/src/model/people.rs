//! Who is who, from the stream and from answers, which may be older.

use shared_types::{UserId, user::User};

use super::Model;
use crate::sync::Effect;

impl Model {
    /// People as an answer tells of them, which may be older than what the stream has told.
    pub fn meet(&mut self, users: impl IntoIterator<Item = User>) {
        for user in users {
            if !self.streamed_users.contains(&user.id) {
                self.know(user);
            }
        }
    }

    /// People as they are now.
    pub(super) fn meet_by_stream(&mut self, users: impl IntoIterator<Item = User>) {
        for user in users {
            self.streamed_users.insert(user.id);
            self.know(user);
        }
    }

    /// A new name changes every place that shows it.
    pub(super) fn know(&mut self, user: User) {
        self.asked_users.remove(&user.id);
        if self.users.get(&user.id) != Some(&user) {
            if let Some(me) = self.me.as_mut().filter(|me| me.user.id == user.id) {
                me.user = user.clone();
                self.touched.me = true;
            }
            for entry in self.entries.values_mut() {
                let conversation = &mut entry.conversation;
                let mut shows = conversation.last_message.as_ref().is_some_and(|message| message.author_id == user.id);
                for person in conversation.people.iter_mut().filter(|person| person.id == user.id) {
                    person.clone_from(&user);
                    shows = true;
                }
                if shows {
                    self.touched.conversations.insert(conversation.id);
                }
            }
            self.touched.users.insert(user.id);
            self.users.insert(user.id, user);
        }
    }

    /// Asks for people whom nobody has told of.
    pub fn want_users(&mut self, ids: impl IntoIterator<Item = UserId>) {
        let unknown: Vec<UserId> =
            ids.into_iter().filter(|id| !self.users.contains_key(id)).filter(|id| self.asked_users.insert(*id)).collect();
        if !unknown.is_empty() {
            self.effects.push(Effect::ReadUsers(unknown));
        }
    }

    /// Those people could not be read.
    pub fn users_failed(&mut self, ids: Vec<UserId>) {
        for id in &ids {
            self.asked_users.remove(id);
        }
        self.owed_users.extend(ids);
    }
}
