//! Every hot statement is answered from an index, whatever the size of the tables.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{DatabaseUrl, SqlStore, rows};

#[tokio::test]
async fn no_hot_statement_scans_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open(&DatabaseUrl::SqliteFile(folder.path().join("plans.db"))).await.unwrap();
    let mut statements =
        [rows::messages::hot_statements(), rows::members::hot_statements(), rows::conversations::hot_statements()].concat();
    statements.extend(rows::accounts::hot_statements());
    statements.extend(rows::positions::hot_statements());
    statements.extend(crate::appender::hot_statements());
    assert!(statements.len() > 15);
    for sql in statements {
        let statement = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
        let plan: Vec<String> =
            store.writer().query_all_raw(statement).await.unwrap().iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        // `SCAN n CONSTANT ROWS` is a `VALUES` list; a subquery is scanned once it has been made from an index.
        let scans = plan.iter().filter(|step| {
            step.starts_with("SCAN ")
                && !step.contains("CONSTANT ROW")
                && !step.contains("VALUES CLAUSE")
                && !step.contains("unread_")
                && *step != "SCAN moved"
        });
        assert_eq!(scans.collect::<Vec<_>>(), Vec::<&String>::new(), "{sql}\n{plan:#?}");
    }
}
