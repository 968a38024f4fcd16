//! `cargo xtask dev`: the server and the client, both rebuilt when their sources change.

use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::artifacts::HOST_PACKAGES;
use crate::client_build::trunk;
use crate::command::{cargo, run};
use crate::running::{Running, Stop};
use crate::server::wait_until_ready;
use crate::{fingerprint, tools, workspace};

const LISTEN: &str = "127.0.0.1:8080";
const SERVER_SOURCES: &[&str] = &[
    "crates/api",
    "crates/blobs",
    "crates/bus",
    "crates/domain",
    "crates/realtime",
    "crates/shared-types",
    "crates/store",
    "migrations",
    "Cargo.lock",
    "Cargo.toml",
];
const GLANCE: Duration = Duration::from_secs(1);

pub fn dev() -> Result<()> {
    tools::ensure_for_client()?;
    run(&mut cargo(["fetch"]))?;
    let data = workspace::target().join("dev-data");
    let sources: Vec<PathBuf> = SERVER_SOURCES.iter().map(|name| workspace::root().join(name)).collect();

    let mut seen = fingerprint::of_times(&sources)?;
    build_server()?;
    let mut server = Some(start_server(&data)?);
    seed(&data);

    // A folder of its own: `cargo xtask run` keeps its small client.
    let mut serve = trunk();
    serve.args(["serve", "--offline", "--dist"]).arg(workspace::target().join("dev-dist"));
    fs::create_dir_all(workspace::target().join("dev-dist"))?;
    let client = Running::background(&mut serve, Stop::Terminate)?;
    println!("Open http://127.0.0.1:8081 once Trunk has built the client; Ctrl-C stops everything.");

    loop {
        sleep(GLANCE);
        if let Some(status) = client.ended()? {
            anyhow::bail!("Trunk ended ({status})");
        }
        let now = fingerprint::of_times(&sources)?;
        if now == seen {
            continue;
        }
        seen = now;
        println!("The server's sources changed.");
        // A program that does not compile leaves the old one running.
        if build_server().is_ok() {
            drop(server.take());
            match start_server(&data) {
                Ok(started) => server = Some(started),
                Err(error) => println!("{error:#}"),
            }
        }
    }
}

fn build_server() -> Result<()> {
    run(cargo(["build", "--bin", "parlance", "--bin", "loadtest"]).args(HOST_PACKAGES))
}

fn start_server(data: &Path) -> Result<Running> {
    let mut serve = Command::new(workspace::target().join("debug/parlance"));
    serve.args(["serve", "--listen", LISTEN, "--data-dir"]).arg(data).current_dir(workspace::root());
    let running = Running::background(&mut serve, Stop::Terminate)?;
    wait_until_ready(LISTEN, &running)?;
    Ok(running)
}

/// Fills a new server with a small world; once for each data folder.
fn seed(data: &Path) {
    let done = data.join(".seeded");
    if done.exists() {
        return;
    }
    println!("Seeding a small world.");
    let mut seed = Command::new(workspace::target().join("debug/loadtest"));
    match run(seed.args(["seed", "--server"]).arg(format!("http://{LISTEN}"))) {
        Ok(()) => drop(fs::write(done, "")),
        Err(error) => println!("The server stays empty: {error:#}"),
    }
}
