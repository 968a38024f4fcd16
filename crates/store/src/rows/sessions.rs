//! Twin of `domain::ports::store::sessions`.

use async_trait::async_trait;
use domain::ports::{
    StoreError,
    store::{NewSession, SessionRecord, SessionRows},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use shared_types::{SessionId, Timestamp, UserId};

use crate::{
    dialect,
    entity::{session, ws_ticket},
    error::translate,
    tx::SqlTx,
};

#[async_trait]
impl SessionRows for SqlTx {
    async fn insert_session(&mut self, new: &NewSession) -> Result<(), StoreError> {
        let row = session::ActiveModel {
            id: Set(new.id.0),
            account_id: Set(new.user_id.0),
            refresh_hash: Set(new.refresh_hash.clone()),
            previous_hash: Set(None),
            rotated_at: Set(new.created_at.0),
            created_at: Set(new.created_at.0),
            last_active_at: Set(new.created_at.0),
            expires_at: Set(new.expires_at.0),
            device: Set(new.device.clone()),
            address: Set(new.address.clone()),
        };
        session::Entity::insert(row).exec_without_returning(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn session(&mut self, id: SessionId) -> Result<Option<SessionRecord>, StoreError> {
        Ok(session::Entity::find_by_id(id.0).one(&self.inner).await.map_err(translate)?.map(record))
    }

    async fn live_sessions(&mut self, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
        let mut live = Vec::with_capacity(ids.len());
        // Databases bound the number of values in a statement.
        for ids in ids.chunks(dialect::MAX_VALUES) {
            let is_asked_for = session::Column::Id.is_in(ids.iter().map(|id| id.0));
            let query = session::Entity::find().select_only().column(session::Column::Id).filter(is_asked_for);
            live.extend(query.into_tuple::<uuid::Uuid>().all(&self.inner).await.map_err(translate)?.into_iter().map(SessionId));
        }
        Ok(live)
    }

    async fn sessions_of(&mut self, user: UserId) -> Result<Vec<SessionRecord>, StoreError> {
        let rows = session::Entity::find().filter(session::Column::AccountId.eq(user.0)).all(&self.inner).await.map_err(translate)?;
        Ok(rows.into_iter().map(record).collect())
    }

    async fn rotate_session(
        &mut self,
        id: SessionId,
        expected: &[u8],
        new: &[u8],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE session SET refresh_hash = $1, previous_hash = $2, rotated_at = $3, expires_at = $4 WHERE id = $5 AND refresh_hash = $2";
        let values = [new.to_vec().into(), expected.to_vec().into(), now.0.into(), expires_at.0.into(), id.0.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    async fn touch_session(&mut self, id: SessionId, now: Timestamp, address: &str) -> Result<(), StoreError> {
        let row =
            session::ActiveModel { id: Set(id.0), last_active_at: Set(now.0), address: Set(address.to_owned()), ..Default::default() };
        session::Entity::update(row).exec(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn delete_session(&mut self, id: SessionId) -> Result<bool, StoreError> {
        Ok(session::Entity::delete_by_id(id.0).exec(&self.inner).await.map_err(translate)?.rows_affected == 1)
    }

    async fn insert_ticket(&mut self, hash: &[u8], session: SessionId, expires_at: Timestamp) -> Result<(), StoreError> {
        let row = ws_ticket::ActiveModel { hash: Set(hash.to_vec()), session_id: Set(session.0), expires_at: Set(expires_at.0) };
        ws_ticket::Entity::insert(row).exec_without_returning(&self.inner).await.map(|_| ()).map_err(translate)
    }

    async fn take_ticket(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<SessionId>, StoreError> {
        self.run("DELETE FROM ws_ticket WHERE expires_at <= $1", [now.0.into()]).await?;
        let row = self.first("DELETE FROM ws_ticket WHERE hash = $1 RETURNING session_id", [hash.to_vec().into()]).await?;
        row.map(|row| row.try_get("", "session_id").map(SessionId).map_err(translate)).transpose()
    }

    async fn delete_expired_sessions(&mut self, now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let expired = session::Entity::find().select_only().column(session::Column::Id).filter(session::Column::ExpiresAt.lte(now.0));
        let ids: Vec<uuid::Uuid> = expired.into_tuple().all(&self.inner).await.map_err(translate)?;
        session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now.0)).exec(&self.inner).await.map_err(translate)?;
        Ok(ids.into_iter().map(SessionId).collect())
    }
}

fn record(row: session::Model) -> SessionRecord {
    SessionRecord {
        id: SessionId(row.id),
        user_id: UserId(row.account_id),
        refresh_hash: row.refresh_hash,
        previous_hash: row.previous_hash,
        rotated_at: Timestamp(row.rotated_at),
        created_at: Timestamp(row.created_at),
        last_active_at: Timestamp(row.last_active_at),
        expires_at: Timestamp(row.expires_at),
        device: row.device,
        address: row.address,
    }
}
