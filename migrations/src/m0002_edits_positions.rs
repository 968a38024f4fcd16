//! Edits and deletions in the log, mentions, positions that move both ways, receipts, and keys of repeated requests.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_edits_positions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, SQL).await
    }
}

const SQL: &str = "
ALTER TABLE event ADD COLUMN target_seq BIGINT;
ALTER TABLE event ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN edited_at BIGINT;
ALTER TABLE event ADD COLUMN mentions {bytes};
ALTER TABLE event ADD COLUMN sent_seal {bytes};
CREATE UNIQUE INDEX event_id ON event (id);
DROP INDEX event_author_nonce;
CREATE UNIQUE INDEX event_nonce ON event (nonce, author_id) WHERE nonce IS NOT NULL;

CREATE TABLE mention (
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    conversation_id {uuid} NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (account_id, conversation_id, seq),
    FOREIGN KEY (conversation_id, seq) REFERENCES event (conversation_id, seq) ON DELETE CASCADE
) {clustered};
CREATE INDEX mention_in ON mention (conversation_id, seq);

ALTER TABLE account ADD COLUMN shares_receipts BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE account ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX account_changed ON account (changed_at);

ALTER TABLE read_position ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;
ALTER TABLE read_position ADD COLUMN delivered_seq BIGINT NOT NULL DEFAULT 0;

CREATE TABLE idempotency_key (
    account_id {uuid} NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    fingerprint {bytes} NOT NULL,
    conversation_id {uuid} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
) {clustered}
";
