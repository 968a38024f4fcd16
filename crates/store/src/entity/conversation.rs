//! Direct messages, groups and rooms.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: i16,
    pub visibility: i16,
    pub name: Option<String>,
    pub name_key: Option<String>,
    pub alias: Option<String>,
    pub topic: String,
    pub direct_key: Option<Vec<u8>>,
    pub is_default: bool,
    pub head_seq: i64,
    pub last_message_seq: i64,
    pub member_count: i32,
    pub created_at: i64,
    pub active_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
