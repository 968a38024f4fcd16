//! Every bound that both sides know. The server publishes them at [`crate::route::SERVER`].

use serde::{Deserialize, Serialize};

/// Unicode scalar values in one message.
pub const MESSAGE_CHARS: usize = 16_000;
/// Characters of a username, least and most.
pub const USERNAME_CHARS: (usize, usize) = (2, 32);
/// Characters of a display name.
pub const DISPLAY_NAME_CHARS: usize = 64;
/// Characters of an e-mail address.
pub const EMAIL_CHARS: usize = 254;
/// Characters of a person's own description.
pub const BIO_CHARS: usize = 500;
/// Least characters and most bytes of a password (NIST SP 800-63B asks for length, not for character classes).
pub const PASSWORD_MIN_CHARS: usize = 10;
pub const PASSWORD_MAX_BYTES: usize = 1024;
/// Characters of the name of a room or group.
pub const ROOM_NAME_CHARS: usize = 80;
/// Characters of an alias (`#tide-charts`), least and most.
pub const ALIAS_CHARS: (usize, usize) = (2, 40);
/// Characters of a topic.
pub const TOPIC_CHARS: usize = 250;
/// People named in one call that starts a group or adds members.
pub const MEMBERS_PER_CALL: usize = 100;
/// Messages, members, rooms or people in one page: what is given without asking, and the most that can be asked for.
pub const PAGE_DEFAULT: u32 = 50;
pub const PAGE_MAX: u32 = 200;
/// Unread messages are counted up to here; the client shows "999+".
pub const UNREAD_MAX: u32 = 1_000;
/// Members of a conversation up to which receipts are told live; of larger ones they can be asked for.
pub const LIVE_RECEIPTS_MEMBERS: u32 = 100;
/// Events of one conversation, and of all together, that a resumed socket is sent one by one. What was missed beyond that is
/// told as a snapshot.
pub const RESUME_EVENTS: u64 = 500;
pub const RESUME_EVENTS_TOTAL: u64 = 5_000;
/// Conversations that a client may name when it resumes, and positions in one call that sets them.
pub const POSITIONS_MAX: usize = 1_000;
/// Characters of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY_CHARS: usize = 128;
/// Bytes of one frame from a client.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Bytes of one request body. 16,000 characters escaped as `\uXXXX` surrogate pairs are 192,000 bytes.
pub const REQUEST_BYTES: usize = 256 * 1024;
/// Milliseconds between two heartbeats of the server.
pub const HEARTBEAT_MS: u32 = 15_000;
/// A client that has heard nothing for so long gives the socket up.
pub const CLIENT_PATIENCE_MS: u32 = 25_000;
/// The server gives a socket up after so long without any frame.
pub const SERVER_PATIENCE_MS: u32 = 30_000;
/// Milliseconds in which a new socket has to say who it is.
pub const AUTH_FRAME_MS: u32 = 5_000;
/// Milliseconds a socket ticket lives.
pub const TICKET_MS: i64 = 30_000;

/// The bounds as the server publishes them, for programs that are not built from this crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// Unicode scalar values in one message.
    pub message_chars: usize,
    pub username_chars: usize,
    pub display_name_chars: usize,
    pub bio_chars: usize,
    pub password_min_chars: usize,
    pub room_name_chars: usize,
    pub topic_chars: usize,
    pub members_per_call: usize,
    pub page_max: u32,
    /// Bytes of one frame from a client.
    pub frame_bytes: usize,
    /// Bytes of one request body.
    pub request_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_chars: MESSAGE_CHARS,
            username_chars: USERNAME_CHARS.1,
            display_name_chars: DISPLAY_NAME_CHARS,
            bio_chars: BIO_CHARS,
            password_min_chars: PASSWORD_MIN_CHARS,
            room_name_chars: ROOM_NAME_CHARS,
            topic_chars: TOPIC_CHARS,
            members_per_call: MEMBERS_PER_CALL,
            page_max: PAGE_MAX,
            frame_bytes: FRAME_BYTES,
            request_bytes: REQUEST_BYTES,
        }
    }
}
