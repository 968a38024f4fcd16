//! Messages stored and acknowledged a second: many senders, each of whom waits for the acknowledgement of the last.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use shared_types::{ConversationId, ws::ClientFrame};
use tokio::time::{Instant, sleep, timeout};

use super::{Delays, Subject, people, process::Cpu, report::Report};
use crate::{
    Verdict, clock,
    person::Person,
    server::at_least_one,
    wire::{self, Reader, Writer},
};

/// How long an acknowledgement may take.
const ACK_PATIENCE: Duration = Duration::from_secs(30);
/// Pause after a refusal, so that a refusing server is not flooded.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);
const AT_ONCE: usize = 16;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// People who send at the same time, each over their own socket
    #[arg(long, default_value_t = 64)]
    senders: usize,
    /// Rooms that the senders are spread over; 1 is one hot conversation, where each hears all others
    /// [default: one for each sender, so that storing is measured, not fan-out]
    #[arg(long, value_name = "N")]
    rooms: Option<usize>,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// The length of a message
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

struct Sender {
    reader: Reader,
    writer: Writer,
    room: ConversationId,
    acks: Delays,
    acked: u64,
    refused: u64,
    refusal: Option<String>,
}

pub async fn run(options: Options) -> Result<Verdict> {
    at_least_one(options.senders, "--senders")?;
    let rooms = options.rooms.unwrap_or(options.senders).clamp(1, options.senders);
    let server = options.subject.target.reach().await?;
    let mut people = people::admit(&server, "ingest", options.senders, &options.subject.target.password).await?;
    let places = open_rooms(&mut people, rooms).await?;
    let body = "durable ".chars().cycle().take(options.bytes.max(1)).collect::<String>();
    let senders = stream::iter(people.iter().enumerate()).map(|(place, person)| {
        let room = places[place % rooms];
        let server = &server;
        async move {
            let (reader, writer) = wire::open(server, person.token()).await?;
            anyhow::Ok(Sender { reader, writer, room, acks: Delays::default(), acked: 0, refused: 0, refusal: None })
        }
    });
    let senders: Vec<Sender> = senders.buffered(AT_ONCE).try_collect().await?;

    let before = stored(&mut people, &places).await?;
    let cpu = Cpu::start(options.subject.pid)?;
    let begun = Instant::now();
    let until = begun + Duration::from_secs_f64(options.seconds);
    let sending: Vec<_> = senders.into_iter().map(|sender| tokio::spawn(sender.send_until(until, body.clone()))).collect();
    let mut acks = Delays::default();
    let (mut acked, mut refused, mut refusal) = (0, 0, None);
    for sender in sending {
        let sender = sender.await??;
        acks.merge(&sender.acks);
        acked += sender.acked;
        refused += sender.refused;
        refusal = refusal.or(sender.refusal);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let usage = cpu.usage();
    let after = stored(&mut people, &places).await?;

    let mut report = Report::of("ingest");
    report.put("senders", options.senders);
    report.put("rooms", rooms);
    report.put("bytes", options.bytes);
    report.number("seconds", seconds);
    report.put("acknowledged", acked);
    report.number("messages_per_second", acked as f64 / seconds);
    report.delays("acknowledged", &acks);
    report.expect("stored", acked, after - before);
    report.put("refused", refused);
    if let Some(refusal) = refusal {
        report.problem(format!("refused {refused} times, first with {refusal}"));
    }
    report.cpu(usage, ("10000_messages", 10_000.0), acked as f64);
    Ok(report.print())
}

/// Room `n` holds every `rooms`-th person, beginning with the `n`-th.
async fn open_rooms(people: &mut [Person], rooms: usize) -> Result<Vec<ConversationId>> {
    let count = people.len();
    let mut places = Vec::with_capacity(rooms);
    for first in 0..rooms {
        let mut members: Vec<Person> = people.iter().skip(first).step_by(rooms).cloned().collect();
        places.push(people::room(&mut members, &format!("Load: ingest {} of {rooms} for {count}", first + 1)).await?);
    }
    Ok(places)
}

/// Events in all rooms together; the first person of each room asks.
async fn stored(people: &mut [Person], places: &[ConversationId]) -> Result<u64> {
    let mut sum = 0;
    for (person, room) in people.iter_mut().zip(places) {
        sum += person.conversation(*room).await?.head_seq.0;
    }
    Ok(sum)
}

impl Sender {
    async fn send_until(mut self, until: Instant, body: String) -> Result<Self> {
        let body: shared_types::text::MessageBody = body.try_into()?;
        while Instant::now() < until {
            let nonce = clock::nonce();
            let frame = serde_json::to_vec(&ClientFrame::Send { conversation_id: self.room, nonce, body: body.clone() })?;
            let said = Instant::now();
            self.writer.text(&frame).await?;
            let refusal = timeout(ACK_PATIENCE, self.answer(&nonce.to_string())).await;
            match refusal.with_context(|| format!("no acknowledgement within {} s", ACK_PATIENCE.as_secs()))?? {
                None => {
                    self.acks.add(said.elapsed());
                    self.acked += 1;
                }
                Some(refusal) => {
                    self.refused += 1;
                    self.refusal.get_or_insert(refusal);
                    sleep(REFUSED_PAUSE).await;
                }
            }
        }
        Ok(self)
    }

    /// Waits for the answer to a message; a refusal comes back as its text.
    async fn answer(&mut self, nonce: &str) -> Result<Option<String>> {
        loop {
            let mut answer = None;
            let take = |frame: &[u8]| {
                if frame.starts_with(br#"{"type":"ack""#) {
                    answer = Some(if holds(frame, nonce.as_bytes()) { Ok(None) } else { Err("the acknowledgement of another message") });
                } else if frame.starts_with(br#"{"type":"error""#) {
                    answer = Some(Ok(Some(String::from_utf8_lossy(frame).into_owned())));
                }
            };
            self.reader.read(take).await?;
            match answer {
                Some(Ok(answer)) => return Ok(answer),
                Some(Err(wrong)) => bail!(wrong),
                None => {}
            }
        }
    }
}

/// The nonce stands near the front of an `ack`.
fn holds(frame: &[u8], nonce: &[u8]) -> bool {
    frame.windows(nonce.len()).any(|window| window == nonce)
}
