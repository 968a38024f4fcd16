//! Who has read a message, among those who show it.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{ConversationId, Seq, UserId};

use super::{face, words};
use crate::{
    actions,
    api::ApiFailure,
    state::{AppState, use_app},
    strings::{self, chat},
    ui::{dialog::Dialog, empty::row_skeletons, icon::icon, reactive::dynamic},
};

#[component]
pub fn SeenByDialog(id: ConversationId, seq: Seq, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    let readers = RwSignal::new(None::<Result<Vec<UserId>, ApiFailure>>);
    spawn_local(async move {
        let answer = actions::load_readers(app, id, seq).await;
        readers.try_set(Some(answer));
    });
    view! {
        <Dialog title=chat::SEEN_BY close_label=strings::CLOSE on_close=on_close class="narrow">
            <div class="dialog-body" tabindex="0">
                {dynamic(move || match readers.get() {
                    None => row_skeletons(3, strings::LOADING),
                    Some(Err(failure)) => {
                        view! { <div class="form-error" role="alert">{icon("warn")}<p>{words::failure(&failure)}</p></div> }.into_any()
                    }
                    Some(Ok(readers)) if readers.is_empty() => view! { <p>{chat::SEEN_BY_NOBODY}</p> }.into_any(),
                    Some(Ok(readers)) => {
                        let rows = readers.into_iter().map(|reader| row(app, reader)).collect_view();
                        view! { <ul class="seen-list">{rows}</ul> }.into_any()
                    }
                })}
            </div>
        </Dialog>
    }
    .into_any()
}

fn row(app: AppState, id: UserId) -> AnyView {
    view! {
        <li class="row">
            {face::face(app, id, "sm")}
            <span class="t"><b dir="auto">{move || words::known_name(app, id)}</b></span>
        </li>
    }
    .into_any()
}
