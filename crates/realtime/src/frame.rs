//! A frame is serialised once, and shared by every socket that it goes to.

use std::sync::Arc;

use bytes::Bytes;
use shared_types::ws::{Head, ServerFrame};

#[derive(Debug)]
pub struct Frame {
    /// The JSON text; valid UTF-8.
    pub text: Bytes,
    /// The place of the event that it carries, if it carries one.
    pub head: Option<Head>,
}

impl Frame {
    pub fn new(frame: &ServerFrame, head: Option<Head>) -> Arc<Self> {
        // Our own types always serialise: no map with odd keys, no failing implementation.
        let text = serde_json::to_vec(frame).unwrap_or_else(|error| {
            tracing::error!(%error, "a frame did not serialise");
            b"{\"type\":\"resync\"}".to_vec()
        });
        Arc::new(Self { text: text.into(), head })
    }
}
