//! How long from the moment a message is due until another socket has it, on a server with nothing else to do.

use anyhow::Result;
use clap::Args;

use super::{Subject, hearing, people, process::Cpu, report::Report, ticks::Schedule};
use crate::{Verdict, wire};

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// Messages a second
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// The length of a message
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

pub async fn run(options: Options) -> Result<Verdict> {
    let server = options.subject.target.reach().await?;
    let mut people = people::admit(&server, "latency", 2, &options.subject.target.password).await?;
    let room = people::room(&mut people, "Load: latency").await?;
    let sockets = vec![wire::open(&server, people[0].token()).await?, wire::open(&server, people[1].token()).await?];

    let cpu = Cpu::start(options.subject.pid)?;
    let schedule = Schedule::of(options.rate, options.seconds)?;
    let heard = hearing::perform(sockets, room, schedule, options.bytes).await?;
    let usage = cpu.usage();

    let mut report = Report::of("latency");
    report.number("rate", options.rate);
    report.number("seconds", options.seconds);
    report.put("sent", schedule.count);
    report.delays("delivered", &heard[1].delays);
    report.delays("acknowledged", &heard[0].acks);
    report.expect("delivered", schedule.count, heard[1].delivered);
    report.expect("acknowledged", schedule.count, heard[0].acked);
    for heard in heard {
        report.hearing(&heard);
    }
    report.cpu(usage, ("10000_messages", 10_000.0), schedule.count as f64);
    Ok(report.print())
}
