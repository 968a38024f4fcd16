//! Signed-in devices.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub refresh_hash: Vec<u8>,
    pub previous_hash: Option<Vec<u8>>,
    pub rotated_at: i64,
    pub created_at: i64,
    pub last_active_at: i64,
    pub expires_at: i64,
    pub device: String,
    pub address: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
