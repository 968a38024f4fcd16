//! Changes of the reader's own messages that the server has not confirmed. They show at once and are taken back with a reason.

use shared_types::{MessageId, text::MessageBody};

/// What a message is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Text(MessageBody),
    Gone,
}

/// At most one per message, and few at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    wanted: Vec<(MessageId, Wanted)>,
}

impl Edits {
    /// Answers false if another change of this message is under way.
    pub fn want(&mut self, id: MessageId, wanted: Wanted) -> bool {
        let is_free = self.wanted(id).is_none();
        if is_free {
            self.wanted.push((id, wanted));
        }
        is_free
    }

    pub fn wanted(&self, id: MessageId) -> Option<&Wanted> {
        self.wanted.iter().find(|(of, _)| *of == id).map(|(_, wanted)| wanted)
    }

    /// The server has answered.
    pub fn done(&mut self, id: MessageId) {
        self.wanted.retain(|(of, _)| *of != id);
    }
}
