//! Where the reader stands. One row is held still through every change of the list, or the end is followed; never both, and never
//! the browser's own anchoring (`overflow-anchor: none`).

use std::{collections::HashMap, time::Duration};

use leptos::{html, prelude::*};
use shared_types::{ConversationId, Seq, Timestamp};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element};

use crate::{
    actions, browser,
    state::{AppState, Edge, Landing, OpenPhase, Place},
};

/// So close to the end counts as being there.
const NEAR_END: f64 = 64.0;
/// The unread divider stands so far down when a conversation opens at it.
const UNREAD_AT: f64 = 0.3;
/// A place is remembered for an hour.
const REMEMBERED_MS: i64 = 3_600_000;
const FLASH: Duration = Duration::from_millis(1_200);

/// Where the reader stood in conversations that they left, for as long as the page lives.
#[derive(Clone, Copy)]
pub struct Places(StoredValue<HashMap<ConversationId, (Anchor, Timestamp)>>);

/// Called once, in the frame.
pub fn provide_places() {
    provide_context(Places(StoredValue::new(HashMap::new())));
}

/// The row that is held still.
#[derive(Clone)]
struct Anchor {
    /// Of its element.
    id: String,
    /// From the upper edge to its words.
    offset: f64,
    /// The scroll position when this was noted.
    scrolled: i32,
}

/// What the reader's position depends on. Copy it about freely.
#[derive(Clone, Copy)]
pub struct Scroller {
    pub(super) app: AppState,
    /// The element that scrolls.
    pub log: NodeRef<html::Section>,
    /// All that scrolls: the rows, and what stands above and below them.
    pub column: NodeRef<html::Div>,
    /// The element whose children are the rows.
    pub feed: NodeRef<html::Div>,
    /// The newest row is in view: `data-at-end`.
    pub at_end: RwSignal<bool>,
    /// The time of the first row in view.
    pub day: RwSignal<Option<Timestamp>>,
    /// The unread divider is above the view, and has not been seen.
    pub unread_above: RwSignal<bool>,
    anchor: StoredValue<Option<Anchor>>,
    landing: StoredValue<Option<Landing>>,
    /// The last row that was in view when somebody last looked.
    pub(super) looked_at: StoredValue<Option<Seq>>,
    pub(super) is_looking: StoredValue<bool>,
    is_changing: StoredValue<bool>,
    divider_seen: StoredValue<bool>,
    /// Where the reader stood when they left this conversation.
    remembered: StoredValue<Option<Anchor>>,
}

impl Scroller {
    pub fn new(app: AppState, id: ConversationId) -> Self {
        let places = expect_context::<Places>();
        let remembered = places.0.try_update_value(|places| places.remove(&id)).flatten();
        let is_recent = |at: &Timestamp| browser::now().since_ms(*at) < REMEMBERED_MS;
        let scroller = Self {
            app,
            log: NodeRef::new(),
            column: NodeRef::new(),
            feed: NodeRef::new(),
            at_end: RwSignal::new(true),
            day: RwSignal::new(None),
            unread_above: RwSignal::new(false),
            anchor: StoredValue::new(None),
            landing: StoredValue::new(None),
            looked_at: StoredValue::new(None),
            is_looking: StoredValue::new(false),
            is_changing: StoredValue::new(false),
            divider_seen: StoredValue::new(false),
            remembered: StoredValue::new(remembered.filter(|(_, at)| is_recent(at)).map(|(anchor, _)| anchor)),
        };
        on_cleanup(move || {
            let stood = scroller.anchor.try_get_value().flatten();
            if let (Some(anchor), Some(false)) = (stood, scroller.at_end.try_get_untracked()) {
                places.0.try_update_value(|places| places.insert(id, (anchor, browser::now())));
            }
        });
        scroller
    }

    /// Something is about to change: puts the anchor row back to where it was noted, after the change and before it is painted.
    pub fn before_change(self) {
        if self.is_changing.get_value() {
            return;
        }
        self.is_changing.set_value(true);
        queue_microtask(move || {
            self.is_changing.try_set_value(false);
            self.settle();
        });
    }

    /// Somewhere to stand, once it is drawn.
    pub fn land(self, landing: Landing) {
        self.landing.set_value(Some(landing));
        queue_microtask(move || self.settle());
        request_animation_frame(move || self.settle());
    }

    /// The reader moved by themselves: whatever was still to be landed at is not wanted any more.
    pub fn reader_moves(self) {
        self.landing.set_value(None);
    }

    pub fn on_scroll(self) {
        self.note_anchor();
        self.look();
    }

    /// After every change of content or size.
    pub fn settle(self) {
        let Some((log, feed)) = self.elements() else {
            return;
        };
        if let Some(landing) = self.landing.get_value() {
            if self.try_landing(&log, landing.place) {
                self.landing.set_value(None);
            }
        } else if self.follows() {
            log.set_scroll_top(log.scroll_height());
            self.note_anchor();
        } else {
            self.restore_anchor(&log);
        }
        keep_one_tab_stop(&feed);
        self.look();
    }

    /// Moves to the row with this id at this share of the height; false if it is not drawn.
    fn bring(self, log: &Element, id: &str, share: f64) -> bool {
        let Some(row) = document().get_element_by_id(id) else {
            return false;
        };
        let (row, view) = (row.get_bounding_client_rect(), log.get_bounding_client_rect());
        log.scroll_by_with_x_and_y(0.0, row.top() - view.top() - view.height() * share);
        self.at_end.set(self.is_near_end(log));
        self.note_anchor();
        true
    }

    /// The unread divider comes into view.
    pub fn go_to_unread(self) {
        if let Some((log, _)) = self.elements() {
            self.bring(&log, &client::timeline::RowKey::Unread.element_id(), UNREAD_AT);
        }
    }

    fn try_landing(self, log: &Element, place: Place) -> bool {
        match place {
            Place::End if self.stand_where_one_was(log) => true,
            Place::End => {
                log.set_scroll_top(log.scroll_height());
                self.set_at_end(true);
                self.note_anchor();
                true
            }
            Place::Unread => self.bring(log, &client::timeline::RowKey::Unread.element_id(), UNREAD_AT),
            Place::Row { key, flash } => {
                let id = key.element_id();
                let done = self.bring(log, &id, 0.5);
                if done && flash {
                    flash_row(id);
                }
                done
            }
        }
    }

    /// Only when the conversation opens, and only if the row is still there.
    fn stand_where_one_was(self, log: &Element) -> bool {
        let Some(anchor) = self.remembered.try_update_value(Option::take).flatten() else {
            return false;
        };
        let Some(words) = document().get_element_by_id(&anchor.id).and_then(|row| words_top(&row)) else {
            return false;
        };
        log.scroll_by_with_x_and_y(0.0, words - log.get_bounding_client_rect().top() - anchor.offset);
        self.set_at_end(self.is_near_end(log));
        self.note_anchor();
        true
    }

    /// At the end with the page in view: new rows push the old ones up.
    fn follows(self) -> bool {
        self.at_end.get_untracked() && browser::is_visible()
    }

    pub(super) fn elements(self) -> Option<(Element, Element)> {
        let log: Element = self.log.try_get_untracked()??.unchecked_into();
        let feed: Element = self.feed.try_get_untracked()??.unchecked_into();
        Some((log, feed))
    }

    fn is_near_end(self, log: &Element) -> bool {
        let left = f64::from(log.scroll_height() - log.scroll_top() - log.client_height());
        left <= NEAR_END && self.app.open.newer.get_untracked() == Edge::Reached
    }

    fn set_at_end(self, at_end: bool) {
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
            actions::reader_is_at_end(self.app, at_end);
        }
    }

    /// The first message that crosses the upper edge, and how far its words are from it. Messages only: dividers and notices may
    /// merge with what is loaded before them. Their words only: the name above the first one goes when it is not the first any more.
    fn note_anchor(self) {
        let Some((log, feed)) = self.elements() else {
            return;
        };
        let top = log.get_bounding_client_rect().top();
        let rows = feed.children();
        let first = first_below(&rows, |rect| rect.bottom() > top);
        let crossing = (first..rows.length()).filter_map(|at| rows.item(at)).find(|row| row.tag_name() == "ARTICLE");
        let anchor = crossing.and_then(|row| Some(Anchor { id: row.id(), offset: words_top(&row)? - top, scrolled: log.scroll_top() }));
        self.anchor.set_value(anchor);
    }

    fn restore_anchor(self, log: &Element) {
        let Some(anchor) = self.anchor.get_value() else {
            return;
        };
        let Some(words) = document().get_element_by_id(&anchor.id).and_then(|row| words_top(&row)) else {
            return self.note_anchor();
        };
        // What the reader scrolled since the note, and no event has told yet, is theirs.
        let wanted = anchor.offset - f64::from(log.scroll_top() - anchor.scrolled);
        let now = words - log.get_bounding_client_rect().top();
        if (now - wanted).abs() > 0.25 {
            log.scroll_by_with_x_and_y(0.0, now - wanted);
        }
        self.anchor.set_value(Some(Anchor { offset: wanted, scrolled: log.scroll_top(), ..anchor }));
    }

    /// What follows from where the reader stands.
    pub fn look(self) {
        let Some((log, feed)) = self.elements() else {
            return;
        };
        if self.app.open.phase.with_untracked(|phase| *phase != OpenPhase::Ready) {
            return;
        }
        self.set_at_end(self.is_near_end(&log));
        let (above, height) = (log.scroll_top(), log.client_height());
        if above < height && self.app.open.older.get_untracked() == Edge::More {
            actions::load_older(self.app);
        }
        if log.scroll_height() - above - height < height && self.app.open.newer.get_untracked() == Edge::More {
            actions::load_newer(self.app);
        }
        self.look_at_day(&log, &feed);
        self.look_at_divider(&log);
        self.look_longer();
    }

    fn look_at_day(self, log: &Element, feed: &Element) {
        let top = log.get_bounding_client_rect().top();
        let rows = feed.children();
        let first = first_below(&rows, |rect| rect.bottom() > top + 8.0);
        if let Some(seq) = (first..rows.length()).find_map(|at| rows.item(at)?.get_attribute("data-seq")?.parse().ok()).map(Seq) {
            actions::reader_looks_at(self.app, seq);
        }
        let at = (first..rows.length()).find_map(|at| rows.item(at)?.get_attribute("data-at")?.parse().ok()).map(Timestamp);
        if self.day.get_untracked() != at {
            self.day.set(at);
        }
    }

    fn look_at_divider(self, log: &Element) {
        let view = log.get_bounding_client_rect();
        let divider = document().get_element_by_id(&client::timeline::RowKey::Unread.element_id());
        let rect = divider.map(|divider| divider.get_bounding_client_rect());
        if rect.as_ref().is_some_and(|rect| rect.bottom() > view.top() && rect.top() < view.bottom()) {
            self.divider_seen.set_value(true);
        }
        let above = rect.is_some_and(|rect| rect.bottom() <= view.top()) && !self.divider_seen.get_value();
        if self.unread_above.get_untracked() != above {
            self.unread_above.set(above);
        }
    }

    /// Nobody needs the divider's pill any more.
    pub fn forget_divider(self) {
        self.divider_seen.set_value(true);
        self.unread_above.set(false);
    }
}

/// Where the words of a message begin.
fn words_top(row: &Element) -> Option<f64> {
    Some(row.query_selector(".b").ok()??.get_bounding_client_rect().top())
}

/// The first child for which it holds, if it holds for all that follow; the number of children if for none.
pub(super) fn first_below(rows: &web_sys::HtmlCollection, holds: impl Fn(&DomRect) -> bool) -> u32 {
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = low.midpoint(high);
        if rows.item(middle).is_some_and(|row| holds(&row.get_bounding_client_rect())) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The list is one Tab stop: the row that had the focus last, or the newest.
fn keep_one_tab_stop(feed: &Element) {
    if feed.query_selector(":scope > [tabindex='0']").ok().flatten().is_none()
        && let Some(last) = feed.last_element_child()
    {
        let _ = last.set_attribute("tabindex", "0");
    }
}

/// The row that has the focus becomes the Tab stop.
pub fn move_tab_stop(feed: &Element, row: &Element) {
    if let Ok(Some(stop)) = feed.query_selector(":scope > [tabindex='0']") {
        let _ = stop.set_attribute("tabindex", "-1");
    }
    let _ = row.set_attribute("tabindex", "0");
}

fn flash_row(id: String) {
    let mark = move |on: bool| {
        if let Some(row) = document().get_element_by_id(&id) {
            let list = row.class_list();
            let _ = if on { list.add_1("target") } else { list.remove_1("target") };
        }
    };
    mark(true);
    set_timeout(move || mark(false), FLASH);
}
