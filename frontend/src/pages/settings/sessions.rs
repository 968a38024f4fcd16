//! Where one is signed in, and how to end it.

use leptos::{prelude::*, task::spawn_local};
use shared_types::account::Session;

use crate::ui::reactive::{dynamic, effect};
use crate::{
    actions,
    api::Answer,
    browser,
    components::words,
    state::{AppState, Notice, use_app},
    strings::{self, account as texts},
    ui::{
        button::Button,
        empty::{Failure, row_skeletons},
        icon::glyph,
    },
};

#[component]
pub fn Sessions(
    /// Grows when the list has to be read again.
    version: Signal<u32>,
) -> AnyView {
    let app = use_app();
    let sessions = RwSignal::new(None::<Answer<Vec<Session>>>);
    let load = move || {
        spawn_local(async move {
            let answer = actions::load_sessions(app).await;
            sessions.try_set(Some(answer));
        });
    };
    effect(move || {
        version.track();
        load();
    });
    let end_others = move |()| {
        spawn_local(async move {
            match actions::end_other_sessions(app).await {
                Ok(()) => app.toasts.show(Notice::Words { text: texts::OTHERS_ENDED.to_owned(), is_error: false }),
                Err(failure) => app.toasts.show(Notice::Failed(failure)),
            }
            load();
        });
    };
    dynamic(move || match sessions.get() {
        None => row_skeletons(2, strings::LOADING),
        Some(Err(failure)) => view! {
            <Failure title=texts::SESSIONS_FAILED cause=words::failure(&failure) retry_label=strings::RETRY on_retry=move |()| load() />
        }
        .into_any(),
        Some(Ok(list)) => {
            let has_others = list.iter().any(|session| !session.current);
            let rows = list.into_iter().map(|session| row(app, &session, load)).collect_view();
            view! {
                <ul class="sessions">{rows}</ul>
                {if has_others {
                    view! { <Button label=texts::END_OTHERS class="danger ghost" on_click=end_others /> }.into_any()
                } else {
                    view! { <p class="hint">{texts::NO_OTHER_SESSIONS}</p> }.into_any()
                }}
            }
            .into_any()
        }
    })
}

fn row(app: AppState, session: &Session, load: impl Fn() + Copy + Send + 'static) -> AnyView {
    let id = session.id;
    let busy = RwSignal::new(false);
    let end = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            if let Err(failure) = actions::end_session(app, id).await {
                app.toasts.show(Notice::Failed(failure));
            }
            load();
        });
    };
    let line =
        texts::session_line(&browser::relative_time(session.last_active_at), &session.address, &browser::relative_time(session.created_at));
    let name = texts::end_session_of(&session.device);
    let last = session.last_active_at;
    view! {
        <li class="session">
            {glyph("device", "ic lg")}
            <span class="t">
                <b>
                    <span dir="auto">{session.device.clone()}</span>
                    " "
                    {session.current.then(|| view! { <span class="badge ok">{texts::THIS_DEVICE}</span> }.into_any())}
                </b>
                <small title=move || words::exact(last)>{line}</small>
            </span>
            {(!session.current)
                .then(|| {
                    view! {
                        <button type="button" class="btn sm" aria-label=name aria-busy=move || busy.get().then_some("true") on:click=end>
                            {texts::END_SESSION}
                        </button>
                    }.into_any()
                })}
        </li>
    }
    .into_any()
}
