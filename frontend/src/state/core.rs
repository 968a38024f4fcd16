//! What stands behind the signals: the structs of `client`, the socket and the timers. Views never see it.

use std::collections::HashMap;

use client::{
    keeper::Keeper,
    link::Link,
    model::Model,
    sorted::{Map, Set},
    unread::Mark,
};
use gloo_timers::callback::Timeout;
use shared_types::{ConversationId, Nonce, Timestamp};

use super::open::OpenPhase;
use crate::{
    browser,
    socket::{Seat, Wire},
};

pub(crate) struct Core {
    pub model: Model,
    pub link: Link,
    pub wire: Wire,
    /// This tab among the others.
    pub seat: Seat,
    /// Grows with each socket, so that what belongs to an earlier one is known by its number.
    pub generation: u32,
    /// Grows with each call of `boot`: an earlier one gives up.
    pub boot_round: u32,
    /// The one timer: for the link, the marks on rows, the next try.
    pub alarm: Option<Timeout>,
    /// The last ping: its id, and when it left.
    pub ping: (u32, Timestamp),
    /// Read positions as they were last reported, and when.
    pub reported: (Map<ConversationId, Mark>, Timestamp),
    /// When the others were last told of what this device has received.
    pub delivered_at: Timestamp,
    /// The server's build when this page first connected.
    pub build: Option<String>,
    /// What of the model has to be kept on this device.
    pub keeper: Keeper,
    pub keep_timer: Option<Timeout>,
    /// Conversations that were read ahead on this connection, and whether one is being read.
    pub ahead: (Set<ConversationId>, bool),
    /// Why the open conversation cannot be shown.
    pub open_trouble: Option<OpenPhase>,
    /// Conversations that the reader leaves by their own wish: nobody need tell them.
    pub leaving: Set<ConversationId>,
    /// The nonce of a first message, so that trying again does not start two conversations.
    pub first_nonces: HashMap<String, (Nonce, String)>,
    /// Drafts that will be stored in a moment.
    pub draft_timers: HashMap<String, Timeout>,
}

impl Core {
    pub(super) fn new() -> Self {
        Self {
            model: Model::default(),
            link: Link::new(browser::is_online()),
            wire: Wire::None,
            seat: Seat::default(),
            generation: 0,
            boot_round: 0,
            alarm: None,
            // Every tab hears every pong.
            ping: (browser::random_id(), Timestamp(0)),
            reported: (Map::default(), Timestamp(0)),
            delivered_at: Timestamp(0),
            build: None,
            keeper: Keeper::default(),
            keep_timer: None,
            ahead: (Set::default(), false),
            open_trouble: None,
            leaving: Set::default(),
            first_nonces: HashMap::new(),
            draft_timers: HashMap::new(),
        }
    }

    /// Forgets the person.
    pub(crate) fn reset(&mut self) {
        let (generation, boot_round) = (self.generation + 1, self.boot_round);
        let build = self.build.take();
        *self = Self { generation, boot_round, build, ..Self::new() };
    }
}
