//! From messages to rows: days, the unread line, runs of one author, notices.

use shared_types::{
    Seq, Timestamp, UserId,
    message::{Content, Message},
};

use super::{
    Timeline,
    row::{Bubble, Notice, Row, RowKey, Sending, SystemRun},
};
use crate::{
    edits::{Edits, Wanted},
    outbox::Letter,
    receipts::{Reach, Receipts},
};

/// Messages of one author further apart than this are two runs.
const GROUP_WINDOW_MS: i64 = 5 * 60_000;

/// What rows depend on besides the window.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub now: Timestamp,
    pub connected: bool,
    /// The number of the local day of a moment.
    pub day_of: &'a dyn Fn(Timestamp) -> i64,
}

/// What is shown together with a window.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// The reader's own messages that are not in the window yet, in the order of writing.
    pub pending: &'a [&'a Letter],
    pub edits: &'a Edits,
    pub receipts: &'a Receipts,
}

/// The rows of a window, in the order of the screen. Pure: the same window gives the same rows.
pub fn rows(timeline: &Timeline, beside: Beside, view: View) -> Vec<Row> {
    let mut builder = Builder { rows: Vec::new(), last_day: None, run: None, me: timeline.me, beside, view };
    // Only if the window really holds the place: what comes right after it, or the very start.
    let divider = timeline.divider.filter(|divider| timeline.at_start() || timeline.after() <= divider.after);
    let mut unread = divider;
    for message in timeline.messages() {
        builder.day(message.created_at);
        if let Some(divider) = unread
            && message.seq > divider.after
            && message.author_id != timeline.me
            // Above one that was deleted too: the line stays where it is.
            && !matches!(message.content, Content::System { .. })
        {
            builder.unread(divider.count, message.created_at);
            unread = None;
        }
        builder.message(message);
    }
    if timeline.at_end() {
        for letter in beside.pending {
            if letter.stored().is_some_and(|message| timeline.contains(message.seq)) {
                continue;
            }
            builder.letter(letter);
        }
    }
    builder.finish()
}

/// The run of bubbles that the next one may join.
#[derive(Clone, Copy)]
struct Run {
    author: UserId,
    at: Timestamp,
}

struct Builder<'a> {
    rows: Vec<Row>,
    last_day: Option<i64>,
    run: Option<Run>,
    me: UserId,
    beside: Beside<'a>,
    view: View<'a>,
}

impl Builder<'_> {
    /// A day begins. Days only go forward: a wrong clock makes no second "Monday".
    fn day(&mut self, at: Timestamp) {
        let day = (self.view.day_of)(at);
        if self.last_day.is_none_or(|last| day > last) {
            self.last_day = Some(day);
            self.run = None;
            self.rows.push(Row::Day { day, at });
        }
    }

    fn unread(&mut self, count: u32, since: Timestamp) {
        self.run = None;
        self.rows.push(Row::Unread { count, since });
    }

    fn message(&mut self, message: &Message) {
        if let Content::System { change } = &message.content {
            let notice =
                Notice { id: message.id, seq: message.seq, author: message.author_id, at: message.created_at, change: change.clone() };
            self.run = None;
            match self.rows.last_mut() {
                Some(Row::System(run)) => run.notices.push(notice),
                _ => self.rows.push(Row::System(SystemRun { key: message.id.0, notices: vec![notice] })),
            }
            return;
        }
        let wanted = self.beside.edits.wanted(message.id);
        self.bubble(Bubble {
            // Two people may use one nonce; only our own are surely different.
            key: message.nonce.filter(|_| message.author_id == self.me).map_or(message.id.0, |nonce| nonce.0),
            id: Some(message.id),
            seq: Some(message.seq),
            nonce: message.nonce,
            author: message.author_id,
            mine: message.author_id == self.me,
            at: message.created_at,
            content: match wanted {
                Some(Wanted::Text(body)) => Content::Text { body: body.clone() },
                Some(Wanted::Gone) => Content::Deleted {},
                None => message.content.clone(),
            },
            version: message.version,
            edited_at: message.edited_at,
            mentions: message.mentions.clone(),
            changing: wanted.is_some(),
            reach: Reach::default(),
            newest: false,
            sending: Sending::Sent,
            first: true,
            last: true,
        });
    }

    fn letter(&mut self, letter: &Letter) {
        let stored = letter.stored();
        let at = stored.map_or(letter.written_at, |message| message.created_at);
        self.day(at);
        self.bubble(Bubble {
            key: letter.nonce.0,
            id: stored.map(|message| message.id),
            seq: stored.map(|message| message.seq),
            nonce: Some(letter.nonce),
            author: self.me,
            mine: true,
            at,
            content: Content::Text { body: letter.body.clone() },
            version: 0,
            edited_at: None,
            mentions: Vec::new(),
            changing: false,
            reach: Reach::default(),
            newest: false,
            sending: letter.sending(self.view.now, self.view.connected),
            first: true,
            last: true,
        });
    }

    fn bubble(&mut self, mut bubble: Bubble) {
        let joins = self.run.is_some_and(|run| run.author == bubble.author && bubble.at.since_ms(run.at).abs() <= GROUP_WINDOW_MS);
        if joins && let Some(Row::Bubble(previous)) = self.rows.last_mut() {
            previous.last = false;
            bubble.first = false;
        }
        self.run = Some(Run { author: bubble.author, at: bubble.at });
        self.rows.push(Row::Bubble(bubble));
    }

    /// How far the reader's own have come is told where a run of them ends.
    fn finish(mut self) -> Vec<Row> {
        let mut newest = true;
        for row in self.rows.iter_mut().rev() {
            let Row::Bubble(bubble) = row else { continue };
            if let Some(seq) = bubble.seq.filter(|_| bubble.mine && bubble.content.is_countable()) {
                bubble.newest = newest;
                if bubble.last || newest {
                    bubble.reach = self.beside.receipts.reach(seq, self.me);
                }
                newest = false;
            }
        }
        self.rows
    }
}

/// The row that shows this place, if one does.
pub fn key_of(rows: &[Row], seq: Seq) -> Option<RowKey> {
    rows.iter()
        .find(|row| match row {
            Row::Bubble(bubble) => bubble.seq == Some(seq),
            Row::System(run) => run.notices.iter().any(|notice| notice.seq == seq),
            Row::Day { .. } | Row::Unread { .. } => false,
        })
        .map(Row::key)
}

#[cfg(test)]
mod tests {
    use shared_types::{
        MessageId,
        message::{Change, Receipt},
    };

    use super::*;
    use crate::{
        outbox::{Carrier, Outbox},
        testing::{conversation_id, message, nonce, page_of, system, user},
        timeline::Divider,
    };

    const DAY_MS: i64 = 86_400_000;

    fn view(now: i64) -> View<'static> {
        View { now: Timestamp(now), connected: true, day_of: &|at| at.0.div_euclid(DAY_MS) }
    }

    fn window(messages: Vec<Message>) -> Timeline {
        let head = messages.last().map_or(0, |last| last.seq.0);
        Timeline::new(user(1), conversation_id(1), page_of(messages, 0, head, head), Seq(head))
    }

    /// The rows with these letters waiting.
    fn rows_with(timeline: &Timeline, pending: &[&Letter], view: View) -> Vec<Row> {
        rows(timeline, Beside { pending, edits: &Edits::default(), receipts: &Receipts::default() }, view)
    }

    /// `D` day, `U` unread, `[` and `]` the ends of a run, `.` its inside, `o` a run of one, a number for notices.
    fn picture(rows: &[Row]) -> String {
        rows.iter()
            .map(|row| match row {
                Row::Day { .. } => "D".to_owned(),
                Row::Unread { .. } => "U".to_owned(),
                Row::System(run) => run.notices.len().to_string(),
                Row::Bubble(bubble) => match (bubble.first, bubble.last) {
                    (true, true) => "o",
                    (true, false) => "[",
                    (false, false) => ".",
                    (false, true) => "]",
                }
                .to_owned(),
            })
            .collect()
    }

    fn said(seq: u64, author: u64, at_ms: i64) -> Message {
        Message { created_at: Timestamp(at_ms), ..message(1, seq, user(author), "hi") }
    }

    #[test]
    fn a_run_is_one_author_within_five_minutes_of_one_day() {
        let timeline = window(vec![
            said(1, 1, 0),
            said(2, 1, 300_000),
            said(3, 1, 600_000),
            said(4, 1, 900_001),
            said(5, 2, 900_002),
            said(6, 2, DAY_MS),
        ]);
        assert_eq!(picture(&rows_with(&timeline, &[], view(0))), "D[.]ooDo");
    }

    #[test]
    fn notices_gather_and_break_runs() {
        let timeline = window(vec![
            said(1, 1, 0),
            system(1, 2, user(2), Change::Joined {}),
            system(1, 3, user(3), Change::Joined {}),
            system(1, 4, user(4), Change::Joined {}),
            said(5, 1, 5),
        ]);
        let rows = rows_with(&timeline, &[], view(0));
        assert_eq!(picture(&rows), "Do3o");
        assert!(matches!(&rows[2], Row::System(run) if run.is_collapsed()));
    }

    #[test]
    fn the_unread_line_stands_above_the_first_unread_of_somebody_else_and_breaks_the_run() {
        let mut timeline = window(vec![said(1, 2, 0), said(2, 1, 1), said(3, 2, 2), said(4, 2, 3)]);
        timeline.divider = Some(Divider { after: Seq(1), count: 2 });
        assert_eq!(picture(&rows_with(&timeline, &[], view(0))), "DooU[]");
        timeline.divider = Some(Divider { after: Seq(3), count: 1 });
        assert_eq!(picture(&rows_with(&timeline, &[], view(0))), "DoooUo");
    }

    #[test]
    fn no_unread_line_where_the_first_unread_is_not_loaded() {
        let page = page_of(vec![said(10, 2, 0), said(11, 2, 1)], 9, 11, 11);
        let mut timeline = Timeline::new(user(1), conversation_id(1), page, Seq(11));
        timeline.divider = Some(Divider { after: Seq(4), count: 7 });
        assert_eq!(picture(&rows_with(&timeline, &[], view(0))), "D[]");
        timeline.divider = Some(Divider { after: Seq(9), count: 2 });
        assert_eq!(picture(&rows_with(&timeline, &[], view(0))), "DU[]");
    }

    #[test]
    fn a_pending_message_keeps_its_row_when_it_is_stored_and_read_back() {
        let mut outbox = Outbox::default();
        outbox.post(conversation_id(1), nonce(9), "hi".try_into().unwrap(), Timestamp(1_000)).unwrap();
        outbox.take_due(Carrier::Socket, Timestamp(1_000));
        let mut timeline = window(vec![said(1, 1, 0)]);
        let shown = |timeline: &Timeline, outbox: &Outbox| {
            let letters: Vec<&Letter> = outbox.letters().iter().collect();
            rows_with(timeline, &letters, view(1_000))
        };
        let before = shown(&timeline, &outbox);
        assert_eq!(picture(&before), "D[]");
        assert!(matches!(&before[2], Row::Bubble(bubble) if bubble.sending == Sending::Fresh && bubble.id.is_none()));

        let stored = Message { nonce: Some(nonce(9)), ..said(2, 1, 1_005) };
        outbox.stored(nonce(9), &stored);
        let acked = shown(&timeline, &outbox);
        timeline.push(stored.seq, Some(&stored));
        let read_back = shown(&timeline, &outbox);
        for after in [&acked, &read_back] {
            assert_eq!(after.iter().map(Row::key).collect::<Vec<_>>(), before.iter().map(Row::key).collect::<Vec<_>>());
        }
        assert!(matches!(&acked[2], Row::Bubble(bubble) if bubble.sending == Sending::Sent && bubble.id.is_some()));
        assert_eq!(acked, read_back);
    }

    #[test]
    fn a_window_in_the_past_shows_no_pending_messages() {
        let mut outbox = Outbox::default();
        outbox.post(conversation_id(1), nonce(9), "mine".try_into().unwrap(), Timestamp(0)).unwrap();
        let page = page_of(vec![said(1, 2, 0)], 0, 1, 5);
        let timeline = Timeline::new(user(1), conversation_id(1), page, Seq(5));
        let letters: Vec<&Letter> = outbox.letters().iter().collect();
        assert_eq!(picture(&rows_with(&timeline, &letters, view(0))), "Do");
    }

    #[test]
    fn keys_are_unique_whatever_the_clocks_say() {
        let timeline = window(vec![said(1, 1, 3 * DAY_MS), said(2, 2, DAY_MS), said(3, 1, 3 * DAY_MS)]);
        let rows = rows_with(&timeline, &[], view(0));
        let mut keys: Vec<RowKey> = rows.iter().map(Row::key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), rows.len());
    }

    #[test]
    fn an_edit_or_a_deletion_moves_no_row() {
        let mut timeline = window(vec![said(1, 2, 0), said(2, 2, 1), said(3, 1, 2)]);
        timeline.divider = Some(Divider { after: Seq(0), count: 2 });
        let keys = |timeline: &Timeline| rows_with(timeline, &[], view(0)).iter().map(Row::key).collect::<Vec<_>>();
        let before = keys(&timeline);
        timeline.amend(&Message { version: 1, edited_at: Some(Timestamp(9)), ..message(1, 2, user(2), "other") });
        timeline.amend(&Message { content: Content::Deleted {}, ..said(1, 2, 0) });
        assert_eq!(keys(&timeline), before, "the unread line stays above what was deleted");
    }

    #[test]
    fn a_change_of_ones_own_shows_before_the_server_has_it() {
        let timeline = window(vec![said(1, 1, 0), said(2, 1, 1)]);
        let mut edits = Edits::default();
        edits.want(timeline.messages()[0].id, Wanted::Gone);
        edits.want(timeline.messages()[1].id, Wanted::Text("new".try_into().unwrap()));
        assert!(!edits.want(MessageId(timeline.messages()[1].id.0), Wanted::Gone), "one change at a time");
        let rows = rows(&timeline, Beside { pending: &[], edits: &edits, receipts: &Receipts::default() }, view(0));
        let shown: Vec<&Content> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Bubble(bubble) if bubble.changing => Some(&bubble.content),
                _ => None,
            })
            .collect();
        assert_eq!(shown, [&Content::Deleted {}, &Content::Text { body: "new".try_into().unwrap() }]);
    }

    #[test]
    fn how_far_it_came_is_told_at_the_end_of_a_run_of_ones_own() {
        let timeline = window(vec![said(1, 1, 0), said(2, 1, 1), said(3, 2, 2), said(4, 1, 3)]);
        let mut receipts = Receipts::default();
        receipts.read(&[Receipt { user_id: user(2), delivered_seq: Seq(4), read_seq: Seq(3) }]);
        let rows = rows(&timeline, Beside { pending: &[], edits: &Edits::default(), receipts: &receipts }, view(0));
        let told: Vec<(u32, u32, bool)> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Bubble(bubble) if bubble.mine => Some((bubble.reach.delivered, bubble.reach.read, bubble.newest)),
                _ => None,
            })
            .collect();
        assert_eq!(told, [(0, 0, false), (1, 1, false), (1, 0, true)]);
    }
}
