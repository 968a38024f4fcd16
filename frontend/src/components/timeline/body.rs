//! The words of a message. They become text nodes and links, never markup.

use client::plain::Segment;
use leptos::prelude::*;
use shared_types::message::Content;

use crate::strings::chat;

/// The element that holds exactly the text that was sent.
pub fn body(content: &Content) -> AnyView {
    match content {
        Content::Text { body } => {
            let segments = client::plain::segments(body.as_str()).into_iter().map(segment).collect_view();
            view! { <p data-body="">{segments}</p> }.into_any()
        }
        Content::File { name } | Content::Image { name } | Content::Audio { name } | Content::Poll { question: name } => {
            view! { <p><em>{chat::UNKNOWN_CONTENT}</em> " " <span dir="auto">{name.clone()}</span></p> }.into_any()
        }
        Content::System { .. } | Content::Call {} | Content::Unknown => view! { <p><em>{chat::UNKNOWN_CONTENT}</em></p> }.into_any(),
    }
}

fn segment(segment: Segment) -> AnyView {
    match segment {
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
        _ => chat::UNKNOWN_CONTENT.to_owned(),
    }
}

/// One to three emoji and nothing else: drawn large, without a bubble.
pub fn is_emoji_only(content: &Content) -> bool {
    matches!(content, Content::Text { body } if client::plain::is_emoji_only(body.as_str()))
}
