//! How the connection is doing.

use client::link::{Indicator, Status};
use leptos::prelude::*;

/// Read by the connection dot, the banner and the "about" page.
#[derive(Clone, Copy)]
pub struct LinkState {
    /// Also on `<html data-conn>`, which the core keeps by itself.
    pub status: RwSignal<Status>,
    /// What to say; [`Indicator::Fine`] means nothing at all.
    pub indicator: RwSignal<Indicator>,
    /// Milliseconds there and back, by the last answered ping.
    pub rtt_ms: RwSignal<Option<u32>>,
    /// Grows by one with every sign of life from the server: the dot pulses once.
    pub pulse: RwSignal<u32>,
    /// Messages that wait for a connection, in all conversations.
    pub queued: RwSignal<usize>,
    /// The server runs another build than this page.
    pub update_ready: RwSignal<bool>,
    /// When the connection last became live, in milliseconds since 1970.
    pub live_since: RwSignal<Option<i64>>,
}

impl LinkState {
    pub(super) fn new() -> Self {
        Self {
            status: RwSignal::new(Status::Connecting),
            indicator: RwSignal::new(Indicator::Fine),
            rtt_ms: RwSignal::new(None),
            pulse: RwSignal::new(0),
            queued: RwSignal::new(0),
            update_ready: RwSignal::new(false),
            live_since: RwSignal::new(None),
        }
    }
}
