//! What the server is told of reading: positions, and what this device has received.

use leptos::task::spawn_local;
use shared_types::{
    ConversationId, Timestamp,
    ws::{ClientFrame, ServerFrame},
};

use client::{outbox::Carrier, unread::Mark};

use super::carrier;
use crate::{
    api, browser,
    state::{AppState, Core},
};

/// Told at most this often.
pub(super) const EVERY_MS: i64 = 1_000;

/// Marks that the server has not been told of, and how they travel.
pub(super) type Marks = Vec<(Carrier, ConversationId, Mark)>;

/// When there is something to tell, if there is.
pub(super) fn due_at(core: &Core, now: Timestamp) -> Option<Timestamp> {
    let marks = has_marks(core, now).then(|| core.reported.1.plus_ms(EVERY_MS));
    let delivered = has_delivered(core).then(|| core.delivered_at.plus_ms(EVERY_MS));
    marks.into_iter().chain(delivered).min()
}

/// Takes the marks, if it is time to tell of them.
pub(super) fn take_marks(core: &mut Core, now: Timestamp) -> Marks {
    let Some(carrier) = carrier(core, now) else { return Vec::new() };
    if !has_marks(core, now) || now.since_ms(core.reported.1) < EVERY_MS {
        return Vec::new();
    }
    core.reported.1 = now;
    let known = &mut core.reported.0;
    let news = core.model.marks().iter().filter(|(id, mark)| known.insert(**id, **mark) != Some(**mark));
    news.map(|(id, mark)| (carrier, *id, *mark)).collect()
}

pub(super) fn tell_marks(app: AppState, marks: Marks) {
    for (carrier, conversation_id, mark) in marks {
        match carrier {
            // A step back is asked for, so that its answer tells whether it was made.
            Carrier::Socket if !mark.back => {
                let Mark { seq, rev, .. } = mark;
                app.look(|core| core.wire.send(&ClientFrame::Read { conversation_id, seq, rev }));
            }
            _ => spawn_local(async move {
                match api::mark_read(conversation_id, mark).await {
                    Ok(position) => {
                        app.work(|core| core.model.apply(ServerFrame::Read { position }, browser::now()));
                    }
                    // If it did not arrive, the next connection tells it again.
                    Err(failure) if failure.is_passing() || failure.status() == Some(401) => {}
                    Err(failure) if failure.status().is_some() => {
                        app.work(|core| core.model.mark_refused(conversation_id));
                    }
                    Err(_) => {}
                }
            }),
        }
    }
}

/// The others see what this device has received; only its own socket tells it, and nothing makes up for it.
pub(super) fn tell_delivered(core: &mut Core, now: Timestamp) {
    if has_delivered(core) && now.since_ms(core.delivered_at) >= EVERY_MS {
        core.delivered_at = now;
        let heads = core.model.take_delivered();
        core.wire.send(&ClientFrame::Delivered { heads });
    }
}

fn has_marks(core: &Core, now: Timestamp) -> bool {
    carrier(core, now).is_some() && core.model.marks().iter().any(|(id, mark)| core.reported.0.get(id) != Some(mark))
}

fn has_delivered(core: &Core) -> bool {
    core.link.is_live() && !core.seat.rules.is_following() && core.model.delivered_is_due()
}
