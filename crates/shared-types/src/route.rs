//! Every path of the API, spelled once: for the router, the OpenAPI document and the clients.

use std::fmt::Display;

pub const HEALTHZ: &str = "/healthz";
pub const READYZ: &str = "/readyz";
pub const METRICS: &str = "/metrics";
pub const DOCS: &str = "/docs";
pub const OPENAPI: &str = "/api/v1/openapi.json";
pub const SERVER: &str = "/api/v1/server";

pub const REGISTER: &str = "/api/v1/auth/register";
pub const LOGIN: &str = "/api/v1/auth/login";
pub const REFRESH: &str = "/api/v1/auth/refresh";
pub const LOGOUT: &str = "/api/v1/auth/logout";
/// The refresh cookie is sent here and nowhere else.
pub const AUTH_SCOPE: &str = "/api/v1/auth";

pub const ME: &str = "/api/v1/me";
pub const MY_PASSWORD: &str = "/api/v1/me/password";
pub const MY_SESSIONS: &str = "/api/v1/me/sessions";
pub const MY_SESSION: &str = "/api/v1/me/sessions/{session_id}";

pub const USERS: &str = "/api/v1/users";
pub const USER: &str = "/api/v1/users/{user_id}";

pub const ROOMS: &str = "/api/v1/rooms";
pub const JOIN: &str = "/api/v1/join";

pub const CONVERSATIONS: &str = "/api/v1/conversations";
pub const CONVERSATION: &str = "/api/v1/conversations/{conversation_id}";
pub const MEMBERS: &str = "/api/v1/conversations/{conversation_id}/members";
pub const MEMBER: &str = "/api/v1/conversations/{conversation_id}/members/{user_id}";
pub const JOIN_CONVERSATION: &str = "/api/v1/conversations/{conversation_id}/join";
pub const LEAVE: &str = "/api/v1/conversations/{conversation_id}/leave";
pub const JOIN_REQUESTS: &str = "/api/v1/conversations/{conversation_id}/join-requests";
pub const JOIN_REQUEST: &str = "/api/v1/conversations/{conversation_id}/join-requests/{user_id}";
pub const EVERYONE: &str = "/api/v1/conversations/{conversation_id}/everyone";
pub const MESSAGES: &str = "/api/v1/conversations/{conversation_id}/messages";
pub const MESSAGE: &str = "/api/v1/conversations/{conversation_id}/messages/{message_id}";
pub const EVENTS: &str = "/api/v1/conversations/{conversation_id}/events";
pub const READ: &str = "/api/v1/conversations/{conversation_id}/read";
pub const RECEIPTS: &str = "/api/v1/conversations/{conversation_id}/receipts";
pub const READ_ALL: &str = "/api/v1/read-all";
pub const READ_POSITIONS: &str = "/api/v1/read-positions";

/// Counts everything anew and tells what does not agree; for those who run the server.
pub const INTEGRITY: &str = "/api/v1/admin/integrity";

pub const WS: &str = "/api/v1/ws";
pub const WS_TICKETS: &str = "/api/v1/ws/tickets";

/// Fills the `{placeholders}` of a path in order: `path(MEMBERS, &[&id])`.
pub fn path(template: &str, values: &[&dyn Display]) -> String {
    let mut filled = String::with_capacity(template.len() + values.len() * 36);
    let mut values = values.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        if let Some(value) = values.next() {
            filled.push_str(&value.to_string());
        }
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_filled_in_order() {
        assert_eq!(super::path(super::MEMBER, &[&"c", &"u"]), "/api/v1/conversations/c/members/u");
        assert_eq!(super::path(super::ME, &[]), super::ME);
    }
}
