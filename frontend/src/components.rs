//! What knows the domain and is no page by itself.

pub mod announcer;
pub mod composer;
pub mod confirm;
pub mod conflict;
pub mod connection;
pub mod details;
pub mod face;
pub mod form;
pub mod join_dialog;
pub mod keys;
pub mod list;
pub mod overlay;
pub mod people_picker;
pub mod profile_card;
pub mod rail;
pub mod seen_by;
pub mod shell;
pub mod switcher;
pub mod timeline;
pub mod title;
pub mod toasts;
pub mod words;
