//! Who would like to be let into a private room.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{ConversationId, UserId, member::JoinRequest};

use crate::ui::reactive::effect;
use crate::ui::reactive::optional;
use crate::{
    actions,
    api::Answer,
    browser,
    components::people_picker::person_line,
    state::{Notice, use_app},
    strings::people,
};

#[component]
pub fn Requests(id: ConversationId) -> AnyView {
    let app = use_app();
    let requests = RwSignal::new(Vec::<JoinRequest>::new());
    let load = move || {
        spawn_local(async move {
            // Without an answer the section simply stays as it was; it is read again with the next request.
            if let Ok(open) = actions::list_join_requests(app, id).await {
                requests.try_set(open);
            }
        });
    };
    effect(move || {
        app.roster.join_requests.track();
        load();
    });
    let answer = move |user_id: UserId, let_in: bool| {
        spawn_local(async move {
            let answer: Answer<()> = if let_in {
                actions::approve_join_request(app, id, user_id).await
            } else {
                actions::decline_join_request(app, id, user_id).await
            };
            match answer {
                Ok(()) => {
                    requests.try_update(|requests| requests.retain(|request| request.user.id != user_id));
                }
                Err(failure) => {
                    app.toasts.show(Notice::Failed(failure));
                    load();
                }
            }
        });
    };
    optional(move || {
        let open = requests.get();
        (!open.is_empty()).then(|| {
            let rows = open.into_iter().map(|request| row(&request, answer)).collect_view();
            view! {
                <section aria-labelledby="requests-title">
                    <h4 class="sec" id="requests-title">{people::REQUESTS}</h4>
                    <ul>{rows}</ul>
                </section>
            }
            .into_any()
        })
    })
}

fn row(request: &JoinRequest, answer: impl Fn(UserId, bool) + Copy + 'static) -> AnyView {
    let id = request.user.id;
    let name = request.user.display_name.to_string();
    view! {
        <li class="row request" title=browser::relative_time(request.requested_at)>
            {person_line(&request.user)}
            <button type="button" class="btn sm primary" aria-label=people::approve(&name) on:click=move |_| answer(id, true)>
                {people::APPROVE}
            </button>
            <button type="button" class="btn sm" aria-label=people::decline(&name) on:click=move |_| answer(id, false)>
                {people::DECLINE}
            </button>
        </li>
    }
    .into_any()
}
