//! Writing: drafts, and letters on their way out.

use shared_types::{ConversationId, ErrorCode, Nonce, Timestamp, message::Message, text::MessageBody, ws::Event};

use super::Model;
use crate::{
    draft::keepable,
    outbox::{Carrier, Dispatch, Full, Letter, Outbox},
};

impl Model {
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// What the composer of a conversation holds, for the list.
    pub fn draft_is(&mut self, id: ConversationId, text: &str) {
        let text = keepable(text);
        let known = self.drafts.get(&id).map_or("", String::as_str);
        if known != text {
            self.drafts.insert(id, text.to_owned());
            self.touched.conversations.insert(id);
        }
    }

    /// A person lets go of a message. It is on screen from now on.
    pub fn send(&mut self, id: ConversationId, nonce: Nonce, body: MessageBody, now: Timestamp) -> Result<(), Full> {
        self.outbox.post(id, nonce, body, now)?;
        self.letter_changed(nonce, id);
        Ok(())
    }

    /// A letter that was kept over a reload.
    pub fn restore(&mut self, letter: Letter) {
        let id = letter.conversation_id;
        self.outbox.restore(letter);
        self.touched.conversations.insert(id);
        self.touch_open(id);
    }

    /// What has to leave now.
    pub fn take_due(&mut self, carrier: Carrier, now: Timestamp) -> Vec<Dispatch> {
        self.outbox.take_due(carrier, now)
    }

    /// Time has passed: marks on rows, and letters to give up.
    pub fn tick_outbox(&mut self, now: Timestamp, connected: bool) {
        if self.outbox.sweep(now, connected) {
            let failed: Vec<(Nonce, ConversationId)> = self
                .outbox
                .letters()
                .iter()
                .filter(|letter| letter.refusal.is_some())
                .map(|letter| (letter.nonce, letter.conversation_id))
                .collect();
            for (nonce, id) in failed {
                self.letter_changed(nonce, id);
            }
        }
        self.touched.open |= self.open_id().is_some_and(|id| self.outbox.letters_of(id).next().is_some());
    }

    pub fn socket_lost(&mut self) {
        self.outbox.socket_lost();
    }

    pub fn socket_live(&mut self) {
        self.outbox.socket_live();
    }

    /// The server has stored a message: by `ack`, or by the answer to a POST.
    pub fn message_stored(&mut self, nonce: Nonce, message: Message) {
        let id = message.conversation_id;
        if self.outbox.stored(nonce, &message) {
            self.letter_changed(nonce, id);
        }
        let place = message.seq;
        self.hear(Event::Message { message });
        // Nobody follows this log, or it is further already: then the letter has no more to wait for.
        let is_done = self.entries.get(&id).is_none_or(|entry| entry.log.applied() >= place);
        if is_done && self.outbox.remove(nonce).is_some() {
            self.letter_changed(nonce, id);
        }
    }

    /// The server did not take a message.
    pub fn message_refused(&mut self, nonce: Nonce, code: ErrorCode) {
        self.outbox.refused(nonce, code);
        if let Some(id) = self.outbox.letter(nonce).map(|letter| letter.conversation_id) {
            self.letter_changed(nonce, id);
        }
    }

    /// A message could not be sent and goes again later.
    pub fn message_put_off(&mut self, nonce: Nonce, after_ms: Option<i64>, now: Timestamp) {
        self.outbox.put_off(nonce, after_ms, now);
    }

    /// "Try again".
    pub fn retry(&mut self, nonce: Nonce, now: Timestamp) {
        self.outbox.retry(nonce, now);
        if let Some(id) = self.outbox.letter(nonce).map(|letter| letter.conversation_id) {
            self.letter_changed(nonce, id);
        }
    }

    /// Takes a letter out: its author discards it, or another tab has sent it.
    pub fn discard(&mut self, nonce: Nonce) {
        if let Some(letter) = self.outbox.remove(nonce) {
            self.letter_changed(nonce, letter.conversation_id);
        }
    }

    pub(super) fn refuse_all(&mut self, id: ConversationId, code: ErrorCode) {
        let nonces: Vec<Nonce> = self.outbox.letters_of(id).map(|letter| letter.nonce).collect();
        for nonce in nonces {
            self.message_refused(nonce, code);
        }
    }

    fn letter_changed(&mut self, nonce: Nonce, id: ConversationId) {
        self.touched.letters.insert(nonce);
        self.touched.conversations.insert(id);
        self.touch_open(id);
    }
}

/// Whether a message that was refused with this code goes again by itself.
pub fn may_pass(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::RateLimited
            | ErrorCode::Unavailable
            | ErrorCode::StorageFull
            | ErrorCode::Internal
            | ErrorCode::Unauthenticated
            | ErrorCode::TokenExpired
            | ErrorCode::SessionEnded
            | ErrorCode::Unknown
    )
}
