//! The browser client: built by Trunk, with compressed twins beside its files, and not larger than promised.

use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{cargo, command, run};
use crate::{fingerprint, tools, workspace};

/// What a first visit may cost on the wire: html, js, wasm and css, compressed with brotli. In bytes.
const PROMISED: u64 = 320 * 1024;
/// What it may not grow beyond until the promise is kept: lowered with every step towards it, never raised.
const LIMIT: u64 = 418 * 1024;
/// What the client is made of.
const INPUTS: &[&str] = &[
    "frontend",
    "crates/shared-types",
    "crates/client",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "crates/xtask/tools/compress.mjs",
    "crates/xtask/tools/package-lock.json",
];

/// Builds the client unless `frontend/dist` already holds what these sources make.
pub fn ensure() -> Result<()> {
    let inputs: Vec<PathBuf> = INPUTS.iter().map(|name| workspace::root().join(name)).collect();
    let dist = workspace::dist();
    let stamp = workspace::target().join("xtask/client.stamp");
    let before = fingerprint::of_sources(&inputs)?;
    // The output counts, too: a plain `trunk build` or `trunk serve` leaves another client in the same folder.
    if dist.join("index.html").exists() && fs::read_to_string(&stamp).is_ok_and(|old| is_current(&old, &before, &dist)) {
        println!("The browser client is up to date.");
        return Ok(());
    }
    tools::ensure_for_client()?;
    println!("Building the browser client; the first time takes some minutes.");
    // Trunk runs offline, so that it never downloads tools on its own; cargo fetches first.
    run(&mut cargo(["fetch"]))?;
    let mut trunk = trunk();
    trunk.args(["build", "--release", "--cargo-profile", "client", "--offline", "--dist"]).arg(&dist);
    run(&mut trunk)?;
    println!("Compressing the client's files.");
    run(command("node").arg("crates/xtask/tools/compress.mjs").arg(&dist))?;
    fs::create_dir_all(workspace::target().join("xtask"))?;
    fs::write(stamp, format!("{} {}", fingerprint::of_sources(&inputs)?, fingerprint::of_folder(&dist)?))?;
    Ok(())
}

fn is_current(stamp: &str, inputs: &str, dist: &Path) -> bool {
    let outputs = fingerprint::of_folder(dist).unwrap_or_default();
    stamp == format!("{inputs} {outputs}")
}

/// Trunk, without the version look-up, and with the one spelling of `NO_COLOR` that it understands.
pub fn trunk() -> std::process::Command {
    let mut trunk = command("trunk");
    trunk.arg("--skip-version-check");
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}

/// Prints what a first visit loads, and fails when it is more than the limit.
pub fn check_budget() -> Result<()> {
    let mut total = 0;
    println!("  compressed       raw  file");
    for (name, raw, compressed) in first_load(&workspace::dist())? {
        println!("{compressed:>12} {raw:>9}  {name}");
        total += compressed;
    }
    println!("{total:>12}            of {LIMIT} at most; {PROMISED} are the aim");
    if total > LIMIT {
        bail!("a first visit loads {total} bytes; the limit is {LIMIT}");
    }
    Ok(())
}

fn first_load(dist: &Path) -> Result<Vec<(String, u64, u64)>> {
    let mut files = Vec::new();
    for file in fingerprint::sources(dist)? {
        let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if matches!(kind, "html" | "js" | "wasm" | "css") {
            let raw = fs::metadata(&file)?.len();
            let twin = file.with_extension(format!("{kind}.br"));
            let compressed = fs::metadata(twin).map_or(raw, |twin| twin.len());
            files.push((file.strip_prefix(dist)?.display().to_string(), raw, compressed));
        }
    }
    Ok(files)
}
