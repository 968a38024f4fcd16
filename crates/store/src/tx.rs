//! One transaction, and the three ways in which rows are read and written through it.

use async_trait::async_trait;
use domain::ports::{StoreError, Tx};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, QueryResult, Statement, Value};

use crate::error::translate;

pub struct SqlTx {
    pub(crate) inner: DatabaseTransaction,
}

impl SqlTx {
    pub fn new(inner: DatabaseTransaction) -> Self {
        Self { inner }
    }

    pub fn backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    /// The number of rows that changed.
    pub async fn run(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(self.inner.execute_raw(statement).await.map_err(translate)?.rows_affected())
    }

    pub async fn first(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Option<QueryResult>, StoreError> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        self.inner.query_one_raw(statement).await.map_err(translate)
    }

    pub async fn all<R: FromQueryResult>(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<R>, StoreError> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        let rows = self.inner.query_all_raw(statement).await.map_err(translate)?;
        rows.iter().map(|row| R::from_query_result(row, "").map_err(translate)).collect()
    }
}

#[async_trait]
impl Tx for SqlTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await.map_err(translate)
    }
}
