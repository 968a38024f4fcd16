//! The open conversation: its window, where the reader stands, what they have seen.

use shared_types::{ConversationId, Seq, Timestamp, message::Message};

use super::Model;
use crate::{
    outbox::Letter,
    preferences::OpensAt,
    receipts::Receipts,
    sync::Effect,
    timeline::{Beside, Divider, Edge, Row, Timeline, View, WINDOW_CAP, rows},
};

/// Which window of a conversation to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowPlace {
    Newest,
    Around(Seq),
    /// From the first message at or after this moment.
    At(Timestamp),
}

/// Where the reader is to stand once the rows are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    End,
    /// At the unread line.
    Unread,
    /// At this place; `flash` marks it.
    At {
        seq: Seq,
        flash: bool,
    },
    /// Where they are: the same rows were read anew.
    Stay,
}

/// What `open` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The window is there.
    Ready,
    /// It has to be read first.
    Loading,
}

/// The conversation that the reader looks at.
pub(super) struct Open {
    pub id: ConversationId,
    /// Frozen when it was opened.
    pub divider: Option<Divider>,
    /// The window that is being read, and where to stand then.
    pub awaiting: Option<(WindowPlace, Stand)>,
    pub older: Edge,
    pub newer: Edge,
    /// Where the log was when the reader left the end of the window; `None` while they stand there.
    pub left_end_at: Option<Seq>,
    /// About where the reader looks, as the view told last.
    pub looks_at: Option<Seq>,
    /// It was marked unread on purpose: nothing is read by looking at it until it is opened again.
    pub held: bool,
    /// It was opened by its address before the list was there, and is opened once more when it is known what is unread.
    pub blind: Option<(Option<Seq>, OpensAt)>,
}

impl Model {
    pub fn open_id(&self) -> Option<ConversationId> {
        self.open.as_ref().map(|open| open.id)
    }

    /// Opens a conversation at `target`, or at the first unread message or the end.
    pub fn open(&mut self, id: ConversationId, target: Option<Seq>, opens_at: OpensAt) -> Opened {
        if self.open_id() != Some(id) {
            self.close();
        }
        let unread = self.entries.get(&id).map(|entry| (entry.unread.read_seq(), entry.unread.count()));
        let divider = unread.filter(|(_, count)| *count > 0).map(|(after, count)| Divider { after, count });
        let (place, stand) = match (target, divider) {
            (Some(seq), _) => (WindowPlace::Around(seq), Stand::At { seq, flash: true }),
            (None, Some(divider)) if opens_at == OpensAt::FirstUnread => (WindowPlace::Around(divider.after.next()), Stand::Unread),
            _ => (WindowPlace::Newest, Stand::End),
        };
        self.open = Some(Open {
            id,
            divider,
            awaiting: None,
            older: Edge::More,
            newer: Edge::More,
            left_end_at: None,
            looks_at: None,
            held: false,
            blind: None,
        });
        self.want_receipts();
        self.touched.open = true;
        if self.awaits_news || (!self.is_loaded() && !self.entries.contains_key(&id)) {
            if let Some(open) = &mut self.open {
                open.blind = Some((target, opens_at));
            }
            return Opened::Loading;
        }
        if let Some(timeline) = self.timeline_mut(id) {
            timeline.divider = divider;
            let has_it = match place {
                WindowPlace::Around(seq) => timeline.covers(seq),
                WindowPlace::Newest | WindowPlace::At(_) => timeline.at_end(),
            };
            if has_it {
                self.keep(id);
                self.stand(stand);
                return Opened::Ready;
            }
        }
        self.read_window(place, stand);
        Opened::Loading
    }

    /// The list is there: what was opened before it is opened in earnest.
    pub(super) fn open_what_waits(&mut self) {
        if let Some((id, (target, opens_at))) = self.open.as_mut().and_then(|open| Some((open.id, open.blind.take()?))) {
            self.open(id, target, opens_at);
        }
    }

    /// The reader has left. A window that does not reach the end is of no use later.
    pub fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if let Some(timeline) = self.timeline_mut(open.id) {
            timeline.divider = None;
        }
        self.timelines.retain(|timeline| timeline.conversation_id != open.id || timeline.at_end());
        self.touched.open = true;
    }

    /// The rows of the open conversation; `None` while its window is not there.
    pub fn rows(&self, view: View) -> Option<Vec<Row>> {
        let id = self.open.as_ref().filter(|open| open.blind.is_none())?.id;
        let pending: Vec<&Letter> = self.outbox.letters_of(id).collect();
        let (nobody, entry) = (Receipts::default(), self.entries.get(&id));
        let receipts = entry.map_or(&nobody, |entry| &entry.receipts);
        self.timeline(id).map(|timeline| rows(timeline, Beside { pending: &pending, edits: &self.edits, receipts }, view))
    }

    /// The upper and the lower end of the open window.
    pub fn edges(&self) -> (Edge, Edge) {
        let Some(open) = &self.open else { return (Edge::More, Edge::More) };
        let Some(timeline) = self.timeline(open.id) else { return (Edge::Loading, Edge::Loading) };
        (if timeline.at_start() { Edge::Reached } else { open.older }, if timeline.at_end() { Edge::Reached } else { open.newer })
    }

    /// Messages of others since the reader left the end, and how many of them name the reader.
    pub fn fresh(&self) -> (u32, u32) {
        let fresh = self.open.as_ref().and_then(|open| Some(self.entries.get(&open.id)?.unread.after(open.left_end_at?)));
        fresh.unwrap_or_default()
    }

    /// To the newest message.
    pub fn jump_to_latest(&mut self) {
        let at_end = self.open_id().and_then(|id| self.timeline(id)).is_some_and(Timeline::at_end);
        if at_end {
            self.stand(Stand::End);
        } else {
            self.read_window(WindowPlace::Newest, Stand::End);
        }
    }

    /// To one message of the open conversation.
    pub fn jump_to(&mut self, seq: Seq) {
        let stand = Stand::At { seq, flash: true };
        if self.open_id().and_then(|id| self.timeline(id)).is_some_and(|timeline| timeline.covers(seq)) {
            self.stand(stand);
        } else {
            self.read_window(WindowPlace::Around(seq), stand);
        }
    }

    /// To the first message at or after a moment.
    pub fn jump_to_date(&mut self, at: Timestamp) {
        // The window tells for sure only if something in it is older.
        let inside = self.open_id().and_then(|id| self.timeline(id)).and_then(|timeline| {
            let starts_before = timeline.at_start() || timeline.messages().first().is_some_and(|first| first.created_at < at);
            timeline.at_or_after(at).filter(|_| starts_before).map(|message| message.seq)
        });
        match inside {
            Some(seq) => self.stand(Stand::At { seq, flash: true }),
            None => self.read_window(WindowPlace::At(at), Stand::End),
        }
    }

    /// Whether the newest row is in view.
    pub fn reader_is_at_end(&mut self, at_end: bool) {
        let applied = self.open_id().and_then(|id| self.entries.get(&id)).map(|entry| entry.log.applied());
        let Some(open) = &mut self.open else { return };
        let left_end_at = if at_end { None } else { open.left_end_at.or(applied) };
        if open.left_end_at != left_end_at {
            open.left_end_at = left_end_at;
            self.touched.open = true;
        }
        self.read_on();
    }

    /// Whoever stands at the end of a window that is not the end of the log reads on, without having to scroll.
    pub(super) fn read_on(&mut self) {
        let Some(open) = self.open.as_ref().filter(|open| open.left_end_at.is_none() && open.awaiting.is_none()) else { return };
        let (id, is_reading) = (open.id, open.newer != Edge::More);
        let ends_early = self.timeline(id).is_some_and(|timeline| !timeline.at_end());
        if ends_early && !is_reading && !self.effects.contains(&Effect::ReadNewer(id)) {
            self.effects.push(Effect::ReadNewer(id));
        }
    }

    /// About where the reader looks, so that a window that has to be read anew is read there.
    pub fn reader_looks_at(&mut self, seq: Seq) {
        if let Some(open) = &mut self.open {
            open.looks_at = Some(seq);
        }
    }

    /// A message of the log is to be seen in the windows that reach the end.
    pub(super) fn show(&mut self, id: ConversationId, message: &Message, is_news: bool) {
        let stays_at_end = self.open.as_ref().is_none_or(|open| open.id != id || open.left_end_at.is_none());
        let Some(timeline) = self.timeline_mut(id) else { return };
        if stays_at_end {
            timeline.push(message.seq, Some(message));
            timeline.trim_start();
        } else if timeline.messages().len() < WINDOW_CAP {
            timeline.push(message.seq, Some(message));
        } else {
            // The reader stands higher up in a full window: the far side is the end.
            timeline.cut_end();
        }
        self.touch_open(id);
        if stays_at_end {
            self.read_on();
        }
        if is_news && self.open_id() == Some(id) {
            self.touched.announced.push(message.clone());
        }
    }

    pub(super) fn touch_open(&mut self, id: ConversationId) {
        self.touched.open |= self.open_id() == Some(id);
    }

    pub(super) fn read_window(&mut self, place: WindowPlace, stand: Stand) {
        let Some(open) = &mut self.open else { return };
        open.awaiting = Some((place, stand));
        self.effects.push(Effect::ReadWindow { conversation_id: open.id, place });
        self.touched.open = true;
    }

    pub(super) fn stand(&mut self, stand: Stand) {
        if stand == Stand::Stay {
            self.touched.open = true;
            return;
        }
        // Whoever lands at the first unread message, or at one that was asked for, is not at the end.
        let applied = self.open_id().and_then(|id| self.entries.get(&id)).map(|entry| entry.log.applied());
        if let Some(open) = &mut self.open {
            open.left_end_at = if stand == Stand::End { None } else { open.left_end_at.or(applied) };
        }
        self.touched.landing = Some(stand);
        self.touched.open = true;
    }

    pub(super) fn timeline(&self, id: ConversationId) -> Option<&Timeline> {
        self.timelines.iter().find(|timeline| timeline.conversation_id == id)
    }

    pub(super) fn timeline_mut(&mut self, id: ConversationId) -> Option<&mut Timeline> {
        self.timelines.iter_mut().find(|timeline| timeline.conversation_id == id)
    }
}
