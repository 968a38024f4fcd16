//! `replay` and `openapi`: thin doors to the load generator and the server's own commands.

use anyhow::{Context, Result};
use std::fs;

use crate::command::{cargo, output, run as finish};
use crate::server::Server;
use crate::{run, workspace};

pub fn replay(arguments: &[String]) -> Result<()> {
    with_server("replay", arguments)
}

/// Runs the load generator against the server named by `--server`, or against a fresh one of our own.
fn with_server(command: &str, arguments: &[String]) -> Result<()> {
    let named = arguments.iter().any(|argument| argument == "--server" || argument.starts_with("--server="));
    let own = if named {
        None
    } else {
        run::build()?;
        Some(Server::start(&run::program())?)
    };
    let mut load = cargo(["run", "--release", "--package", "loadtest", "--", command]);
    load.args(arguments);
    if let Some(server) = &own {
        load.arg("--server").arg(format!("http://{}", server.address));
    }
    finish(&mut load)
}

/// Writes the API contract's snapshot, which a test compares with the program.
pub fn openapi() -> Result<()> {
    let snapshot = workspace::root().join("crates/api/openapi.json");
    let contract = output(&mut cargo(["run", "--package", "api", "--bin", "parlance", "--", "openapi"]))?;
    fs::write(&snapshot, contract).with_context(|| format!("cannot write {}", snapshot.display()))?;
    println!("Wrote crates/api/openapi.json.");
    Ok(())
}
