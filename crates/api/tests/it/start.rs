//! Starting on a bad day, and what a killed process leaves behind. These tests run the program itself.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use shared_types::conversation::Visibility;
use testkit::{Database, Person};

struct Program {
    child: Child,
    url: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    command.current_dir(database.folder()).args(["--listen", "127.0.0.1:0", "--log", "error"]);
    command.arg("--data-dir").arg(database.folder()).arg("--database-url").arg(database.setting());
    command
}

fn start(database: &Database) -> Program {
    let mut child = command(database).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(url.starts_with("http://"), "{line}");
    Program { child, url }
}

/// The single line that a failed start prints.
fn refusal(command: &mut Command) -> String {
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.trim().lines().count(), 1, "{text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_what_was_acknowledged_survives_kill_9() {
    let database = Database::fresh().await;
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut program = start(&database);
    let mut ann = Person::sign_up(&program.url, "ann").await;
    let room = ann.opens_room("tides", Visibility::Public).await;
    for round in 0..3 {
        let writing = {
            let (ann, acknowledged) = (ann.clone(), acknowledged.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    let body = format!("{round}.{n}");
                    let request = ann.request(reqwest::Method::POST, &shared_types::route::path(shared_types::route::MESSAGES, &[&room]));
                    let sent = request.json(&serde_json::json!({"nonce": uuid::Uuid::new_v4(), "body": body})).send().await;
                    match sent {
                        Ok(answer) if answer.status().is_success() => acknowledged.lock().unwrap().push(body),
                        _ => break,
                    }
                }
            })
        };
        let before = acknowledged.lock().unwrap().len();
        while acknowledged.lock().unwrap().len() < before + 100 {
            tokio::task::yield_now().await;
        }
        program.child.kill().unwrap();
        writing.await.unwrap();
        program = start(&database);
        ann.moved_to(&program.url);
    }
    let stored = ann.reads_all(room).await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.iter().all(|body| stored.contains(body)), "something acknowledged is missing");
    let mut once = stored.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), stored.len(), "something is there twice");
}

#[tokio::test]
async fn a_port_in_use_is_told_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let database = Database::fresh().await;
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    let text = refusal(command.current_dir(database.folder()).args(["--listen", &address, "--data-dir"]).arg(database.folder()));
    assert!(text.contains(&address) && text.contains("in use"), "{text}");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    let text = refusal(command.current_dir(folder.path()).args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(file.join("data")));
    assert!(text.contains("cannot write to the data folder"), "{text}");
}

#[tokio::test]
async fn unknown_settings_are_told_with_a_suggestion() {
    let database = Database::fresh().await;
    let text = refusal(command(&database).env("PARLANCE_LISTN", "x"));
    assert!(text.contains("unknown setting PARLANCE_LISTN") && text.contains("did you mean PARLANCE_LISTEN?"), "{text}");
}

#[tokio::test]
async fn p15_a_newer_schema_is_refused_and_left_alone() {
    let database = Database::fresh().await;
    drop(start(&database));
    let connection = sea_orm::Database::connect(match &database.url {
        store::DatabaseUrl::SqliteFile(path) => format!("sqlite://{}", path.display()),
        store::DatabaseUrl::Postgres(url) => url.clone(),
    })
    .await
    .unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(
        &connection,
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 1)",
    )
    .await
    .unwrap();
    connection.close().await.unwrap();
    let text = refusal(&mut command(&database));
    assert!(text.contains("newer Parlance") && text.contains("m9999_future"), "{text}");
}

#[test]
fn the_settings_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_parlance"))
        .current_dir(folder.path())
        .args(["config", "print", "--listen", "127.0.0.1:1"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success()
            && text.lines().any(|line| line.starts_with("listen") && line.contains("127.0.0.1:1") && line.ends_with("# flag")),
        "{text}"
    );
}
