//! The build tools beside cargo: the wasm target, Trunk, wasm-bindgen, wasm-opt, npm packages.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{cargo, command, output, probe, run};
use crate::workspace;

/// The newest that our Rust compiles.
const TRUNK: &str = "0.21.14";
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// `PATH` with cargo's and our npm tools first.
pub fn path() -> OsString {
    let ours = [npm_folder().join("node_modules/.bin"), cargo_bin()];
    let theirs = std::env::var_os("PATH").unwrap_or_default();
    let all = ours.into_iter().chain(std::env::split_paths(&theirs));
    std::env::join_paths(all).unwrap_or(theirs.clone())
}

/// Fetches what building the browser client needs.
pub fn ensure_for_client() -> Result<()> {
    ensure_wasm_target()?;
    ensure_cargo_tool("trunk", "trunk", TRUNK)?;
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version = workspace::locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    // The tool reads what the library of exactly the same version wrote.
    ensure_cargo_tool("wasm-bindgen-cli", "wasm-bindgen", &version)?;
    ensure_npm_packages(&npm_folder())
}

fn ensure_wasm_target() -> Result<()> {
    let sysroot = output(command("rustc").args(["--print", "sysroot"]))
        .context("the Rust compiler does not answer; install Rust from https://rustup.rs")?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).exists() {
        return Ok(());
    }
    println!("Adding the Rust target {WASM_TARGET}.");
    let advice = format!("the Rust target {WASM_TARGET} is missing and could not be added: run `rustup target add {WASM_TARGET}`");
    run(command("rustup").args(["target", "add", WASM_TARGET])).context(advice)
}

fn ensure_cargo_tool(package: &str, program: &str, version: &str) -> Result<()> {
    let found = probe(program, &["--version"]);
    if found.is_some_and(|line| line.split_whitespace().nth(1) == Some(version)) {
        return Ok(());
    }
    println!("Installing {package} {version} with cargo, once; this takes a minute or two.");
    let mut install = cargo(["install", "--locked", "--force", package, "--version", version]);
    // A tool that runs for seconds need not be compiled for speed: minutes instead of a quarter of an hour.
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    install.env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    // Its parts are of no use to our own builds, and its profile would evict theirs.
    install.env_remove("CARGO_TARGET_DIR");
    run(&mut install)
        .with_context(|| format!("{package} could not be installed: run `cargo install --locked {package} --version {version}`"))
}

/// Installs the locked npm packages of a folder, unless exactly these are there.
pub fn ensure_npm_packages(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.parlance-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    if probe("npm", &["--version"]).is_none() {
        bail!("Node.js with npm is missing; install Node.js 20 or newer from https://nodejs.org");
    }
    let name = folder.strip_prefix(workspace::root()).unwrap_or(folder).display();
    println!("Installing the npm packages of {name}.");
    let mut install = command("npm");
    install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    run(&mut install).with_context(|| format!("npm packages could not be installed: run `npm ci` in {name}"))?;
    fs::write(&installed, wanted)?;
    Ok(())
}

/// Where `wasm-opt` comes from.
fn npm_folder() -> PathBuf {
    workspace::root().join("crates/xtask/tools")
}

fn cargo_bin() -> PathBuf {
    let cargo_home = std::env::var_os("CARGO_INSTALL_ROOT").or_else(|| std::env::var_os("CARGO_HOME")).map(PathBuf::from);
    cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default().join("bin")
}
