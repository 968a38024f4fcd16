//! What a use case is given: ports and nothing but ports.

use std::sync::Arc;

use shared_types::{ConversationId, MessageId, SessionId, Timestamp, UserId};
use uuid::{Builder, Uuid};

use crate::{
    ports::{Bus, Clock, Secrets, Store},
    throttle::Throttle,
};

/// The ports of one running server. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub store: Arc<dyn Store>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub secrets: Arc<dyn Secrets>,
    /// Failed log-ins of late, per account and address.
    pub login_throttle: Arc<Throttle>,
}

impl Ctx {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn new_user_id(&self) -> UserId {
        UserId(self.new_id())
    }

    pub fn new_conversation_id(&self) -> ConversationId {
        ConversationId(self.new_id())
    }

    pub fn new_message_id(&self) -> MessageId {
        MessageId(self.new_id())
    }

    pub fn new_session_id(&self) -> SessionId {
        SessionId(self.new_id())
    }

    /// UUID version 7 (RFC 9562): sorted by time of making, so that indexes grow at one end.
    fn new_id(&self) -> Uuid {
        let mut chance = [0; 10];
        self.secrets.fill_random(&mut chance);
        Builder::from_unix_timestamp_millis(u64::try_from(self.now().0).unwrap_or_default(), &chance).into_uuid()
    }
}
