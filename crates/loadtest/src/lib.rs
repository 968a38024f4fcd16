//! The load generator and fault checker: a tool that people run against their own server, over the public API only.
//!
//! - `replay` speaks a real channel log through real sockets, one per speaker, and then proves that nothing was lost,
//!   doubled, changed or reordered.
//! - `seed` fills a fresh server with a small world, to look at and to develop with.
//! - `measure` prints what sockets, latency, storing and fan-out cost, each as one JSON line and a table.
//!
//! - `check` writes, edits, deletes, joins, leaves and reconnects at random while whatever happens to the server happens,
//!   and then decides from the log of all that whether the server kept its promises ([`check`]).
//!
//! It leaves its accounts and rooms behind, under one password that everybody knows: never point it at a server that
//! people use. Whatever is measured is also checked, and a run with differences ends with an exit code other than 0.
//!
//! How to add a measurement: a file in `measure/` with `Options` and `run`, and a line in `measure::What`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool: what it finds out, it prints")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rates and shares are computed in f64, and no count of a run comes near 2^52"
)]

pub mod check;
mod clock;
mod holds;
mod log;
mod measure;
mod nick;
mod person;
mod proxy;
mod replay;
mod seed;
mod server;
mod socket;
pub mod trial;
mod wire;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{person::PASSWORD, server::Server};

/// What the tool can do; a program that offers it puts these under a name of its own.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Speaks a channel log line by line and proves that the server kept all of it
    Replay(replay::Options),
    /// Fills a fresh server with a few people and their conversations
    Seed(Target),
    /// Measures a server that is otherwise idle
    Measure {
        #[command(subcommand)]
        what: measure::What,
    },
    /// Talks at random, whatever happens to the server, and checks that every promise was kept
    Check(trial::Options),
    /// Proves that messages which were acknowledged once are in the history now
    Holds(holds::Options),
}

/// Which server, and with what its accounts are opened.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// The server's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub server: String,
    /// The password of every account that is made
    #[arg(long, default_value = PASSWORD)]
    pub password: String,
}

impl Target {
    /// The server, once it has answered.
    async fn reach(&self) -> anyhow::Result<Server> {
        let server = Server::at(&self.server)?;
        server.greet().await?;
        Ok(server)
    }
}

/// How a run ended: its checks held, or they found differences, which have been printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Differs,
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Differs }
    }
}

/// Does it and prints what it finds. Exit code 0: all checks held; 1: differences; 2: the run could not be made.
pub async fn run(command: Command) -> ExitCode {
    let verdict = match command {
        Command::Replay(options) => replay::run(options).await,
        Command::Seed(target) => seed::run(target).await,
        Command::Measure { what } => measure::run(what).await,
        Command::Check(options) => trial::run(options).await,
        Command::Holds(options) => holds::run(options).await,
    };
    match verdict {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Differs) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
