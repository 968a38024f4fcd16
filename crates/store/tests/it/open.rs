//! Opening: migrations and secrets, also when several nodes start at once.

use domain::ports::Store;
use futures::future::join_all;
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use store::SqlStore;
use testkit::Database;

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_share_one_schema_and_one_secret() {
    let database = Database::fresh().await;
    let opened = join_all((0..4_u8).map(|node| {
        let url = &database.url;
        async move {
            let store = SqlStore::open(url).await.unwrap();
            store.secret("key", vec![node; 32]).await.unwrap()
        }
    }))
    .await;
    assert!(opened.windows(2).all(|pair| pair[0] == pair[1]), "{opened:?}");
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_no_trace() {
    let database = Database::fresh().await;
    let store = SqlStore::open(&database.url).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_alias("nothing", shared_types::ConversationId(uuid::Uuid::nil())).await.unwrap_err();
    drop(tx);
    assert!(!store.read().await.unwrap().has_conversations().await.unwrap());
    store.ping().await.unwrap();
}

/// A database that an earlier version left, with people and messages in it.
#[tokio::test]
async fn p15_an_older_database_is_brought_up_to_date_with_everything_in_it() {
    let database = Database::fresh().await;
    let store::DatabaseUrl::SqliteFile(path) = &database.url else { return };
    let connection = sea_orm::Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    migrations::Migrator::up(&connection, Some(1)).await.unwrap();
    let (ann, room) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let hex = |id: uuid::Uuid| format!("x'{}'", id.simple());
    for sql in [
        format!("INSERT INTO account VALUES ({}, 'ann', 'ann', 'a@b.c', 'a@b.c', 'Ann', 'ann', '', 0, 0, 'hash', 1)", hex(ann)),
        format!("INSERT INTO conversation VALUES ({}, 3, 2, 'tides', NULL, NULL, '', NULL, 0, 1, 1, 1, 1, 1)", hex(room)),
        format!("INSERT INTO member VALUES ({}, {}, 0, 1, 0)", hex(room), hex(ann)),
        format!("INSERT INTO event VALUES ({}, 1, {}, {}, {}, 1, 'hello', 1)", hex(room), hex(room), hex(ann), hex(ann)),
    ] {
        connection.execute_unprepared(&sql).await.unwrap();
    }
    connection.close().await.unwrap();
    let store = SqlStore::open(&database.url).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let member = tx.membership(shared_types::UserId(ann), shared_types::ConversationId(room)).await.unwrap().unwrap();
    let found = tx.history(&member, domain::ports::store::Stretch::Newest, 50).await.unwrap();
    assert_eq!(found.messages.len(), 1);
    assert_eq!((found.messages[0].version, &found.messages[0].mentions), (0, &Vec::new()));
    assert!(tx.me(shared_types::UserId(ann)).await.unwrap().unwrap().shares_receipts);
    assert_eq!(tx.recount().await.unwrap(), (1, Vec::new()));
}
