//! A reconnect storm: sockets that are all cut at once, messages meanwhile, and everybody back with their positions.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use futures::{StreamExt, stream};
use shared_types::{
    Timestamp,
    message::SendMessage,
    ws::{ClientFrame, Resume, ResumePosition},
};
use tokio::time::{Instant, timeout};

use super::{Delays, Subject, people, process::Cpu, report::Report};
use crate::{Verdict, clock, person::Person, server::at_least_one, wire};

/// How long one socket may take to catch up.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// Sockets that come back
    #[arg(long, default_value_t = 1000)]
    sockets: usize,
    /// Accounts that they belong to, in turn
    #[arg(long, default_value_t = 20, value_name = "N")]
    people: usize,
    /// Messages that each of them missed
    #[arg(long, default_value_t = 20)]
    missed: u64,
    /// Sockets that come back at the same moment
    #[arg(long, default_value_t = 256)]
    at_once: usize,
}

pub async fn run(options: Options) -> Result<Verdict> {
    at_least_one(options.sockets, "--sockets")?;
    let server = options.subject.target.reach().await?;
    let mut people = people::admit(&server, "storm", options.people, &options.subject.target.password).await?;
    let room = people::room(&mut people, &format!("Load: storm of {}", options.people)).await?;
    let place = people[0].conversation(room).await?.head_seq;
    let tokens: Vec<String> = people.iter().map(|person| person.token().to_owned()).cycle().take(options.sockets).collect();
    let open: Vec<_> = stream::iter(&tokens).map(|token| wire::open(&server, token)).buffer_unordered(32).collect::<Vec<_>>().await;
    let opened = open.iter().filter(|socket| socket.is_ok()).count();
    // All of them at once, as when a cable is cut.
    drop(open);
    let speaker: &mut Person = people.first_mut().context("nobody there")?;
    for number in 0..options.missed {
        let message = SendMessage { nonce: clock::nonce(), body: format!("missed {number}").try_into()? };
        speaker.send(room, &message).await?;
    }

    let position = ResumePosition { conversation_id: room, seq: place, read_seq: shared_types::Seq(0), read_rev: 0 };
    let frame = serde_json::to_vec(&ClientFrame::Resume(Resume { positions: vec![position], since: Timestamp(0) }))?;
    let cpu = Cpu::start(options.subject.pid)?;
    let begun = Instant::now();
    let back = stream::iter(&tokens).map(|token| {
        let (server, frame) = (&server, &frame);
        async move {
            timeout(PATIENCE, catch_up(server, token, frame, options.missed))
                .await
                .unwrap_or(Ok((0, begun)))
                .ok()
                .map(|(events, at)| (events, at.duration_since(begun)))
        }
    });
    let back: Vec<Option<(u64, Duration)>> = back.buffer_unordered(options.at_once.max(1)).collect().await;
    let (usage, took) = (cpu.usage(), begun.elapsed());

    let mut delays = Delays::default();
    back.iter().flatten().for_each(|(_, delay)| delays.add(*delay));
    let mut report = Report::of("storm");
    report.put("sockets", options.sockets);
    report.put("people", options.people);
    report.put("missed_each", options.missed);
    report.expect("opened_before", options.sockets as u64, opened as u64);
    report.expect("events", options.missed * options.sockets as u64, back.iter().flatten().map(|(events, _)| events).sum());
    report.number("all_caught_up_after_s", took.as_secs_f64());
    report.delays("caught_up", &delays);
    report.cpu(usage, ("reconnect", 1.0), options.sockets as f64);
    Ok(report.print())
}

/// Comes back, and tells how many events came and when the last of them did.
async fn catch_up(server: &crate::server::Server, token: &str, frame: &[u8], missed: u64) -> Result<(u64, Instant)> {
    let (mut reader, _writer) = wire::resume(server, token, frame).await?;
    let mut events = 0;
    while events < missed {
        reader.read(|text| events += u64::from(text.starts_with(br#"{"type":"event""#))).await?;
    }
    Ok((events, Instant::now()))
}
