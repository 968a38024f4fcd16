//! Who somebody is, in brief.

use leptos::{prelude::*, task::spawn_local};
use shared_types::{UserId, user::User};

use super::face::{look, twin_mark, user_face};
use crate::{
    actions, browser,
    components::words,
    pages::{Page, use_navigator},
    state::{AppState, use_app},
    strings::{self, people},
    ui::{
        button::{Button, link_button},
        dialog::Dialog,
    },
};

#[component]
pub fn ProfileDialog(id: UserId, #[prop(into)] on_close: Callback<()>) -> AnyView {
    let app = use_app();
    refresh(app, id);
    let user = app.people.user(id);
    view! {
        <Dialog title=move || words::known_name(app, id) close_label=strings::CLOSE on_close=on_close class="narrow">
            <div class="dialog-body">
                {move || user.get().map(|user| profile(app, &user))}
                <p class="alt"><a href=Page::Person(id).path()>{people::FULL_PROFILE}</a></p>
            </div>
        </Dialog>
    }
    .into_any()
}

/// What is known of them may be old.
pub fn refresh(app: AppState, id: UserId) {
    spawn_local(async move {
        // What is known already stays on screen if this fails.
        let _ = actions::load_user(app, id).await;
    });
}

/// Picture, names, description, and what one can do with somebody.
pub fn profile(app: AppState, user: &User) -> AnyView {
    let navigator = use_navigator();
    let id = user.id;
    let is_me = app.is_me(id);
    let message = move |()| match actions::direct_with(app, id) {
        Some(conversation) => navigator.go(Page::Chat { id: conversation, details: false }),
        None => navigator.go_to(&format!("{}?to={id}", Page::New.path())),
    };
    let badge = strings::server_role(user.role).map(|words| view! { <span class="badge accent">{words}</span> }.into_any());
    let created_at = user.created_at;
    view! {
        <div class="card profile">
            <div class="profile-top" data-h=look(id).hue.to_string()></div>
            {user_face(user, "xl")}
            <h3 dir="auto">{user.display_name.to_string()} {twin_mark(user)} " " {badge}</h3>
            <p class="handle">{format!("@{}", user.username)}</p>
            <p class="bio" dir="auto">{user.bio.to_string()}</p>
            <dl class="kv">
                <dt>{people::MEMBER_SINCE}</dt>
                <dd title=move || words::exact(created_at)>{browser::relative_time(created_at)}</dd>
            </dl>
            <div class="acts">
                {if is_me {
                    link_button("/settings/profile", "primary", Some("edit"), people::EDIT_PROFILE)
                } else {
                    view! { <Button label=people::MESSAGE class="primary" symbol="chat" on_click=message /> }.into_any()
                }}
            </div>
        </div>
    }
    .into_any()
}
