//! `measure`: what the server costs and how fast it is, one question per file, each answer one JSON line and a table.
//!
//! Sending is open-loop where latency is asked for: delays count from the moment a message was due, so that a server
//! that stalls cannot hide it by slowing its generator down. Every run also checks that what should arrive arrived.

mod burst;
mod chat;
mod delays;
mod fanout;
mod hearing;
mod ingest;
mod latency;
mod pages;
mod people;
mod process;
mod report;
mod sockets;
mod storm;
mod ticks;

use anyhow::Result;
use clap::{Args, Subcommand};

pub use self::delays::Delays;
use crate::{Target, Verdict};

#[derive(Debug, Subcommand)]
pub enum What {
    /// Memory and CPU of idle authenticated sockets, on a freshly started server
    Sockets(sockets::Options),
    /// Send to delivered on another socket, on a server that is otherwise idle
    Latency(latency::Options),
    /// Messages stored and acknowledged a second
    Ingest(ingest::Options),
    /// One room of many members, all of them listening
    Fanout(fanout::Options),
    /// Sockets that are cut all at once and come back with their positions
    Storm(storm::Options),
    /// Many people in rooms of every size, who talk and edit
    Chat(chat::Options),
    /// A room in which some read nothing
    Burst(burst::Options),
    /// Pages of history, the newest and from deep down
    Pages(pages::Options),
}

/// What every measurement needs to know.
#[derive(Debug, Args)]
struct Subject {
    #[command(flatten)]
    target: Target,
    /// The server's process on this machine, for its memory and CPU time
    #[arg(long)]
    pid: Option<u32>,
}

pub async fn run(what: What) -> Result<Verdict> {
    match what {
        What::Sockets(options) => sockets::run(options).await,
        What::Latency(options) => latency::run(options).await,
        What::Ingest(options) => ingest::run(options).await,
        What::Fanout(options) => fanout::run(options).await,
        What::Storm(options) => storm::run(options).await,
        What::Chat(options) => chat::run(options).await,
        What::Burst(options) => burst::run(options).await,
        What::Pages(options) => pages::run(options).await,
    }
}
