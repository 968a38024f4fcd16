//! The OpenAPI document, made from the same types and paths that serve.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlance",
        description = "Team chat: people, rooms, direct messages and groups.\n\n\
            Every refusal has the shape of `ErrorBody`; `code` comes from a closed list. Times are milliseconds since 1970 UTC. \
            The order of a conversation is its `seq`: 1, 2, 3 … without holes. A message is sent with a `nonce` that the client \
            makes; sending the same nonce again answers with the first message and stores nothing.\n\n\
            The socket at `/api/v1/ws` carries the same events as they happen, one JSON object per text frame, tagged by `type`. \
            It takes its identity from the `Authorization` header, from the first frame \
            (`{\"type\":\"auth\",\"token\":\"…\"}`), or from a single-use ticket (`POST /api/v1/ws/tickets`).",
        license(name = "MIT", identifier = "MIT")
    ),
    tags(
        (name = "auth", description = "Signing up, in and out"),
        (name = "me", description = "One's own account and devices"),
        (name = "people", description = "Finding people"),
        (name = "conversations", description = "Direct messages, groups and rooms"),
        (name = "members", description = "Who belongs where"),
        (name = "messages", description = "What is said"),
        (name = "server", description = "The server itself")
    ),
    components(schemas(shared_types::ErrorBody)),
    modifiers(&Bearer)
)]
pub struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// The document as JSON, ending in a line break.
pub fn json() -> String {
    let mut text = crate::router::documented().1.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
