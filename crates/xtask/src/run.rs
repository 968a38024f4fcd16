//! `build` and `run`: from a fresh checkout to a serving program.

use anyhow::{Result, bail};
use lexopt::Arg;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{cargo, run as finish};
use crate::{client_build, workspace};

/// Builds the client and the program that carries it.
pub fn build() -> Result<()> {
    client_build::ensure()?;
    println!("Building the server; the first time takes some minutes.");
    finish(&mut cargo(["build", "--release", "--package", "api", "--bin", "parlance"]))
}

/// The program that [`build`] makes.
pub fn program() -> PathBuf {
    workspace::target().join("release/parlance")
}

/// Builds, then *becomes* the server: signals and the exit code are its own.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut serve = Command::new(program());
    serve.arg("serve").current_dir(workspace::root());
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("listen") => serve.arg("--listen").arg(parser.value()?),
            Arg::Long("data-dir") => serve.arg("--data-dir").arg(parser.value()?),
            other => return Err(other.unexpected().into()),
        };
    }
    build()?;
    println!("Starting the server; Ctrl-C stops it.");
    let error = serve.exec();
    bail!("cannot start {}: {error}", program().display())
}
