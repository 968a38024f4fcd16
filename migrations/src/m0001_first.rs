//! Accounts, sessions, conversations, members, and the log with its `seq` and `nonce`.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_first"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, SQL).await
    }
}

const SQL: &str = "
CREATE TABLE server_secret (
    name TEXT NOT NULL PRIMARY KEY,
    value {bytes} NOT NULL
);

CREATE TABLE account (
    id {uuid} NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    display_key TEXT NOT NULL,
    bio TEXT NOT NULL,
    lookalike BOOLEAN NOT NULL,
    role SMALLINT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_username_key ON account (username_key);
CREATE UNIQUE INDEX account_email_key ON account (email_key);
CREATE INDEX account_display ON account (display_key);

CREATE TABLE account_term (
    term {bytes} NOT NULL,
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (term, account_id)
) {clustered};
CREATE INDEX account_term_of ON account_term (account_id);

CREATE TABLE session (
    id {uuid} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    refresh_hash {bytes} NOT NULL,
    previous_hash {bytes},
    rotated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX session_of ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE ws_ticket (
    hash {bytes} NOT NULL PRIMARY KEY,
    session_id {uuid} NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ws_ticket_session ON ws_ticket (session_id);
CREATE INDEX ws_ticket_expiry ON ws_ticket (expires_at);

CREATE TABLE conversation (
    id {uuid} NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    visibility SMALLINT NOT NULL,
    name TEXT,
    name_key TEXT,
    alias TEXT,
    topic TEXT NOT NULL,
    direct_key {bytes},
    is_default BOOLEAN NOT NULL,
    head_seq BIGINT NOT NULL,
    last_message_seq BIGINT NOT NULL,
    member_count INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_name_key ON conversation (name_key);
CREATE UNIQUE INDEX conversation_direct_key ON conversation (direct_key);
CREATE INDEX conversation_directory ON conversation (active_at, id) WHERE visibility = 1;
CREATE INDEX conversation_default ON conversation (id) WHERE is_default;

CREATE TABLE room_term (
    term {bytes} NOT NULL,
    conversation_id {uuid} NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    PRIMARY KEY (term, conversation_id)
) {clustered};
CREATE INDEX room_term_of ON room_term (conversation_id);

CREATE TABLE room_alias (
    alias_key TEXT NOT NULL PRIMARY KEY,
    conversation_id {uuid} NOT NULL REFERENCES conversation (id) ON DELETE CASCADE
);
CREATE INDEX room_alias_of ON room_alias (conversation_id);

CREATE TABLE member (
    conversation_id {uuid} NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role SMALLINT NOT NULL,
    joined_at BIGINT NOT NULL,
    history_from BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, account_id)
) {clustered};
CREATE INDEX member_of ON member (account_id, conversation_id);
CREATE INDEX member_by_role ON member (conversation_id, role, account_id);

CREATE TABLE read_position (
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    conversation_id {uuid} NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
) {clustered};
CREATE INDEX read_position_in ON read_position (conversation_id);

CREATE TABLE join_request (
    conversation_id {uuid} NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, account_id)
) {clustered};
CREATE INDEX join_request_of ON join_request (account_id);

CREATE TABLE event (
    conversation_id {uuid} NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    id {uuid} NOT NULL,
    author_id {uuid} NOT NULL REFERENCES account (id),
    nonce {uuid},
    kind SMALLINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) {clustered};
CREATE UNIQUE INDEX event_author_nonce ON event (author_id, nonce)
";
