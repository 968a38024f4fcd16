//! What happens by itself: start and stop, the browser's events, the other tabs.

use leptos::prelude::*;
use shared_types::{
    ConversationId,
    conversation::{Conversation, ConversationKind, Joined},
    user::{Me, User},
};

use super::{account, sending};
use crate::{
    api::token,
    browser::{self, Channel},
    socket,
    state::{AppState, Phase, SignedOutNotice, kept},
};

const CHANNEL: &str = "parlance.tabs";
/// What tabs tell each other.
const SIGNED_OUT: &str = "signed out";
const SIGNED_IN: &str = "signed in";

thread_local! {
    static TABS: std::cell::RefCell<Option<Channel>> = const { std::cell::RefCell::new(None) };
}

/// Listeners that live as long as the page.
pub(super) fn listen_once(app: AppState) {
    if TABS.with_borrow(Option::is_some) {
        return;
    }
    TABS.set(Channel::open(CHANNEL, move |said| hear_tab(app, &said)));
    token::on_end(move || account::leave(app, Some(SignedOutNotice::SessionEnded)));
    app.people.on_wanted(move || {
        let wanted = app.people.take_wanted();
        app.work(|core| core.model.want_users(wanted));
    });
    browser::on_connectivity(move |online| {
        if online && app.boot_failed.get_untracked() && app.phase.get_untracked() == Phase::Booting {
            account::boot(app);
        }
        socket::follow(app, |core, now| if online { core.link.online(now) } else { core.link.offline(now) });
    });
    browser::on_visibility(move |visible| {
        if visible {
            socket::hurry(app);
        } else {
            sending::store_drafts_now(app);
            socket::report_now(app);
            kept::keep_now(app);
        }
    });
    browser::on_stay(move |here| {
        if app.phase.get_untracked() != Phase::SignedIn {
            return;
        }
        if here {
            socket::start(app);
        } else {
            // A page that only sleeps must not keep the other tabs' socket.
            sending::store_drafts_now(app);
            socket::report_now(app);
            kept::keep_now(app);
            socket::stop(app);
        }
    });
    browser::on_foreign_store(move |key| {
        app.preferences.reread(&key);
        sending::reread(app, &key);
    });
}

/// Somebody is signed in: takes up what this device kept for them, and connects.
pub(super) fn start(app: AppState) {
    sending::restore(app);
    socket::start(app);
}

pub(super) fn stop(app: AppState) {
    sending::store_drafts_now(app);
    socket::stop(app);
    app.drafts.belong_to(None);
    app.reset();
}

pub(super) fn tell_tabs_signed_out() {
    tell_tabs(SIGNED_OUT);
}

pub(super) fn tell_tabs_signed_in() {
    tell_tabs(SIGNED_IN);
}

fn tell_tabs(what: &str) {
    TABS.with_borrow(|tabs| {
        if let Some(tabs) = tabs {
            tabs.post(what);
        }
    });
}

fn hear_tab(app: AppState, said: &str) {
    let is_signed_in = app.phase.get_untracked() == Phase::SignedIn;
    match said {
        SIGNED_OUT if is_signed_in => account::leave(app, Some(SignedOutNotice::SignedOutElsewhere)),
        SIGNED_IN if !is_signed_in => account::boot(app),
        _ => {}
    }
}

/// Asks for a connection now instead of waiting.
pub fn retry_connection(app: AppState) {
    socket::hurry(app);
}

/// Takes in who is signed in.
pub(super) fn adopt_me(app: AppState, me: Me) {
    app.work(|core| core.model.signed_in(me));
}

/// Takes in people that an answer mentioned.
pub(super) fn meet(app: AppState, users: Vec<User>) {
    app.work(|core| core.model.meet(users));
}

/// Takes in a conversation that an answer held.
pub(super) fn adopt(app: AppState, conversation: Conversation) -> ConversationId {
    let id = conversation.id;
    app.work(|core| core.model.conversation_entered(conversation));
    id
}

pub(super) fn adopt_joined(app: AppState, joined: Joined) -> Joined {
    if let Joined::Member { conversation } = &joined {
        adopt(app, (**conversation).clone());
    }
    joined
}

/// The person has left a conversation by their own wish.
pub(super) fn lose(app: AppState, id: ConversationId) {
    app.work(|core| {
        core.leaving.insert(id);
        core.model.lose(id);
    });
}

/// The room with this alias that the reader is in.
pub(super) fn member_of_alias(app: AppState, alias: &str) -> Option<ConversationId> {
    let is_it = |conversation: &&Conversation| {
        conversation.kind == ConversationKind::Room && conversation.alias.as_ref().is_some_and(|own| own.as_str() == alias)
    };
    app.look(|core| core.model.conversations().find(is_it).map(|conversation| conversation.id)).flatten()
}
