//! Secrets that the server makes for itself at its first start, the same on every node that shares the database.

use domain::ports::StoreError;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{SqlStore, entity::server_secret, error::translate};

impl SqlStore {
    /// The secret of this name, made from `fresh` if there is none yet. Of two nodes that start at once, both get the
    /// first one's.
    pub async fn secret(&self, name: &str, fresh: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let row = server_secret::ActiveModel { name: Set(name.to_owned()), value: Set(fresh) };
        server_secret::Entity::insert(row)
            .on_conflict(OnConflict::column(server_secret::Column::Name).do_nothing().to_owned())
            .exec_without_returning(self.writer())
            .await
            .map_err(translate)?;
        let stored = server_secret::Entity::find_by_id(name).one(self.writer()).await.map_err(translate)?;
        stored.map(|row| row.value).ok_or_else(|| StoreError::Failed(format!("the secret {name} vanished")))
    }
}
