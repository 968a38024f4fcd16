//! What counts as read: half of it in view for half a second, with the page visible and focused.

use std::time::Duration;

use leptos::prelude::*;
use shared_types::Seq;

use super::scroll::{Scroller, first_below};
use crate::{actions, browser};

/// Half a row has to be in view for so long before it counts as read.
const DWELL: Duration = Duration::from_millis(500);

impl Scroller {
    /// Reading takes time: what is in view now and still is half a second later has been read.
    pub(super) fn look_longer(self) {
        if self.is_looking.get_value() {
            return;
        }
        let Some(first) = self.last_in_view() else {
            return;
        };
        if self.looked_at.get_value() == Some(first) {
            return;
        }
        self.is_looking.set_value(true);
        set_timeout(
            move || {
                if self.is_looking.try_set_value(false).is_some() {
                    return;
                }
                if let Some(then) = self.last_in_view() {
                    let seen = first.min(then);
                    self.looked_at.set_value(Some(seen));
                    actions::mark_seen(self.app, seen);
                    if then != seen {
                        self.look_longer();
                    }
                }
            },
            DWELL,
        );
    }

    /// The last row of which at least half is in view; `None` while nobody looks at the page.
    fn last_in_view(self) -> Option<Seq> {
        let has_focus = document().has_focus().unwrap_or(true);
        if !browser::is_visible() || !has_focus {
            return None;
        }
        let (log, feed) = self.elements()?;
        let view = log.get_bounding_client_rect();
        let rows = feed.children();
        let past = first_below(&rows, |rect| rect.top() >= view.bottom());
        (0..past).rev().take(32).filter_map(|at| rows.item(at)).find_map(|row| {
            let rect = row.get_bounding_client_rect();
            let shown = rect.bottom().min(view.bottom()) - rect.top().max(view.top());
            let enough = shown >= rect.height().min(view.height()) / 2.0;
            enough.then(|| row.get_attribute("data-seq")?.parse().ok()).flatten()
        })
    }
}
