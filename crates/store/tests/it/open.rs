//! Opening: migrations and secrets, also when several nodes start at once.

use domain::ports::Store;
use futures::future::join_all;
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
