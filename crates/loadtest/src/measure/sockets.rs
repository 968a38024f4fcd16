//! What idle authenticated sockets cost: memory each, CPU to open one, CPU to keep one. Memory tells the truth on a
//! freshly started server only.

use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::{
    Subject, people,
    process::{self, Cpu, Memory},
    report::Report,
};
use crate::{
    Verdict,
    person::Person,
    wire::{self, Reader, Writer},
};

/// How often an idle client makes a sign of life; the server waits 30 s for one.
const BEAT: Duration = Duration::from_secs(25);
/// What the server needs to come to rest after a burst of connections.
const REST: Duration = Duration::from_secs(3);
const AT_ONCE: usize = 32;
/// More than a fresh server holds. Memory that it has freed but not given back hides what sockets cost.
const MUCH: u64 = 64 * 1024 * 1024;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// Open sockets at which to measure; several numbers, as in 1000,5000,10000, show whether the cost is flat
    #[arg(long, value_delimiter = ',', default_value = "1000")]
    count: Vec<usize>,
    /// Accounts that the sockets belong to, in turn
    #[arg(long, default_value_t = 8, value_name = "N")]
    people: usize,
    /// Seconds to watch the server's CPU at each count
    #[arg(long, default_value_t = 10.0)]
    hold: f64,
}

pub async fn run(options: Options) -> Result<Verdict> {
    ensure!(options.count.is_sorted_by(|a, b| a < b) && options.count[0] > 0, "--count: rising numbers above 0, please");
    let pid = options.subject.pid;
    let server = options.subject.target.reach().await?;
    let people = people::admit(&server, "idle", options.people, &options.subject.target.password).await?;
    // The first sockets make the server allocate what it keeps for good; they are not what is asked for.
    drop(open(&people, AT_ONCE).await?);
    sleep(REST).await;

    let before = memory(pid)?;
    let mut keepers: JoinSet<Result<()>> = JoinSet::new();
    let mut report = Report::of("sockets");
    report.put("people", options.people);
    if let Some(memory) = before {
        report.put("resident_bytes_before", memory.resident);
        report.put("private_bytes_before", memory.private);
        if memory.private > MUCH {
            report.put("note", "the server kept much memory from earlier work, and sockets may fit into it: start it freshly");
        }
    }
    let mut last = before.map_or(0, |memory| memory.private);
    for count in options.count {
        let more = count - keepers.len();
        let cpu = Cpu::start(pid)?;
        let begun = Instant::now();
        for (reader, writer) in open(&people, more).await? {
            keepers.spawn(keep(reader, writer));
        }
        let (opening, seconds) = (cpu.usage(), begun.elapsed().as_secs_f64());
        sleep(REST).await;
        report.number(&format!("at_{count}_opened_per_second"), more as f64 / seconds);
        if let Some(server) = opening.server {
            report.number(&format!("at_{count}_cpu_ms_per_connect"), server * 1000.0 / more as f64);
        }
        let cpu = Cpu::start(pid)?;
        sleep(Duration::from_secs_f64(options.hold)).await;
        if let Some(server) = cpu.usage().server {
            report.number(&format!("at_{count}_idle_cpu_us_per_socket_second"), server * 1e6 / options.hold / count as f64);
        }
        if let (Some(before), Some(now)) = (before, memory(pid)?) {
            let each = |before: u64, now: u64| (now as f64 - before as f64) / count as f64;
            report.number(&format!("at_{count}_resident_bytes_per_socket"), each(before.resident, now.resident));
            report.number(&format!("at_{count}_private_bytes_per_socket"), each(before.private, now.private));
            // Free of what the server kept from signing people in, which the first step may fill or give back.
            report.number(&format!("at_{count}_private_bytes_per_added_socket"), (now.private as f64 - last as f64) / more as f64);
            last = now.private;
        }
        let mut lost = 0;
        while let Some(ended) = keepers.try_join_next() {
            lost += 1;
            if let (1, Err(error)) = (lost, ended?) {
                report.problem(error.to_string());
            }
        }
        report.expect(&format!("at_{count}_sockets_lost"), 0, lost);
        if lost > 0 {
            break;
        }
    }
    if pid.is_none() {
        report.put("memory", "unknown; --pid names the server's process");
    }
    Ok(report.print())
}

fn memory(pid: Option<u32>) -> Result<Option<Memory>> {
    pid.map(process::memory).transpose()
}

async fn open(people: &[Person], count: usize) -> Result<Vec<(Reader, Writer)>> {
    let owners = people.iter().cycle().take(count);
    stream::iter(owners).map(|person| wire::open(person.server(), person.token())).buffer_unordered(AT_ONCE).try_collect().await
}

/// Reads what comes and shows now and then that somebody is there, until the server ends it.
async fn keep(mut reader: Reader, mut writer: Writer) -> Result<()> {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    loop {
        tokio::select! {
            step = reader.read(|_| {}) => step?,
            _ = beat.tick() => writer.ping().await?,
        }
    }
}
