//! This tab among the others: [`client::tabs`] with the browser's lock and channel.
//!
//! Both are named after the person; what they reach ends with the browser's profile anyway. A hidden leader is as good as
//! another: browsers delay the timers of hidden pages, not their frames and words, and the questions of the other tabs make up
//! for the timers. A page that is left altogether gives the lock up (`actions` stops the socket then).

use std::rc::Rc;

use client::{
    sorted::Map,
    tabs::{Act, Greeting, Tabs, Word},
    unread::Mark,
};
use futures::future::try_join;
use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    ConversationId,
    ws::{Ready, ServerFrame},
};

use super::{Wire, close, follow, take_frame};
use crate::{
    actions, api,
    browser::{self, Channel, Held},
    state::{AppState, Core},
};

const NAME: &str = "parlance.socket.";

/// What this tab has of what tabs share; nothing while nobody is signed in.
#[derive(Default)]
pub(crate) struct Seat {
    pub rules: Tabs,
    name: String,
    channel: Option<Rc<Channel>>,
    held: Option<Held>,
    /// The present wait for the lock. One that comes to its end without it gives the lock back.
    turn: Rc<()>,
    /// Read positions that the other tabs were told of.
    told: Map<ConversationId, Mark>,
}

impl Seat {
    pub fn say(&self, word: &Word) {
        if let Some(channel) = &self.channel {
            channel.post(&word.to_text());
        }
    }

    /// The way through the leader.
    pub fn wire(&self) -> Wire {
        self.channel.clone().map_or(Wire::None, Wire::Leader)
    }

    /// Tells the other tabs at once what the server hears a little later.
    pub fn tell_seen(&mut self, marks: &Map<ConversationId, Mark>) {
        for (conversation_id, mark) in marks.iter() {
            if self.told.insert(*conversation_id, *mark) != Some(*mark) {
                self.say(&Word::Seen { conversation_id: *conversation_id, mark: *mark });
            }
        }
    }
}

/// Takes a place among the tabs of this person.
pub(super) fn sit(app: AppState) {
    let name = app.look(|core| core.model.me().map(|me| format!("{NAME}{}", me.user.id))).flatten().unwrap_or_default();
    let channel = Channel::open(&name, move |said| hear(app, &said)).map(Rc::new);
    let is_shared = channel.is_some();
    app.core.update_value(|core| {
        core.seat = Seat { name, channel, ..Seat::default() };
        if is_shared {
            core.seat.rules.follow();
        }
    });
    if is_shared {
        queue(app, false);
    }
}

/// Leaves the place; the next tab has the lock.
pub(super) fn rise(core: &mut Core) {
    core.seat = Seat::default();
}

/// Waits for the lock, or takes it away, and leads.
pub(super) fn queue(app: AppState, seize: bool) {
    let turn = Rc::new(());
    let waiting = Rc::downgrade(&turn);
    let name = app.core.try_update_value(|core| {
        core.seat.turn = turn;
        core.seat.name.clone()
    });
    let Some(name) = name else { return };
    spawn_local(async move {
        let held = if seize { browser::seize(&name).await } else { browser::acquire(&name).await };
        if waiting.upgrade().is_none() {
            return;
        }
        if held.is_some() {
            actions::reread_letters(app);
        }
        follow(app, |core, now| {
            super::hang_up(core);
            if held.is_some() {
                core.seat.rules.lead();
                core.seat.say(&Word::Leading);
            } else {
                core.seat.rules.be_alone();
            }
            core.seat.held = held;
            core.link.reroute(now)
        });
    });
}

fn hear(app: AppState, said: &str) {
    let Some(word) = Word::from_text(said) else { return };
    match app.core.try_update_value(|core| core.seat.rules.hear(word)).unwrap_or(Act::Nothing) {
        Act::Nothing => {}
        Act::Take(frame) => take_frame(app, *frame),
        Act::Closed(code) => close(app, code, None),
        Act::ReadList(greeting) => read_list(app, greeting),
        Act::Write(frame) => {
            app.look(|core| core.link.is_live() && core.wire.write(&frame));
        }
        Act::Answer => {
            // The follower's timer may be on time, and ours late.
            super::tick(app);
            app.look(|core| core.seat.rules.standing().iter().for_each(|word| core.seat.say(word)));
        }
        Act::Hurry => follow(app, |core, now| core.link.tap(now)),
        Act::StepDown => {
            follow(app, |core, now| {
                core.seat.rules.follow();
                core.seat.held = None;
                core.link.reroute(now)
            });
            queue(app, false);
        }
        Act::Seen(conversation_id, mark) => {
            app.work(|core| core.model.seen_elsewhere(conversation_id, mark));
        }
        Act::Draft(key, text) => actions::draft_told(app, &key, text),
    }
}

/// Makes a `ready` of what the API tells.
fn read_list(app: AppState, Greeting { session_id, build }: Greeting) {
    let generation = app.look(|core| core.generation);
    spawn_local(async move {
        let read = try_join(api::get_me(), api::list_conversations()).await;
        if app.look(|core| core.generation) != generation {
            return;
        }
        let Ok((me, list)) = read else {
            return follow(app, |core, now| {
                core.seat.rules.lost();
                core.link.opening_failed(now, browser::chance());
                None
            });
        };
        let Some(kept) = app.core.try_update_value(|core| core.seat.rules.joined()).flatten() else { return };
        take_frame(app, ServerFrame::Ready(Box::new(Ready { me, session_id, list, now: browser::now(), build })));
        for frame in kept {
            take_frame(app, frame);
        }
    });
}
