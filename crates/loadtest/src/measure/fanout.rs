//! One room of many members, all of them listening: what a delivery costs, and how late it is.

use anyhow::Result;
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};

use super::{Subject, hearing, hearing::Heard, people, process::Cpu, report::Report, ticks::Schedule};
use crate::{Verdict, person::Person, server::at_least_one, wire};

/// Sockets that open at the same time.
const AT_ONCE: usize = 16;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// Listening sockets, the sender's among them
    #[arg(long, default_value_t = 500)]
    members: usize,
    /// Accounts that the sockets belong to, in turn [default: one for each socket]
    #[arg(long, value_name = "N")]
    people: Option<usize>,
    /// Messages a second
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// The length of a message
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

pub async fn run(options: Options) -> Result<Verdict> {
    at_least_one(options.members, "--members")?;
    let count = options.people.unwrap_or(options.members).min(options.members);
    let server = options.subject.target.reach().await?;
    eprintln!("Signing in {count} people.");
    let mut people = people::admit(&server, "fanout", count, &options.subject.target.password).await?;
    let room = people::room(&mut people, &format!("Load: fan-out to {count}")).await?;
    let tokens = people.iter().map(Person::token).cycle().take(options.members);
    let sockets = stream::iter(tokens).map(|token| wire::open(&server, token)).buffered(AT_ONCE).try_collect().await?;

    let cpu = Cpu::start(options.subject.pid)?;
    let schedule = Schedule::of(options.rate, options.seconds)?;
    let heard = hearing::perform(sockets, room, schedule, options.bytes).await?;
    let usage = cpu.usage();
    let mut all = Heard::default();
    for heard in heard {
        all.merge(heard);
    }

    let mut report = Report::of("fanout");
    report.put("members", options.members);
    report.put("people", count);
    report.number("rate", options.rate);
    report.number("seconds", options.seconds);
    report.put("bytes", options.bytes);
    report.put("sent", schedule.count);
    report.expect("acknowledged", schedule.count, all.acked);
    report.expect("deliveries", schedule.count * options.members as u64, all.delivered);
    report.delays("delivered", &all.delays);
    report.delays("acknowledged", &all.acks);
    report.hearing(&all);
    report.cpu(usage, ("million_deliveries", 1e6), all.delivered as f64);
    Ok(report.print())
}
