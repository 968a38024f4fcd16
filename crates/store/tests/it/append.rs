//! The message path: one batch holds whatever arrives, and each message in it gets its own answer.

use std::sync::Arc;

use domain::{
    Membership,
    ports::{
        Store, StoreError,
        store::{AppendMessage, Appended, NewAccount, NewConversation},
    },
};
use futures::future::join_all;
use shared_types::{
    ConversationId, MessageId, Nonce, Seq, Timestamp, UserId,
    conversation::{ConversationKind, Visibility},
    member::Role,
    text::{Bio, DisplayName, Email, Topic, Username},
    user::{ServerRole, User},
};
use store::SqlStore;
use testkit::Database;
use uuid::Uuid;

const ANN: UserId = UserId(Uuid::from_u128(1));
const EVE: UserId = UserId(Uuid::from_u128(2));
const ROOM: ConversationId = ConversationId(Uuid::from_u128(10));
const NOWHERE: ConversationId = ConversationId(Uuid::from_u128(99));

/// Ann is a member of the room, Eve is not.
async fn world() -> (Database, Arc<SqlStore>) {
    let database = Database::fresh().await;
    let store = SqlStore::open(&database.url).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for (id, name) in [(ANN, "ann"), (EVE, "eve")] {
        let user = User {
            id,
            username: Username::trusted(name.into()),
            display_name: DisplayName::trusted(name.into()),
            bio: Bio::trusted(String::new()),
            lookalike: false,
            role: ServerRole::Member,
            created_at: Timestamp(0),
        };
        let account = NewAccount {
            user,
            email: Email::trusted(format!("{name}@example.org")),
            username_key: name.into(),
            email_key: format!("{name}@example.org"),
            display_key: name.into(),
            password_hash: String::new(),
            terms: Vec::new(),
        };
        tx.insert_account(&account).await.unwrap();
    }
    let room = NewConversation {
        id: ROOM,
        kind: ConversationKind::Room,
        visibility: Visibility::Private,
        name: None,
        name_key: None,
        alias: None,
        topic: Topic::trusted(String::new()),
        direct_key: None,
        is_default: false,
        created_at: Timestamp(0),
        terms: Vec::new(),
    };
    tx.insert_conversation(&room).await.unwrap();
    tx.insert_member(&Membership::from_row(ROOM, ANN, Role::Owner, Seq::START), Timestamp(0), Seq::START).await.unwrap();
    tx.commit().await.unwrap();
    (database, store)
}

fn draft(author_id: UserId, conversation_id: ConversationId, nonce: u128, body: &str) -> AppendMessage {
    let id = MessageId(Uuid::new_v4());
    AppendMessage {
        id,
        conversation_id,
        author_id,
        nonce: Nonce(Uuid::from_u128(nonce)),
        body: body.try_into().unwrap(),
        names: Vec::new(),
        at: Timestamp(7),
    }
}

#[tokio::test]
async fn each_message_of_a_batch_gets_its_own_answer() {
    let (_database, store) = world().await;
    // Polled together, they wait for one commit together.
    let outcomes = join_all([
        store.append(draft(ANN, ROOM, 1, "one")),
        store.append(draft(ANN, ROOM, 1, "one")),
        store.append(draft(ANN, ROOM, 1, "another")),
        store.append(draft(ANN, NOWHERE, 1, "one")),
        store.append(draft(EVE, ROOM, 1, "one")),
        store.append(draft(ANN, NOWHERE, 2, "lost")),
        store.append(draft(ANN, ROOM, 3, "two")),
    ])
    .await;
    let answers: Vec<&str> = outcomes
        .iter()
        .map(|outcome| match outcome.as_ref().unwrap() {
            Appended::Stored(message) if message.seq == Seq(1) => "stored 1",
            Appended::Stored(message) if message.seq == Seq(2) => "stored 2",
            Appended::Stored(_) => "stored elsewhere",
            Appended::Repeated(message) => {
                if message.seq == Seq(1) {
                    "repeated 1"
                } else {
                    "repeated another"
                }
            }
            Appended::NonceReused => "nonce reused",
            Appended::NotAMember => "not a member",
        })
        .collect();
    assert_eq!(answers, ["stored 1", "repeated 1", "nonce reused", "nonce reused", "not a member", "not a member", "stored 2"]);
    let heads = store.read().await.unwrap().heads(&[ROOM]).await.unwrap();
    assert_eq!(heads[0].seq, Seq(2));
}

/// Two stores on one database are two nodes: their batches may meet, and no place is given twice.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_one_order_and_one_memory_of_nonces() {
    let (database, first) = world().await;
    let second = SqlStore::open(&database.url).await.unwrap();
    let outcomes = join_all((0..200_u128).map(|n| {
        let node = if n % 2 == 0 { first.clone() } else { second.clone() };
        // Each nonce is sent once through each node.
        async move { node.append(draft(ANN, ROOM, n / 2, &(n / 2).to_string())).await.unwrap() }
    }))
    .await;
    let mut places: Vec<u64> =
        outcomes.iter().filter_map(|outcome| if let Appended::Stored(message) = outcome { Some(message.seq.0) } else { None }).collect();
    places.sort_unstable();
    assert_eq!(places, (1..=100).collect::<Vec<_>>());
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Appended::Stored(_) | Appended::Repeated(_))));
}

/// The writer takes so much and no more; what it does not take is refused at once, and what it took is stored.
#[tokio::test]
async fn p17_p18_more_than_the_writer_can_take_is_refused_at_once_and_loses_nothing() {
    let (_database, store) = world().await;
    // Whoever holds the writer's only connection (or the room's lock) keeps every batch waiting.
    let mut busy = store.write().await.unwrap();
    busy.lock_conversation(ROOM).await.unwrap();
    let answers: Vec<_> = (0..12_000_u128).map(|n| store.append(draft(ANN, ROOM, n, "x"))).collect();
    let answers = tokio::spawn(join_all(answers));
    tokio::task::yield_now().await;
    drop(busy);
    let outcomes = answers.await.unwrap();
    let stored = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Appended::Stored(_)))).count();
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Unavailable(_)))).count();
    assert_eq!(stored + refused, 12_000);
    assert!((8_192..12_000).contains(&stored), "{stored} stored");
    // The queue takes the first ones, so whatever was refused came after whatever was stored.
    assert!(outcomes.iter().position(Result::is_err) >= Some(stored));
    let heads = store.read().await.unwrap().heads(&[ROOM]).await.unwrap();
    assert_eq!(heads[0].seq, Seq(stored as u64));
}

/// The call takes the place, not the first poll.
#[tokio::test]
async fn p4_what_was_asked_first_is_stored_first() {
    let (_database, store) = world().await;
    let (first, second) = (store.append(draft(ANN, ROOM, 1, "first")), store.append(draft(ANN, ROOM, 2, "second")));
    let seq = |outcome: Appended| if let Appended::Stored(message) = outcome { message.seq } else { Seq(0) };
    let second = seq(second.await.unwrap());
    assert_eq!((seq(first.await.unwrap()), second), (Seq(1), Seq(2)));
}
