//! Writing: drafts, sending, trying again.

use client::{
    draft::{DEBOUNCE_MS, keepable},
    outbox::{Full, Letter},
};
use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    ConversationId, ErrorCode, Invalid, Nonce, UserId,
    conversation::CreateConversation,
    message::SendMessage,
    text::{MessageBody, RoomName},
};

use super::connection;
use crate::{
    api::{self, Answer, ApiFailure},
    browser, socket,
    state::{AppState, DraftPlace},
};

/// Letters are kept under `parlance.outbox.<user>.<nonce>` until they are stored.
const OUTBOX: &str = "parlance.outbox.";
/// Where tabs have no leader, each sends its own letters. Another tab's goes so late, in case that tab is gone.
const ORPHAN_AFTER_MS: i64 = 20_000;
const DISCARD_AFTER_MS: u32 = 2_000;

/// Sends a text: its row is on screen in the same frame, and the draft of the conversation is gone. Refused at once only if the
/// text itself cannot be a message (blank, too long), or if too many wait already.
pub fn send_message(app: AppState, id: ConversationId, text: &str) -> Result<(), Invalid> {
    let body = MessageBody::try_from(text)?;
    let nonce = browser::new_nonce();
    let posted = app.core.try_update_value(|core| core.model.send(id, nonce, body, browser::now()));
    if let Some(Err(Full)) = posted {
        return Err(Invalid::new(ErrorCode::RateLimited, "Too many messages wait to be sent."));
    }
    // Stored before it leaves and before it is drawn: whatever is on screen survives the page.
    keep(app, nonce);
    app.work(|core| {
        // Who speaks wants to see their words.
        if core.model.open_id() == Some(id) {
            core.model.jump_to_latest();
        }
    });
    forget_draft(app, &DraftPlace::Conversation(id));
    Ok(())
}

/// Sends a failed message again, as the same message.
pub fn retry_message(app: AppState, nonce: Nonce) {
    app.work(|core| core.model.retry(nonce, browser::now()));
}

/// Takes a failed or waiting message away.
pub fn discard_message(app: AppState, nonce: Nonce) {
    app.work(|core| core.model.discard(nonce));
}

/// The direct conversation with this person, if there is one already.
pub fn direct_with(app: AppState, user_id: UserId) -> Option<ConversationId> {
    app.look(|core| core.model.direct_with(user_id)).flatten()
}

/// Starts a direct message (one person) or a group (two and more) with its first message; go to `/c/<id>` with what comes back.
/// Trying again after a failure with the same text is safe: it is the same message.
pub async fn start_conversation(app: AppState, people: Vec<UserId>, name: Option<RoomName>, text: &str) -> Answer<ConversationId> {
    let body = MessageBody::try_from(text).map_err(|invalid| refused(invalid, "message.body"))?;
    let place = DraftPlace::New(people.clone());
    let key = app.drafts.key(&place);
    let nonce = app.core.try_update_value(|core| {
        let (nonce, _) = core
            .first_nonces
            .get(&key)
            .filter(|(_, known)| known == text)
            .cloned()
            .unwrap_or_else(|| (browser::new_nonce(), text.to_owned()));
        core.first_nonces.insert(key.clone(), (nonce, text.to_owned()));
        nonce
    });
    let message = SendMessage { nonce: nonce.unwrap_or_else(browser::new_nonce), body };
    let create = match people.as_slice() {
        [user_id] => CreateConversation::Direct { user_id: *user_id, message },
        _ => CreateConversation::Group { user_ids: people, name, message },
    };
    let created = api::create_conversation(&create).await?;
    app.core.update_value(|core| {
        core.first_nonces.remove(&key);
    });
    forget_draft(app, &place);
    Ok(connection::adopt(app, created))
}

/// What the composer holds now; stored within 300 ms of a key, however many follow. An empty text takes the draft away.
pub fn set_draft(app: AppState, place: &DraftPlace, text: &str) {
    let key = app.drafts.key(place);
    let slot = app.drafts.slot(&key);
    if slot.with_untracked(|old| old == text) {
        return;
    }
    slot.set(text.to_owned());
    socket::tell_draft(app, &key, text);
    app.core.update_value(|core| {
        core.draft_timers.entry(key).or_insert_with_key(|key| {
            let key = key.clone();
            Timeout::new(DEBOUNCE_MS, move || store_draft(app, &key))
        });
    });
}

/// Stores what still waits for its 300 ms: the page may be gone in a moment.
pub(super) fn store_drafts_now(app: AppState) {
    let waiting: Vec<String> = app.look(|core| core.draft_timers.keys().cloned().collect()).unwrap_or_default();
    for key in waiting {
        store_draft(app, &key);
    }
}

fn store_draft(app: AppState, key: &str) {
    let text = app.drafts.slot(key).get_untracked();
    browser::store_text(key, keepable(&text));
    app.work(|core| {
        core.draft_timers.remove(key);
        if let Some(id) = app.drafts.conversation_of(key) {
            core.model.draft_is(id, &text);
        }
    });
}

fn forget_draft(app: AppState, place: &DraftPlace) {
    let key = app.drafts.key(place);
    app.drafts.slot(&key).set(String::new());
    socket::tell_draft(app, &key, "");
    store_draft(app, &key);
}

/// A draft as another tab types it.
pub(crate) fn draft_told(app: AppState, key: &str, text: String) {
    if !app.drafts.owns(key) {
        return;
    }
    if let Some(id) = app.drafts.conversation_of(key) {
        app.work(|core| core.model.draft_is(id, &text));
    }
    app.drafts.slot(key).set(text);
}

/// Another tab has written: its drafts are ours, and so are its letters, which the tab that leads sends for all.
pub(super) fn reread(app: AppState, key: &str) {
    if app.drafts.owns(key) {
        return draft_told(app, key, browser::stored_text(key).unwrap_or_default());
    }
    let Some(nonce) = key.strip_prefix(&outbox_of(app)).and_then(|nonce| nonce.parse().ok()) else { return };
    if let Some(letter) = browser::stored::<Letter>(key) {
        app.work(|core| {
            core.model.letter_told(letter);
            if core.seat.rules.is_alone() {
                core.model.message_put_off(nonce, Some(ORPHAN_AFTER_MS), browser::now());
            }
        });
    } else {
        // Most likely it was stored, and its event, which takes the row's place, is about to come in.
        spawn_local(async move {
            TimeoutFuture::new(DISCARD_AFTER_MS).await;
            app.work(|core| core.model.discard(nonce));
        });
    }
}

/// Takes up letters that another tab kept, while this one was not yet told of what others keep.
pub(crate) fn reread_letters(app: AppState) {
    let letters = stored_letters(app);
    app.work(|core| letters.into_iter().for_each(|letter| core.model.letter_told(letter)));
}

fn stored_letters(app: AppState) -> Vec<Letter> {
    browser::stored_keys(&outbox_of(app)).iter().filter_map(|key| browser::stored(key)).collect()
}

/// Takes up the letters and drafts that this device kept for the person.
pub(super) fn restore(app: AppState) {
    let letters = stored_letters(app);
    app.drafts.belong_to(app.look(|core| core.model.me().map(|me| me.user.id)).flatten());
    let keys = app.drafts.stored_keys().into_iter();
    let drafts: Vec<(ConversationId, String)> =
        keys.filter_map(|key| Some((app.drafts.conversation_of(&key)?, browser::stored_text(&key)?))).collect();
    app.work(|core| {
        for letter in letters {
            core.model.letter_told(letter);
        }
        for (id, text) in drafts {
            core.model.draft_is(id, &text);
        }
    });
}

/// Keeps a letter as it is now, or forgets it if it is out of the outbox.
pub(crate) fn keep(app: AppState, nonce: Nonce) {
    let key = format!("{}{nonce}", outbox_of(app));
    match app.look(|core| core.model.outbox().letter(nonce).filter(|letter| letter.stored().is_none()).cloned()).flatten() {
        Some(letter) => browser::store(&key, &letter),
        None => browser::forget(&key),
    }
}

fn outbox_of(app: AppState) -> String {
    let me = app.look(|core| core.model.me().map(|me| me.user.id)).flatten();
    me.map_or_else(|| format!("{OUTBOX}nobody."), |me| format!("{OUTBOX}{me}."))
}

fn refused(invalid: Invalid, field: &str) -> ApiFailure {
    ApiFailure::Refused {
        status: 422,
        body: Some(shared_types::ErrorBody {
            code: invalid.code,
            message: invalid.message,
            field: Some(field.to_owned()),
            limit: invalid.limit,
            request_id: String::new(),
        }),
        retry_after: None,
    }
}
