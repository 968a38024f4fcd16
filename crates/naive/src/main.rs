//! The same message path as it is usually written, only for benchmarks: one commit per message, a broadcast channel per
//! room, two tasks and default buffers per socket, every event serialised for every reader, one frame per write.
//!
//! It speaks as much of the protocol as `loadtest measure` needs, keeps accounts and rooms in memory and passwords not at
//! all. It is as durable as the program it is compared with (WAL, `synchronous=FULL`), so that the work is the same.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark's opponent has no ports, and says where it listens")]

mod socket;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{any, get, post},
};
use clap::Parser;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use serde_json::{Value, json};
use shared_types::{
    ConversationId, Seq, Timestamp, UserId,
    account::{Register, SignedIn},
    conversation::{Conversation, ConversationKind, ConversationList, CreateConversation, Visibility},
    limits::Limits,
    member::{AddMembers, Role},
    message::Message,
    route,
    server::ServerInfo,
    text::{Bio, Topic},
    user::{Me, ServerRole, User},
};
use tokio::sync::broadcast;
use uuid::Uuid;

/// Events that a socket may be behind.
const BEHIND: usize = 4_096;

#[derive(Parser)]
struct Cli {
    /// As the program's command line has it; nothing else can be done.
    command: String,
    #[arg(long)]
    listen: String,
    #[arg(long)]
    data_dir: PathBuf,
    /// Accepted, and nothing is logged.
    #[arg(long = "log")]
    _log: Option<String>,
}

pub struct Room {
    conversation: Conversation,
    members: Vec<UserId>,
    events: broadcast::Sender<Message>,
}

pub struct App {
    people: Mutex<HashMap<UserId, Me>>,
    rooms: Mutex<HashMap<ConversationId, Room>>,
    database: DatabaseConnection,
    /// Takes the next place and writes, one message after the other.
    writing: tokio::sync::Mutex<()>,
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    std::fs::create_dir_all(&cli.data_dir)?;
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", cli.data_dir.join("naive.db").display()));
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|options| options.pragma("journal_mode", "WAL").pragma("synchronous", "FULL"));
    let database = Database::connect(options).await?;
    let table = "CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, conversation_id TEXT, seq INTEGER, author_id TEXT, nonce TEXT, body TEXT, created_at INTEGER)";
    database.execute_unprepared(table).await?;
    database.execute_unprepared("CREATE UNIQUE INDEX IF NOT EXISTS message_place ON message (conversation_id, seq)").await?;
    database.execute_unprepared("CREATE UNIQUE INDEX IF NOT EXISTS message_nonce ON message (author_id, nonce)").await?;
    let app = Arc::new(App { people: Mutex::default(), rooms: Mutex::default(), database, writing: tokio::sync::Mutex::default() });
    let router = Router::new()
        .route(route::READYZ, get(|| async { "ok" }))
        .route(route::SERVER, get(describe))
        .route(route::REGISTER, post(register))
        .route(route::CONVERSATIONS, get(list).post(create))
        .route(route::CONVERSATION, get(one))
        .route(route::MEMBERS, post(add))
        .route(route::WS, any(socket::open))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(&cli.listen).await?;
    println!("naive {} listens on {}", cli.command, cli.listen);
    axum::serve(listener, router).await?;
    Ok(())
}

/// The token is the account's id.
pub fn who(headers: &HeaderMap) -> Option<UserId> {
    headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?.parse().ok()
}

async fn describe() -> Json<ServerInfo> {
    Json(ServerInfo { version: "naive".to_owned(), first_run: false, limits: Limits::default() })
}

async fn register(State(app): State<Arc<App>>, Json(register): Json<Register>) -> Result<(StatusCode, Json<SignedIn>), StatusCode> {
    let user = User {
        id: UserId(Uuid::new_v4()),
        display_name: register.display_name.ok_or(StatusCode::UNPROCESSABLE_ENTITY)?,
        username: register.username,
        bio: Bio::trusted(String::new()),
        lookalike: false,
        role: ServerRole::Member,
        created_at: now(),
    };
    let me = Me { user, email: register.email, shares_receipts: true };
    lock(&app.people).insert(me.user.id, me.clone());
    let access_token = me.user.id.to_string();
    Ok((StatusCode::CREATED, Json(SignedIn { user: me, access_token, expires_in: 86_400 })))
}

pub fn rooms_of(app: &App, user: UserId) -> Vec<Conversation> {
    let rooms = lock(&app.rooms);
    rooms.values().filter(|room| room.members.contains(&user)).map(|room| room.conversation.clone()).collect()
}

async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<ConversationList>, StatusCode> {
    let user = who(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(Json(ConversationList { conversations: rooms_of(&app, user), users: Vec::new() }))
}

async fn one(State(app): State<Arc<App>>, Path(id): Path<ConversationId>) -> Result<Json<Conversation>, StatusCode> {
    lock(&app.rooms).get(&id).map(|room| Json(room.conversation.clone())).ok_or(StatusCode::NOT_FOUND)
}

async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(create): Json<CreateConversation>,
) -> Result<(StatusCode, Json<Conversation>), StatusCode> {
    let user = who(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let CreateConversation::Room { name, .. } = create else { return Err(StatusCode::UNPROCESSABLE_ENTITY) };
    let conversation = Conversation {
        id: ConversationId(Uuid::new_v4()),
        kind: ConversationKind::Room,
        visibility: Visibility::Private,
        name: Some(name),
        alias: None,
        topic: Topic::trusted(String::new()),
        is_default: false,
        created_at: now(),
        active_at: now(),
        head_seq: Seq::START,
        member_count: 1,
        people: Vec::new(),
        last_message: None,
        my_role: Role::Owner,
        read_seq: Seq::START,
        read_rev: 0,
        unread: 0,
        mentions: 0,
    };
    let room = Room { conversation: conversation.clone(), members: vec![user], events: broadcast::Sender::new(BEHIND) };
    lock(&app.rooms).insert(conversation.id, room);
    Ok((StatusCode::CREATED, Json(conversation)))
}

async fn add(State(app): State<Arc<App>>, Path(id): Path<ConversationId>, Json(add): Json<AddMembers>) -> Result<Json<Value>, StatusCode> {
    let mut rooms = lock(&app.rooms);
    let room = rooms.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
    room.members.extend(add.user_ids);
    room.conversation.member_count = u32::try_from(room.members.len()).unwrap_or(u32::MAX);
    Ok(Json(json!(null)))
}
