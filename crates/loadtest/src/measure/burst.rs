//! A busy room in which some read nothing: what they cost, and whether the others notice.

use anyhow::Result;
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};

use super::{
    Subject, hearing,
    hearing::Heard,
    people,
    process::{Cpu, memory},
    report::Report,
    ticks::Schedule,
};
use crate::{
    Verdict,
    person::Person,
    server::{Server, at_least_one},
    wire::{self, Reader, Writer},
};

const AT_ONCE: usize = 16;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// Sockets that read
    #[arg(long, default_value_t = 200)]
    members: usize,
    /// Sockets that do not
    #[arg(long, default_value_t = 20)]
    slow: usize,
    /// Accounts that all of them belong to, in turn
    #[arg(long, default_value_t = 20, value_name = "N")]
    people: usize,
    /// Messages a second
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// The length of a message
    #[arg(long, default_value_t = 1_000)]
    bytes: usize,
}

pub async fn run(options: Options) -> Result<Verdict> {
    at_least_one(options.members, "--members")?;
    let server = options.subject.target.reach().await?;
    let mut people = people::admit(&server, "burst", options.people, &options.subject.target.password).await?;
    let room = people::room(&mut people, &format!("Load: burst of {}", options.people)).await?;
    let mut report = Report::of("burst");
    report.put("members", options.members);
    report.put("slow", options.slow);
    report.number("rate", options.rate);
    report.put("bytes", options.bytes);
    for (name, slow) in [("alone", 0), ("beside_slow", options.slow)] {
        let sockets = open(&server, &people, options.members).await?;
        // Held open, and never read.
        let deaf = open(&server, &people, slow).await?;
        let before = options.subject.pid.map(memory).transpose()?;
        let cpu = Cpu::start(options.subject.pid)?;
        let schedule = Schedule::of(options.rate, options.seconds)?;
        let mut all = Heard::default();
        for heard in hearing::perform(sockets, room, schedule, options.bytes).await? {
            all.merge(heard);
        }
        let after = options.subject.pid.map(memory).transpose()?;
        drop(deaf);
        report.delays(&format!("{name}_delivered"), &all.delays);
        report.expect(&format!("{name}_deliveries"), schedule.count * options.members as u64, all.delivered);
        report.hearing(&all);
        if let (Some(before), Some(after)) = (before, after) {
            report.put(&format!("{name}_memory_growth_bytes"), after.private.saturating_sub(before.private));
        }
        if let Some(server) = cpu.usage().server {
            report.number(&format!("{name}_server_cpu_seconds"), server);
        }
    }
    Ok(report.print())
}

async fn open(server: &Server, people: &[Person], count: usize) -> Result<Vec<(Reader, Writer)>> {
    let tokens = people.iter().map(Person::token).cycle().take(count);
    stream::iter(tokens).map(|token| wire::open(server, token)).buffered(AT_ONCE).try_collect().await
}
