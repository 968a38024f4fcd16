//! Editing and deleting: shown at once, confirmed or taken back when the server has answered.

use shared_types::{ConversationId, MessageId, Seq, message::Message, text::MessageBody};

use super::Model;
use crate::{
    edits::Wanted,
    timeline::{Timeline, is_newer},
};

impl Model {
    /// A message of the open window.
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.open_id().and_then(|open| self.timeline(open)).and_then(|timeline| timeline.message(id))
    }

    pub fn is_mine(&self, message: &Message) -> bool {
        Some(message.author_id) == self.my_id()
    }

    /// The author gives a message another text. False if it is being changed already.
    pub fn edit(&mut self, id: MessageId, body: MessageBody) -> bool {
        self.touched.open = true;
        self.edits.want(id, Wanted::Text(body))
    }

    /// A message is to be erased. False if it is being changed already.
    pub fn delete(&mut self, id: MessageId) -> bool {
        self.touched.open = true;
        self.edits.want(id, Wanted::Gone)
    }

    /// The server has made the change; the event of it comes, or has come, by the log.
    pub fn changed(&mut self, message: &Message) {
        self.edits.done(message.id);
        let id = message.conversation_id;
        if let Some(timeline) = self.timeline_mut(id) {
            timeline.amend(message);
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            // A page that was read before may still be on its way.
            entry.amended.note_answer(message);
            if let Some(last) = entry.conversation.last_message.as_mut().filter(|last| last.id == message.id && is_newer(message, last)) {
                last.clone_from(message);
            }
            self.touched.conversations.insert(id);
        }
        self.touched.open = true;
    }

    /// The server did not make the change: the message is what it was.
    pub fn change_failed(&mut self, id: MessageId) {
        self.edits.done(id);
        self.touched.open = true;
    }

    /// The reader's own newest message in the open window that is a text: what Arrow Up in an empty composer edits.
    pub fn last_editable(&self) -> Option<&Message> {
        let (id, me) = (self.open_id()?, self.my_id()?);
        let messages = self.timeline(id).map(Timeline::messages)?;
        messages
            .iter()
            .rev()
            .find(|message| message.author_id == me && matches!(message.content, shared_types::message::Content::Text { .. }))
    }

    /// Up to where the log of a conversation has been applied.
    pub fn applied(&self, id: ConversationId) -> Seq {
        self.entries.get(&id).map_or(Seq::START, |entry| entry.log.applied())
    }
}
