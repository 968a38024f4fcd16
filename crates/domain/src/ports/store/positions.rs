//! How far members have received and read.

use async_trait::async_trait;
use shared_types::{
    ConversationId, Seq, UserId,
    message::{PlacedPosition, ReadPosition, Receipt},
    ws::Head,
};

use super::StoreError;
use crate::Membership;

/// Where one member stands. Reading is ordered by (`read_rev`, `read_seq`); received is at least what was read once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub read_seq: Seq,
    pub read_rev: u32,
    pub delivered_seq: Seq,
}

/// How the reader's position is to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMove {
    /// What was seen; counts if it is further, and if the reader knew of the last time the position was moved back.
    Forward { seq: Seq, rev: Option<u32> },
    /// Exactly there. Back needs a new revision.
    Place { seq: Seq },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Move {
    pub read: Option<ReadMove>,
    pub delivered: Option<Seq>,
}

impl Position {
    /// This position after a move, in a conversation that reaches to `head`.
    #[must_use]
    pub fn after(mut self, step: Move, head: Seq) -> Self {
        match step.read {
            Some(ReadMove::Forward { seq, rev }) if rev.is_none_or(|rev| rev >= self.read_rev) => {
                self.read_seq = self.read_seq.max(seq.min(head));
            }
            Some(ReadMove::Place { seq }) if seq.min(head) < self.read_seq => {
                self.read_seq = seq;
                self.read_rev += 1;
            }
            Some(ReadMove::Place { seq }) => self.read_seq = seq.min(head),
            Some(ReadMove::Forward { .. }) | None => {}
        }
        let delivered = step.delivered.unwrap_or_default().min(head);
        self.delivered_seq = self.delivered_seq.max(delivered).max(self.read_seq);
        self
    }
}

/// A move on its way to the writer.
#[derive(Clone, Copy, Debug)]
pub struct MovePosition {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    pub step: Move,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    pub member: Membership,
    pub before: Position,
    pub now: Position,
    pub member_count: u32,
    pub shares_receipts: bool,
}

#[async_trait]
pub trait PositionRows {
    /// The reader's position with what is unread behind it.
    async fn read_position(&mut self, member: &Membership) -> Result<ReadPosition, StoreError>;

    /// All of a person's conversations: where each stands, and where the person stands in it.
    async fn positions_of(&mut self, user: UserId) -> Result<Vec<(Membership, Head, Position)>, StoreError>;

    /// Moves every position of a person that is not at its conversation's head there. Answers where they were.
    async fn read_everything(&mut self, user: UserId) -> Result<Vec<PlacedPosition>, StoreError>;

    /// What members who share theirs have received and read, without the asker; at most `limit`.
    async fn receipts(&mut self, member: &Membership, limit: u32) -> Result<Vec<Receipt>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_goes_forward_and_back_only_by_a_new_revision() {
        let forward = |seq, rev| Move { read: Some(ReadMove::Forward { seq: Seq(seq), rev }), delivered: None };
        let at = Position::default().after(forward(5, None), Seq(9));
        assert_eq!((at.read_seq, at.read_rev, at.delivered_seq), (Seq(5), 0, Seq(5)));
        assert_eq!(at.after(forward(3, Some(0)), Seq(9)), at);
        assert_eq!(at.after(forward(99, None), Seq(9)).read_seq, Seq(9), "past the head means the head");
        let back = at.after(Move { read: Some(ReadMove::Place { seq: Seq(2) }), delivered: None }, Seq(9));
        assert_eq!((back.read_seq, back.read_rev, back.delivered_seq), (Seq(2), 1, Seq(5)));
        assert_eq!(back.after(forward(5, Some(0)), Seq(9)), back, "a device that did not know of it");
        assert_eq!(back.after(forward(5, Some(1)), Seq(9)).read_seq, Seq(5));
    }
}
