//! `cargo xtask`: builds, runs and tests Parlance, and fetches what a fresh machine lacks.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a person at a terminal")]

mod artifacts;
mod bench;
mod browser;
mod cleanup;
mod client_build;
mod colours;
mod command;
mod contrast;
mod dev;
mod edges;
mod faults;
mod fingerprint;
mod house;
mod licences;
mod load;
mod packages;
mod postgres;
mod report;
mod run;
mod running;
mod server;
mod steps;
mod tools;
mod workspace;

use anyhow::{Result, bail};
use lexopt::Arg;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  run [--listen ADDRESS] [--data-dir FOLDER]   build what changed and serve it
  build                                        the build part of `run`
  test [STEP ..]                               all checks and tests, or the named steps (`test --list`)
  dev                                          server and client, both rebuilt when their sources change
  bench [NAME ..]                              measure the program, beside a naive version of the same path
  faults [--minutes N] [--seed N] [--only NAME,..]   do everything to a server that may happen to one, and check it
  replay FILE [--server URL] [--speed N]       replay recorded talk against a server
  openapi                                      write the API contract's snapshot

The first run fetches what is missing (the wasm target, trunk, wasm-bindgen, wasm-opt) and compiles
everything: expect some minutes. Later runs build only what changed.
";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            cleanup::run_all();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    std::env::set_current_dir(workspace::root())?;
    cleanup::on_signal()?;
    let mut arguments = lexopt::Parser::from_env();
    let name = match arguments.next()? {
        Some(Arg::Value(name)) => name.to_string_lossy().into_owned(),
        Some(Arg::Short('h') | Arg::Long("help")) | None => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let rest: Vec<String> = arguments.raw_args()?.map(|argument| argument.to_string_lossy().into_owned()).collect();
    if rest.iter().any(|argument| argument == "--help") {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    match name.as_str() {
        "run" => run::run(&rest)?,
        "build" => run::build()?,
        "test" => return steps::test(&rest),
        "faults" => return faults::faults(&rest),
        "dev" => dev::dev()?,
        "bench" => bench::bench(&rest)?,
        "replay" => load::replay(&rest)?,
        "openapi" => load::openapi()?,
        "help" => print!("{HELP}"),
        unknown => bail!("there is no command `{unknown}`; `cargo xtask help` lists them"),
    }
    Ok(ExitCode::SUCCESS)
}
