//! One room of many members, all of them listening: what a delivery costs, and how late it is.

use anyhow::Result;
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};

use shared_types::ConversationId;

use super::{
    Subject, hearing,
    hearing::Heard,
    people,
    process::{Cpu, Usage},
    report::Report,
    ticks::Schedule,
};
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
    /// Looks for the highest rate at which 99 of 100 deliveries take less than a quarter of a second; begins at `--rate`
    #[arg(long)]
    saturate: bool,
}

/// What saturation may cost, in milliseconds at the 99th percentile.
const SATURATED: f64 = 250.0;

pub async fn run(options: Options) -> Result<Verdict> {
    at_least_one(options.members, "--members")?;
    let count = options.people.unwrap_or(options.members).min(options.members);
    let server = options.subject.target.reach().await?;
    eprintln!("Signing in {count} people.");
    let mut people = people::admit(&server, "fanout", count, &options.subject.target.password).await?;
    let room = people::room(&mut people, &format!("Load: fan-out to {count}")).await?;
    let tokens: Vec<&str> = people.iter().map(Person::token).cycle().take(options.members).collect();
    let mut best: Option<(Run, f64)> = None;
    let (mut rate, mut ceiling) = (options.rate, f64::INFINITY);
    loop {
        let sockets = stream::iter(tokens.clone()).map(|token| wire::open(&server, token)).buffered(AT_ONCE).try_collect().await?;
        let run = Run::make(&options, sockets, room, rate).await?;
        if !options.saturate {
            best = Some((run, rate));
            break;
        }
        if run.keeps_up() {
            best = Some((run, rate));
        } else {
            ceiling = rate;
            if best.is_none() {
                best = Some((run, rate));
                break;
            }
        }
        let floor = best.as_ref().map_or(rate, |(_, rate)| *rate);
        rate = if ceiling.is_finite() { f64::midpoint(floor, ceiling) } else { rate * 2.0 };
        if ceiling / floor < 1.15 {
            break;
        }
    }
    let Some((run, rate)) = best else { anyhow::bail!("no run was made") };
    let mut report = Report::of(if options.saturate { "fanout_saturated" } else { "fanout" });
    report.put("members", options.members);
    report.put("people", count);
    report.number("rate", rate);
    report.number("seconds", options.seconds);
    report.put("bytes", options.bytes);
    report.put("sent", run.schedule.count);
    report.expect("acknowledged", run.schedule.count, run.heard.acked);
    report.expect("deliveries", run.schedule.count * options.members as u64, run.heard.delivered);
    report.number("deliveries_per_second", run.heard.delivered as f64 / options.seconds);
    if let Some(cpu) = run.usage.server.filter(|cpu| *cpu > 0.0) {
        report.number("deliveries_per_cpu_second", run.heard.delivered as f64 / cpu);
    }
    report.delays("delivered", &run.heard.delays);
    report.delays("acknowledged", &run.heard.acks);
    report.hearing(&run.heard);
    report.cpu(run.usage, ("million_deliveries", 1e6), run.heard.delivered as f64);
    Ok(report.print())
}

/// One rate, held for a while.
struct Run {
    schedule: Schedule,
    heard: Heard,
    usage: Usage,
    expected: u64,
}

impl Run {
    async fn make(options: &Options, sockets: Vec<(wire::Reader, wire::Writer)>, room: ConversationId, rate: f64) -> Result<Self> {
        let cpu = Cpu::start(options.subject.pid)?;
        let schedule = Schedule::of(rate, options.seconds)?;
        let mut all = Heard::default();
        for heard in hearing::perform(sockets, room, schedule, options.bytes).await? {
            all.merge(heard);
        }
        Ok(Self { schedule, heard: all, usage: cpu.usage(), expected: schedule.count * options.members as u64 })
    }

    fn keeps_up(&self) -> bool {
        self.heard.delivered == self.expected && self.heard.resyncs == 0 && self.heard.delays.percentile(99.0) < SATURATED
    }
}
