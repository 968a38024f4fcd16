//! How far one's own words have come: sent, delivered, read.

use client::receipts::Reach;
use leptos::prelude::*;
use shared_types::{ConversationId, Seq};

use crate::{
    components::overlay::{Overlay, use_overlays},
    strings::chat,
    ui::icon::glyph,
};

/// One tick, two, or two in colour.
pub fn tick(reach: Reach) -> AnyView {
    if reach.is_read() {
        glyph("checks", "ic tick read")
    } else if reach.is_delivered() {
        glyph("checks", "ic tick")
    } else {
        glyph("check", "ic tick")
    }
}

/// The same in words.
pub fn words(reach: Reach, newest: bool, is_direct: bool) -> String {
    if !is_direct && newest && reach.read > 0 {
        chat::seen_by(reach.read)
    } else if reach.is_read() {
        chat::READ.to_owned()
    } else if reach.is_delivered() {
        chat::DELIVERED.to_owned()
    } else {
        chat::SENT.to_owned()
    }
}

/// "Seen by 3", which leads to their names.
pub fn seen_button(id: ConversationId, seq: Seq, count: u32) -> AnyView {
    let overlays = use_overlays();
    view! {
        <button type="button" class="seen" tabindex="-1" on:click=move |_| overlays.open(Overlay::SeenBy(id, seq))>
            {chat::seen_by(count)}
        </button>
    }
    .into_any()
}
