//! The only place, beside `api` and `socket`, that touches the browser itself.
//!
//! Everything here is a plain function over plain values, so that no other module knows web-sys, except for the element
//! and event types that a view has in its hands.

mod dates;
mod events;
mod kept;
mod page;
mod storage;
mod tabs;

use js_sys::{Date, Math};
use leptos::web_sys;
use shared_types::{Nonce, Timestamp};
use wasm_bindgen::JsCast;

pub use self::{
    dates::{
        DayName, date_field_value, day_name, exact_time, local_day, local_midnight, number, parse_date_field, relative_time, short_stamp,
        time_of_day,
    },
    events::{is_online, is_visible, on_connectivity, on_foreign_store, on_stay, on_visibility},
    kept::{forget_kept, keep, keep_for, kept},
    page::{build_files, copy_text, dress, focus, focus_first, is_touch, origin, reload, set_badge, set_connection, set_title},
    storage::{forget, store, store_text, stored, stored_keys, stored_text},
    tabs::{Channel, Held, acquire, seize},
};

/// The browser's clock.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and far below 2^53")]
pub fn now() -> Timestamp {
    Timestamp(Date::now() as i64)
}

/// A number from 0 to 1, for spreading things in time.
pub fn chance() -> f64 {
    Math::random()
}

/// An id that another tab hardly chose.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to u32::MAX")]
pub fn random_id() -> u32 {
    (Math::random() * f64::from(u32::MAX)) as u32
}

/// A new nonce: a UUID of version 7, so that messages of one author sort by time.
pub fn new_nonce() -> Nonce {
    let mut random = [0_u8; 10];
    let filled = window().crypto().is_ok_and(|crypto| crypto.get_random_values_with_u8_array(&mut random).is_ok());
    if !filled {
        // No secure random numbers: the nonce need not be secret, only unlikely to meet itself.
        for byte in &mut random {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            let chance = (Math::random() * 256.0) as u8;
            *byte = chance;
        }
    }
    Nonce(uuid::Builder::from_unix_timestamp_millis(now().0.unsigned_abs(), &random).into_uuid())
}

fn window() -> web_sys::Window {
    leptos::prelude::window()
}

fn document() -> web_sys::Document {
    leptos::prelude::document()
}

fn html() -> Option<web_sys::HtmlElement> {
    document().document_element()?.dyn_into().ok()
}
