//! The connection: opens and reopens the socket as [`client::link`] says, feeds its frames to the model, and carries what the
//! model wants said. One timer for all of it. Of several tabs one has the socket; see [`client::tabs`].

mod ahead;
mod reports;
mod tabs;
mod wire;

use client::{
    link::Step,
    outbox::{Carrier, Dispatch},
    tabs::{ABNORMAL, Greeting, Way, Word},
};
use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    Timestamp,
    message::SendMessage,
    ws::{ClientFrame, ServerFrame},
};
use wire::{Heard, Socket};

pub(crate) use self::{tabs::Seat, wire::Wire};

use crate::{
    actions::{self, carry_out},
    api::{self, ApiFailure, token},
    browser,
    state::{AppState, Core, OpenPhase},
};

/// A heartbeat is answered by a ping if the last one is at least this old.
const PING_EVERY_MS: i64 = 10_000;
/// A page that has no connection for so long was not fetched from the server either.
const KEPT_PAGE_AFTER_MS: i64 = 2_000;
/// Without a socket for so long, messages go by POST.
const POST_AFTER_MS: i64 = 1_500;

/// Somebody signed in.
pub(crate) fn start(app: AppState) {
    tabs::sit(app);
    follow(app, |core, now| Some(core.link.start(now)));
}

/// Nobody is signed in any more, or the page is left.
pub(crate) fn stop(app: AppState) {
    follow(app, |core, _| Some(core.link.stop()));
    app.core.update_value(tabs::rise);
}

/// A person looks, or wants a connection now.
pub(crate) fn hurry(app: AppState) {
    app.look(|core| core.seat.say(&Word::Hurry));
    follow(app, |core, now| core.link.tap(now));
}

/// Shows the other tabs a draft as it is typed.
pub(crate) fn tell_draft(app: AppState, key: &str, text: &str) {
    app.look(|core| core.seat.say(&Word::Draft { key: key.to_owned(), text: text.to_owned() }));
}

/// Lets the link decide on something that happened, and does what it says.
pub(crate) fn follow(app: AppState, happened: impl FnOnce(&mut Core, Timestamp) -> Option<Step>) {
    let step = app.core.try_update_value(|core| happened(core, browser::now())).flatten();
    match step {
        Some(Step::Open { renew }) => open(app, renew),
        Some(Step::Drop) => {
            app.core.update_value(hang_up);
            // What the link waits for now may be due already.
            return tick(app);
        }
        Some(Step::SignOut) => {
            app.core.update_value(hang_up);
            return token::end();
        }
        None => {}
    }
    app.work(|_| ());
}

/// Does what follows from the present state: reads for the model, letters, positions; and sets the alarm for what comes later.
pub(crate) fn pump(app: AppState) {
    let now = browser::now();
    let Some((effects, letters, marks)) = app.core.try_update_value(|core| {
        let letters = letter_carrier(core, now).map_or_else(Vec::new, |carrier| core.model.take_due(carrier, now));
        let marks = reports::take_marks(core, now);
        reports::tell_delivered(core, now);
        core.seat.tell_seen(core.model.marks());
        (core.model.take_effects(), letters, marks)
    }) else {
        return;
    };
    reports::tell_marks(app, marks);
    for effect in effects {
        carry_out(app, effect);
    }
    for letter in letters {
        dispatch(app, letter);
    }
    set_alarm(app, now);
}

/// Reports read positions even if the last report is young: the page goes out of view.
pub(crate) fn report_now(app: AppState) {
    let marks = app.core.try_update_value(|core| {
        core.reported.1 = Timestamp(0);
        reports::take_marks(core, browser::now())
    });
    reports::tell_marks(app, marks.unwrap_or_default());
}

fn tick(app: AppState) {
    let connected = app.look(|core| core.link.is_live()).unwrap_or_default();
    app.core.update_value(|core| core.model.tick_outbox(browser::now(), connected));
    follow(app, |core, now| core.link.tick(now, browser::chance()));
}

fn set_alarm(app: AppState, now: Timestamp) {
    app.core.update_value(|core| {
        let moments = [core.link.wake_at(now), core.model.outbox().wake_at(now), reports::due_at(core, now)];
        core.alarm = moments.into_iter().flatten().min().map(|moment| {
            let delay_ms = u32::try_from(moment.since_ms(now).max(0)).unwrap_or_default();
            // A little later rather than a little too early, which would only ask again.
            Timeout::new(delay_ms + 5, move || tick(app))
        });
    });
}

/// How letters travel now; `None` if they had better wait, or if another tab sends them: one sender for all tabs keeps them in
/// order, and it also has those of tabs that are gone.
fn letter_carrier(core: &Core, now: Timestamp) -> Option<Carrier> {
    carrier(core, now).filter(|_| !core.seat.rules.is_following())
}

/// How anything travels now; `None` if it had better wait.
fn carrier(core: &Core, now: Timestamp) -> Option<Carrier> {
    if core.link.is_live() {
        return Some(Carrier::Socket);
    }
    let is_long = core.link.down_ms(now).is_some_and(|down_ms| down_ms >= POST_AFTER_MS);
    (is_long && core.link.has_network()).then_some(Carrier::Post)
}

fn dispatch(app: AppState, letter: Dispatch) {
    let Dispatch { nonce, conversation_id, body, by } = letter;
    match by {
        Carrier::Socket => {
            app.look(|core| core.wire.send(&ClientFrame::Send { conversation_id, nonce, body }));
        }
        Carrier::Post => spawn_local(async move {
            let answer = api::send_message(conversation_id, &SendMessage { nonce, body }).await;
            if answer.is_ok() {
                // The server can be reached: no need to wait any longer for a socket.
                follow(app, |core, now| core.link.tap(now));
            }
            app.work(|core| match answer {
                Ok(message) => core.model.message_stored(nonce, message),
                Err(failure) => match failure.code() {
                    Some(code) if !failure.is_passing() => core.model.message_refused(nonce, code),
                    _ => {
                        let after_ms = failure.retry_after().map(|seconds| i64::from(seconds) * 1_000);
                        core.model.message_put_off(nonce, after_ms, browser::now());
                    }
                },
            });
        }),
    }
}

/// Forgets the socket, and that it carried anything.
fn hang_up(core: &mut Core) {
    hang_up_for(core, ABNORMAL);
}

fn hang_up_for(core: &mut Core, code: u16) {
    if core.seat.rules.is_leading() && matches!(core.wire, Wire::Own(_)) {
        core.seat.say(&Word::Down { code });
    }
    core.seat.rules.lost();
    core.wire = Wire::None;
    core.generation += 1;
    core.model.socket_lost();
    core.reported.0.clear();
}

fn open(app: AppState, renew: bool) {
    let way = app.core.try_update_value(|core| {
        hang_up(core);
        core.seat.rules.way(browser::now())
    });
    match way {
        Some(Way::Socket) => open_socket(app, renew),
        // The answer, or a `ready` that is passed on, opens it.
        Some(Way::Ask) => {
            app.look(|core| core.seat.say(&Word::Hello));
        }
        Some(Way::Seize) => tabs::queue(app, true),
        None => {}
    }
}

fn open_socket(app: AppState, renew: bool) {
    let generation = app.look(|core| core.generation);
    let is_current = move || app.look(|core| Some(core.generation) == generation).unwrap_or_default();
    spawn_local(async move {
        let token = if renew { token::renew().await } else { token::fresh().await };
        if !is_current() {
            return;
        }
        let token = match token {
            Ok(token) => token,
            // The person has been signed out already.
            Err(ApiFailure::SignedOut) => return,
            Err(_) => {
                return follow(app, |core, now| {
                    core.model.make_do();
                    core.link.opening_failed(now, browser::chance());
                    None
                });
            }
        };
        let socket = Socket::open(move |heard| {
            if is_current() {
                hear(app, heard, &token);
            }
        });
        match socket {
            Some(socket) => app.core.update_value(|core| core.wire = Wire::Own(socket)),
            None => hear(app, Heard::Closed(ABNORMAL, None), ""),
        }
    });
}

fn hear(app: AppState, heard: Heard, token: &str) {
    match heard {
        Heard::Opened => {
            app.core.try_update_value(|core| {
                let resume = core.model.resume();
                core.wire.send(&ClientFrame::Auth { token: token.to_owned(), resume })
            });
        }
        Heard::Text(text) => {
            // A frame that does not parse is from a newer server: the heads will tell what it was.
            if let Ok(frame) = serde_json::from_str::<ServerFrame>(&text) {
                // Where this tab goes on is no beginning for the others.
                let goes_on = matches!(frame, ServerFrame::Resumed(_));
                if !goes_on {
                    pass_on(app, text);
                }
                take_frame(app, frame);
                if goes_on {
                    app.look(|core| core.seat.rules.standing().iter().for_each(|word| core.seat.say(word)));
                }
            }
        }
        Heard::Closed(code, come_back_ms) => close(app, code, come_back_ms),
    }
}

/// To the tabs that follow.
fn pass_on(app: AppState, frame: String) {
    app.look(|core| {
        if core.seat.rules.is_leading() {
            core.seat.say(&Word::Heard { frame });
        }
    });
}

fn close(app: AppState, code: u16, come_back_ms: Option<i64>) {
    follow(app, |core, now| {
        core.model.make_do();
        hang_up_for(core, code);
        core.link.closed(code, come_back_ms, now, browser::chance())
    });
}

/// A frame of the server, by the socket or through the leader.
fn take_frame(app: AppState, frame: ServerFrame) {
    let now = browser::now();
    app.core.update_value(|core| core.link.heard(now));
    match &frame {
        ServerFrame::Ready(ready) => greet(app, Greeting { session_id: ready.session_id, build: ready.build.clone() }, now),
        ServerFrame::Resumed(resumed) => greet(app, Greeting { session_id: resumed.session_id, build: resumed.build.clone() }, now),
        ServerFrame::Heads { .. } => {
            app.core.update_value(|core| ping(core, now, PING_EVERY_MS));
        }
        ServerFrame::Pong { id } => {
            let sent_at = app.look(|core| (core.ping.0 == *id).then_some(core.ping.1)).flatten();
            if let Some(sent_at) = sent_at {
                app.link.rtt_ms.set(u32::try_from(now.since_ms(sent_at)).ok());
                app.link.pulse.update(|pulse| *pulse = pulse.wrapping_add(1));
            }
            return;
        }
        _ => {}
    }
    app.work(|core| core.model.apply(frame, now));
}

/// The server knows who we are, and the stream begins.
fn greet(app: AppState, greeting: Greeting, now: Timestamp) {
    app.session_id.set(Some(greeting.session_id));
    // What could not be read without a connection is read now.
    let failed = app.look(|core| core.model.open_id().filter(|_| matches!(core.open_trouble, Some(OpenPhase::Failed(_)))));
    if let Some(id) = failed.flatten() {
        actions::open_conversation(app, id);
    }
    let is_update = app.core.try_update_value(|core| {
        let waited_ms = core.link.down_ms(now).unwrap_or_default();
        if core.build.is_none() && waited_ms >= KEPT_PAGE_AFTER_MS {
            check_page(app);
        }
        core.link.ready(now);
        let build = greeting.build.clone();
        core.seat.rules.greeted(greeting);
        if core.seat.rules.is_following() {
            core.wire = core.seat.wire();
        }
        core.model.socket_live();
        ping(core, now, 0);
        core.build.get_or_insert_with(|| build.clone()) != &build
    });
    ahead::read_ahead(app);
    if is_update == Some(true) {
        app.link.update_ready.set(true);
    }
}

/// Without a server the browser showed the page that it had kept, which may be older than what the server has now.
fn check_page(app: AppState) {
    spawn_local(async move {
        if api::get_page().await.is_ok_and(|page| !page.contains(&browser::build_files())) {
            app.link.update_ready.set(true);
        }
    });
}

fn ping(core: &mut Core, now: Timestamp, at_least_ms: i64) {
    let (id, sent_at) = core.ping;
    if now.since_ms(sent_at) >= at_least_ms {
        core.ping = (id.wrapping_add(1), now);
        core.wire.send(&ClientFrame::Ping { id: core.ping.0 });
    }
}
