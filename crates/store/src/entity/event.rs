//! The log.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub id: Uuid,
    pub author_id: Uuid,
    pub nonce: Option<Uuid>,
    pub kind: i16,
    pub body: String,
    pub created_at: i64,
    /// Of an edit or a deletion: the place of its message. Messages have none.
    pub target_seq: Option<i64>,
    pub version: i32,
    pub edited_at: Option<i64>,
    /// Ids of 16 bytes, one after the other.
    pub mentions: Option<Vec<u8>>,
    /// What tells whether a retry is of the text as it was sent, once that has been erased: see `domain::messages::seal`.
    pub sent_seal: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
