//! Changing what was said: editing and deleting. Both need the server, and say so where there is none.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{
    ConversationId, ErrorCode, Invalid, MessageId, Seq,
    message::{Content, EditMessage, Message},
    page::HistoryQuery,
    text::MessageBody,
};

use crate::{
    api::{self, Answer, ApiFailure},
    state::{AppState, Conflict, Notice},
};

/// The message becomes a field to write in.
pub fn begin_edit(app: AppState, id: MessageId) {
    if app.look(|core| core.model.message(id).is_some_and(|message| is_text(message) && core.model.is_mine(message))) == Some(true) {
        app.open.editing.set(Some(id));
    }
}

/// The reader's own newest text becomes a field to write in. Says whether there is one.
pub fn begin_edit_of_last(app: AppState) -> bool {
    let last = app.look(|core| core.model.last_editable().map(|message| message.id)).flatten();
    app.open.editing.set(last);
    last.is_some()
}

/// Leaves the message as it is.
pub fn cancel_edit(app: AppState) {
    app.open.editing.set(None);
}

/// Saves another text, which shows at once. `version` is the one that its author had before them.
pub fn save_edit(app: AppState, message: &Message, text: &str) -> Result<(), Invalid> {
    let body = MessageBody::try_from(text)?;
    app.open.editing.set(None);
    if message.content == (Content::Text { body: body.clone() }) {
        return Ok(());
    }
    let (conversation, id, version) = (message.conversation_id, message.id, message.version);
    send_edit(app, conversation, id, EditMessage { body, version: Some(version) });
    Ok(())
}

/// Saves a text over whatever the message is now.
pub fn save_edit_anyway(app: AppState, conflict: &Conflict) {
    let edit = EditMessage { body: conflict.mine.clone(), version: None };
    send_edit(app, conflict.conversation_id, conflict.id, edit);
}

fn send_edit(app: AppState, conversation: ConversationId, id: MessageId, edit: EditMessage) {
    if app.work(|core| core.model.edit(id, edit.body.clone())) != Some(true) {
        return;
    }
    spawn_local(async move {
        match api::edit_message(conversation, id, &edit).await {
            Ok(message) => {
                app.work(|core| core.model.changed(&message));
            }
            Err(failure) => {
                app.work(|core| core.model.change_failed(id));
                if failure.is(ErrorCode::EditConflict) {
                    disagree(app, conversation, id, edit.body).await;
                } else {
                    // The words are not lost: they are in the field again.
                    app.open.edited.set(Some((id, edit.body.as_str().to_owned())));
                    app.open.editing.set(Some(id));
                    app.toasts.show(Notice::NotEdited(failure));
                }
            }
        }
    });
}

/// Somebody changed it first: shows both texts.
async fn disagree(app: AppState, conversation_id: ConversationId, id: MessageId, mine: MessageBody) {
    let seq = app.look(|core| core.model.message(id).map(|message| message.seq)).flatten();
    let theirs = match seq {
        Some(seq) => read_message(conversation_id, seq).await,
        None => None,
    };
    if let Some(message) = &theirs {
        app.work(|core| core.model.changed(message));
    }
    let theirs = theirs.and_then(|message| match message.content {
        Content::Text { body } => Some(body),
        _ => None,
    });
    app.open.conflict.set(Some(Conflict { conversation_id, id, mine, theirs }));
}

async fn read_message(id: ConversationId, seq: Seq) -> Option<Message> {
    let query = HistoryQuery { after: Some(seq.previous()), limit: Some(1), ..HistoryQuery::default() };
    api::list_messages(id, query).await.ok()?.messages.into_iter().find(|message| message.seq == seq)
}

/// Erases a message; its place stays.
pub async fn delete_message(app: AppState, conversation: ConversationId, id: MessageId) -> Answer<()> {
    if app.work(|core| core.model.delete(id)) != Some(true) {
        return Err(ApiFailure::Refused { status: 409, body: None, retry_after: None });
    }
    match api::delete_message(conversation, id).await {
        Ok(message) => {
            app.work(|core| core.model.changed(&message));
            Ok(())
        }
        Err(failure) => {
            app.work(|core| core.model.change_failed(id));
            Err(failure)
        }
    }
}

fn is_text(message: &Message) -> bool {
    matches!(message.content, Content::Text { .. })
}
