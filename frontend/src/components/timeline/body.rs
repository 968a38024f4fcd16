//! The words of a message. They become text nodes and links, never markup.

use client::plain::Segment;
use leptos::prelude::*;
use shared_types::{UserId, message::Content};

use crate::{
    components::overlay::{Overlay, use_overlays},
    state::AppState,
    strings::chat,
};

/// The element that holds exactly the text that was sent.
pub fn body(app: AppState, content: &Content, mentions: &[UserId]) -> AnyView {
    match content {
        Content::Text { body } => {
            // By their names of now; somebody who is not known yet is plain text until they are.
            let people: Vec<(String, UserId)> =
                mentions.iter().filter_map(|id| Some((app.people.user(*id).get()?.username.as_str().to_lowercase(), *id))).collect();
            let usernames: Vec<String> = people.iter().map(|(username, _)| username.clone()).collect();
            let segments = client::plain::segments_naming(body.as_str(), &usernames);
            let segments = segments.into_iter().map(|part| segment(app, part, &people)).collect_view();
            view! { <p data-body="">{segments}</p> }.into_any()
        }
        Content::Deleted {} => view! { <p>{chat::DELETED}</p> }.into_any(),
        Content::File { name } | Content::Image { name } | Content::Audio { name } | Content::Poll { question: name } => {
            view! { <p><em>{chat::UNKNOWN_CONTENT}</em> " " <span dir="auto">{name.clone()}</span></p> }.into_any()
        }
        Content::System { .. } | Content::Call {} | Content::Unknown => view! { <p><em>{chat::UNKNOWN_CONTENT}</em></p> }.into_any(),
    }
}

fn segment(app: AppState, segment: Segment, people: &[(String, UserId)]) -> AnyView {
    match segment {
        Segment::Mention { text, username } => {
            let id = people.iter().find(|(name, _)| *name == username).map(|(_, id)| *id);
            let class = if id.is_some_and(|id| app.is_me(id)) { "at me" } else { "at" };
            let overlays = use_overlays();
            let open = move |_| {
                if let Some(id) = id {
                    overlays.open(Overlay::Profile(id));
                }
            };
            view! { <button type="button" class=class tabindex="-1" on:click=open>{text}</button> }.into_any()
        }
        Segment::Text(text) => text.into_any(),
        Segment::Link { text, href } => {
            view! { <a href=href target="_blank" rel="noopener noreferrer" tabindex="-1">{text}</a> }.into_any()
        }
    }
}

/// The text for an accessible name: one line, and not the whole book.
pub fn summary(content: &Content) -> String {
    const MOST: usize = 300;
    match content {
        Content::Text { body } => {
            let text = body.as_str();
            let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
            if text.chars().nth(MOST).is_some() {
                short.push('…');
            }
            short
        }
        Content::Deleted {} => chat::DELETED.to_owned(),
        _ => chat::UNKNOWN_CONTENT.to_owned(),
    }
}

/// One to three emoji and nothing else: drawn large, without a bubble.
pub fn is_emoji_only(content: &Content) -> bool {
    matches!(content, Content::Text { body } if client::plain::is_emoji_only(body.as_str()))
}
