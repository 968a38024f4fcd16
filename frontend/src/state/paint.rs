//! Carries what changed in the core to the signals, and nothing else. A signal is set only if its value differs.

use std::collections::HashMap;

use client::{
    draft::glance,
    link::{Indicator, Status},
    model::{Stand, Touched},
    roster::{RosterRow, Sections},
    timeline::{Edge, Row, RowKey, View, key_of},
};
use leptos::prelude::*;
use shared_types::{
    ConversationId, UserId,
    conversation::Conversation,
    message::{Content, Message},
    user::{Me, User},
};

use super::{
    AppState,
    core::Core,
    open::{Announcement, OpenPhase, Place, RowHandle},
    toasts::Notice,
};
use crate::browser;

/// What the signals are to hold, read from the core in one go, so that no signal is set while the core is borrowed.
struct Picture {
    touched: Touched,
    me: Option<Me>,
    sections: Option<Sections>,
    unread: u32,
    is_loaded: bool,
    conversations: Vec<(ConversationId, Option<RosterRow>, Option<Conversation>)>,
    users: Vec<(UserId, Option<User>)>,
    open: Option<OpenPicture>,
    status: Status,
    indicator: Indicator,
    queued: usize,
    own_leave: bool,
}

struct OpenPicture {
    id: Option<ConversationId>,
    phase: OpenPhase,
    rows: Vec<Row>,
    older: Edge,
    newer: Edge,
    fresh: (u32, u32),
}

pub(super) fn paint(app: AppState) {
    let Some(picture) = app.core.try_update_value(read) else { return };
    draw(app, picture);
}

fn read(core: &mut Core) -> Picture {
    let now = browser::now();
    let touched = core.model.take_touched();
    core.keeper.note(&touched);
    let own_leave = touched.gone.iter().any(|(id, _)| core.leaving.remove(id));
    if let Some(id) = core.model.open_id()
        && touched.gone.iter().any(|(gone, _)| *gone == id)
    {
        core.open_trouble = Some(OpenPhase::Gone);
    }
    let model = &core.model;
    Picture {
        me: model.me().filter(|_| touched.me).cloned(),
        sections: touched.sections.then(|| model.sections()),
        unread: model.total_unread(),
        is_loaded: model.is_loaded(),
        conversations: touched.conversations.iter().map(|id| (*id, model.row(*id), model.conversation(*id).cloned())).collect(),
        users: touched.users.iter().map(|id| (*id, model.user(*id).cloned())).collect(),
        open: touched.open.then(|| read_open(core, now)),
        status: core.link.status(now),
        indicator: core.link.indicator(now),
        queued: model.outbox().queued(),
        own_leave,
        touched,
    }
}

fn read_open(core: &Core, now: shared_types::Timestamp) -> OpenPicture {
    let model = &core.model;
    let view = View { now, connected: core.link.is_live(), day_of: &browser::local_day };
    let rows = model.rows(view);
    let phase = match (&core.open_trouble, &rows) {
        _ if model.open_id().is_none() => OpenPhase::Closed,
        (Some(trouble), _) => trouble.clone(),
        (None, Some(_)) => OpenPhase::Ready,
        (None, None) => OpenPhase::Loading,
    };
    let (older, newer) = model.edges();
    OpenPicture { id: model.open_id(), phase, rows: rows.unwrap_or_default(), older, newer, fresh: model.fresh() }
}

fn draw(app: AppState, picture: Picture) {
    if picture.me.is_some() {
        put(app.me, picture.me);
    }
    for (id, user) in picture.users {
        put_shared(&app.people.slot(id), user);
    }
    for (id, row, conversation) in picture.conversations {
        put_shared(&app.roster.row_slot(id), row);
        put_shared(&app.roster.conversation_slot(id), conversation);
    }
    if let Some(sections) = picture.sections {
        put(app.roster.sections, sections);
    }
    put(app.roster.loaded, picture.is_loaded);
    put(app.roster.unread, picture.unread);
    if picture.touched.join_requests {
        app.roster.join_requests.update(|count| *count += 1);
    }
    draw_link(app, picture.status, picture.indicator, picture.queued);
    let stand = picture.touched.landing;
    if let Some(open) = picture.open {
        draw_open(app, open, stand);
    }
    for message in picture.touched.announced {
        announce(app, &message);
    }
    if let Some(session) = picture.touched.new_session {
        app.toasts.show(Notice::NewSession { device: session.device });
    }
    for nonce in picture.touched.letters {
        crate::actions::keep(app, nonce);
    }
    if !picture.own_leave {
        for (_, title) in picture.touched.gone {
            if !title.is_empty() {
                app.toasts.show(Notice::NoLongerMember { title });
            }
        }
    }
}

fn draw_link(app: AppState, status: Status, indicator: Indicator, queued: usize) {
    if app.link.status.get_untracked() != status {
        browser::set_connection(status);
        app.link.status.set(status);
        app.link.live_since.set((status == Status::Live).then(|| browser::now().0));
    }
    put(app.link.indicator, indicator);
    put(app.link.queued, queued);
}

fn draw_open(app: AppState, picture: OpenPicture, stand: Option<Stand>) {
    let open = app.open;
    let place = stand.map(|stand| place(&picture.rows, stand));
    put(open.id, picture.id);
    draw_rows(app, picture.rows);
    put(open.older, picture.older);
    put(open.newer, picture.newer);
    put(open.fresh, picture.fresh);
    put(open.phase, picture.phase);
    if let Some(place) = place {
        open.land(place);
    }
}

/// Keeps the signal of each row that stays, so that its element stays too.
fn draw_rows(app: AppState, rows: Vec<Row>) {
    let signal = app.open.rows;
    let mut known: HashMap<RowKey, ArcRwSignal<Row>> =
        signal.with_untracked(|handles| handles.iter().map(|handle| (handle.key, handle.row.clone())).collect());
    let handles: Vec<RowHandle> = rows
        .into_iter()
        .map(|row| {
            let key = row.key();
            match known.remove(&key) {
                Some(slot) => {
                    put_shared(&slot, row);
                    RowHandle { key, row: slot }
                }
                None => RowHandle { key, row: ArcRwSignal::new(row) },
            }
        })
        .collect();
    let is_same = signal.with_untracked(|old| old.len() == handles.len() && old.iter().zip(&handles).all(|(a, b)| a.key == b.key));
    if !is_same {
        signal.set(handles);
    }
}

fn place(rows: &[Row], stand: Stand) -> Place {
    match stand {
        Stand::Unread if rows.iter().any(|row| matches!(row, Row::Unread { .. })) => Place::Unread,
        Stand::At { seq, flash } => key_of(rows, seq).map_or(Place::End, |key| Place::Row { key, flash }),
        Stand::End | Stand::Unread | Stand::Stay => Place::End,
    }
}

fn announce(app: AppState, message: &Message) {
    if let Content::Text { body } = &message.content {
        let serial = app.open.announcement.with_untracked(|last| last.as_ref().map_or(0, |last| last.serial)) + 1;
        app.open.announcement.set(Some(Announcement { serial, author: message.author_id, text: glance(body.as_str()) }));
    }
}

fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

fn put_shared<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
