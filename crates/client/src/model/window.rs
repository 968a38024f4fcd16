//! The window of the open conversation: what was read comes in here, page by page.

use shared_types::{ConversationId, Seq, message::MessagePage, ws::EventPage};

use super::{
    Model, Stand, WindowPlace,
    following::{mentioned_in, place_of},
};
use crate::timeline::{Edge, PAGE, Timeline};

/// Windows that are kept while others are open.
pub(super) const KEPT_WINDOWS: usize = 30;

impl Model {
    /// Where a window that was asked for has to be read.
    pub fn awaited(&self) -> Option<(ConversationId, WindowPlace)> {
        self.open.as_ref().and_then(|open| open.awaiting.map(|(place, _)| (open.id, place)))
    }

    /// The answer to [`crate::sync::Effect::ReadWindow`]. One that nobody waits for any more is ignored.
    pub fn window_read(&mut self, id: ConversationId, place: WindowPlace, mut page: MessagePage) {
        let Some(me) = self.my_id() else { return };
        if self.lost.contains(&id) {
            return self.window_failed();
        }
        let stand = match &mut self.open {
            Some(open) if open.id == id && open.awaiting.is_some_and(|(awaited, _)| awaited == place) => {
                let awaited = open.awaiting.take();
                (open.older, open.newer) = (Edge::More, Edge::More);
                awaited.map(|(_, stand)| stand)
            }
            _ => return,
        };
        if page.messages.is_empty() && !page.at_start && place != WindowPlace::Newest {
            // Nothing at or after that place: the end is nearest.
            return self.read_window(WindowPlace::Newest, Stand::End);
        }
        if !self.renew(id, &mut page) {
            return self.read_window(place, stand.unwrap_or(Stand::Stay));
        }
        self.learn(id, &page);
        if !self.entries.contains_key(&id) {
            // Whether it is ours, and nobody told: else nothing would keep this window up to date.
            self.want_conversation(id);
        }
        let head = self.entries.get(&id).map_or(page.head_seq, |entry| entry.log.applied());
        let first = page.messages.first().map(|message| message.seq);
        match self.timeline_mut(id) {
            Some(timeline) => timeline.replace(page, head),
            None => self.timelines.push(Timeline::new(me, id, page, head)),
        }
        let divider = self.open.as_ref().and_then(|open| open.divider);
        if let Some(timeline) = self.timeline_mut(id) {
            timeline.divider = divider;
        }
        self.keep(id);
        self.settle(id);
        self.touched.open = true;
        match (place, stand, first) {
            (WindowPlace::At(_), Some(_), Some(seq)) => self.stand(Stand::At { seq, flash: true }),
            (_, Some(stand), _) => self.stand(stand),
            _ => {}
        }
        self.overtaken(id);
    }

    /// The window could not be read.
    pub fn window_failed(&mut self) {
        if let Some(open) = &mut self.open {
            open.awaiting = None;
            self.touched.open = true;
        }
    }

    /// The reader comes near the upper end. Answers from where to read, if there is something to read.
    pub fn wants_older(&mut self) -> Option<(ConversationId, Seq)> {
        let id = self.open_id()?;
        let timeline = self.timeline(id)?;
        let before = Some(timeline.after().next()).filter(|_| !timeline.at_start())?;
        let open = self.open.as_mut().filter(|open| open.older != Edge::Loading && open.awaiting.is_none())?;
        open.older = Edge::Loading;
        self.touched.open = true;
        Some((id, before))
    }

    /// The page before the window; `None` if it could not be read.
    pub fn older_read(&mut self, id: ConversationId, page: Option<MessagePage>) {
        let edge = if page.is_some() { Edge::More } else { Edge::Failed };
        if let Some(mut page) = page
            && self.renew(id, &mut page)
        {
            self.learn(id, &page);
            if let Some(timeline) = self.timeline_mut(id) {
                timeline.prepend(page);
            }
            self.settle(id);
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            open.older = edge;
            self.touched.open = true;
        }
    }

    /// The reader comes near the lower end of a window that does not reach the newest message.
    pub fn wants_newer(&mut self) -> Option<(ConversationId, Seq)> {
        let id = self.open_id()?;
        let timeline = self.timeline(id)?;
        let after = Some(timeline.through()).filter(|_| !timeline.at_end())?;
        let open = self.open.as_mut().filter(|open| open.newer != Edge::Loading && open.awaiting.is_none())?;
        open.newer = Edge::Loading;
        self.touched.open = true;
        Some((id, after))
    }

    /// The page after the window; `None` if it could not be read.
    pub fn newer_read(&mut self, id: ConversationId, page: Option<MessagePage>) {
        let edge = if page.is_some() { Edge::More } else { Edge::Failed };
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            open.newer = edge;
            self.touched.open = true;
        }
        let Some(mut page) = page else { return };
        if !self.renew(id, &mut page) {
            return self.read_on();
        }
        self.learn(id, &page);
        let reached_end = page.at_end;
        let head = self.entries.get(&id).map_or(page.head_seq, |entry| entry.log.applied());
        if let Some(timeline) = self.timeline_mut(id) {
            timeline.append(page, head);
        }
        self.settle(id);
        if reached_end {
            self.overtaken(id);
        }
        self.read_on();
    }

    /// Whether the log of a conversation still has a hole after this place.
    pub fn wants_log(&mut self, id: ConversationId, after: Seq) -> bool {
        let Some(entry) = self.entries.get_mut(&id) else { return false };
        if entry.log.has_hole() && entry.log.applied() == after {
            return true;
        }
        // It moved meanwhile: look anew.
        entry.log.reading = false;
        self.fill(id);
        false
    }

    /// The answer to [`crate::sync::Effect::ReadLog`].
    pub fn log_read(&mut self, id: ConversationId, after: Seq, page: EventPage) {
        self.meet(page.users.iter().cloned());
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let news = entry.log.read(after, page);
        self.apply_all(id, news);
        self.settle(id);
        self.fill(id);
    }

    /// The log could not be read. The next heartbeat, event or connection asks again.
    pub fn log_failed(&mut self, id: ConversationId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.log.reading = false;
        }
    }

    /// The open window was at its end and the log has gone on without it: read on.
    pub(super) fn overtaken(&mut self, id: ConversationId) {
        let Some(open) = self.open.as_ref().filter(|open| open.id == id && open.awaiting.is_none()) else { return };
        let (stays_at_end, is_reading) = (open.left_end_at.is_none(), open.newer == Edge::Loading);
        let Some(timeline) = self.timeline(id) else { return };
        let applied = self.entries.get(&id).map_or(Seq::START, |entry| entry.log.applied());
        let behind = applied.0.saturating_sub(timeline.through().0);
        if timeline.at_end() || !stays_at_end || behind == 0 || is_reading {
            return;
        }
        if behind > u64::from(PAGE) {
            self.read_window(WindowPlace::Newest, Stand::End);
        } else {
            self.read_on();
        }
    }

    /// A page may have been read before what is known here by now. False if it is too old to tell.
    pub(super) fn renew(&self, id: ConversationId, page: &mut MessagePage) -> bool {
        self.entries.get(&id).is_none_or(|entry| entry.amended.renew(page))
    }

    /// What a page tells beyond its messages: people, unread places, own letters that arrived.
    pub(super) fn learn(&mut self, id: ConversationId, page: &MessagePage) {
        self.meet(page.users.iter().cloned());
        let me = self.my_id();
        self.want_users(page.messages.iter().flat_map(mentioned_in).collect::<Vec<_>>());
        if let Some(entry) = self.entries.get_mut(&id) {
            let from = if page.at_start { Seq::START } else { page.after };
            let to = if page.at_end { page.through.max(page.head_seq) } else { page.through };
            entry.unread.learn(from, to, page.messages.iter().filter_map(|message| place_of(message, me)));
            entry.log.reaches(page.head_seq);
            self.touched.conversations.insert(id);
        }
        self.fill(id);
    }

    /// Nobody knows any more whether the windows of a conversation show what is there. The open one is read anew where the
    /// reader is; the others are let go.
    pub(super) fn lose_track(&mut self, id: ConversationId) {
        let is_open = self.open_id() == Some(id);
        self.timelines.retain(|timeline| timeline.conversation_id != id || is_open);
        if let Some(timeline) = self.timeline_mut(id) {
            timeline.cut_end();
            timeline.is_stale = true;
        }
    }

    /// Reads the open window anew if it may show what is not so any more.
    pub(super) fn reread(&mut self, id: ConversationId) {
        let Some(open) = self.open.as_ref().filter(|open| open.id == id && open.awaiting.is_none()) else { return };
        let (stays_at_end, looks_at) = (open.left_end_at.is_none(), open.looks_at);
        let Some(timeline) = self.timeline(id).filter(|timeline| timeline.is_stale) else { return };
        let middle = timeline.messages().get(timeline.messages().len() / 2).map(|message| message.seq);
        match looks_at.filter(|seq| timeline.covers(*seq)).or(middle) {
            Some(seq) if !stays_at_end => self.read_window(WindowPlace::Around(seq), Stand::Stay),
            _ => self.read_window(WindowPlace::Newest, Stand::End),
        }
    }

    /// Letters whose message the window holds, or the log has passed, are done.
    pub(super) fn settle(&mut self, id: ConversationId) {
        let me = self.my_id();
        let applied = self.entries.get(&id).map_or(Seq::START, |entry| entry.log.applied());
        let in_window = self.timeline(id).map_or(&[][..], Timeline::messages);
        let arrived: Vec<_> = self
            .outbox
            .letters_of(id)
            .filter(|letter| {
                letter.stored().is_some_and(|message| message.seq <= applied)
                    || in_window.iter().any(|message| message.nonce == Some(letter.nonce) && Some(message.author_id) == me)
            })
            .map(|letter| letter.nonce)
            .collect();
        for nonce in arrived {
            self.outbox.remove(nonce);
            self.touched.letters.insert(nonce);
        }
        self.touch_open(id);
    }

    /// Moves a window to the end of the list of those that are kept, and lets the oldest go.
    pub(super) fn keep(&mut self, id: ConversationId) {
        if let Some(place) = self.timelines.iter().position(|timeline| timeline.conversation_id == id) {
            let timeline = self.timelines.remove(place);
            self.timelines.push(timeline);
        }
        if self.timelines.len() > KEPT_WINDOWS {
            self.timelines.remove(0);
        }
    }
}
