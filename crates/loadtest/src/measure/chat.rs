//! Team chat: many people in rooms of every size, who talk and edit while everybody listens.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use shared_types::{ConversationId, message::EditMessage};
use tokio::sync::watch;

use super::{Delays, Subject, hearing, hearing::micros, people, process::Cpu, report::Report, ticks::Schedule};
use crate::{
    Verdict,
    check::mix,
    person::Person,
    server::at_least_one,
    wire::{self, Reader},
};

const AT_ONCE: usize = 16;
/// How long the last messages may take.
const ARRIVAL: Duration = Duration::from_secs(10);
/// One of so many messages is edited by its author.
const EDITED: u64 = 30;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    #[arg(long, default_value_t = 200)]
    people: usize,
    #[arg(long, default_value_t = 42)]
    rooms: usize,
    /// Messages a second, of all people together
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    #[arg(long, default_value_t = 15.0)]
    seconds: f64,
    /// The length of a message
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

#[derive(Default)]
struct Heard {
    delivered: u64,
    edits: u64,
    acked: u64,
    delays: Delays,
    trouble: Option<String>,
}

pub async fn run(options: Options) -> Result<Verdict> {
    at_least_one(options.rooms, "--rooms")?;
    let server = options.subject.target.reach().await?;
    eprintln!("Signing in {} people.", options.people);
    let mut people = people::admit(&server, "chat", options.people, &options.subject.target.password).await?;
    let rooms = open_rooms(&mut people, options.rooms).await?;
    let tokens = people.iter().map(Person::token);
    let sockets: Vec<_> = stream::iter(tokens).map(|token| wire::open(&server, token)).buffered(AT_ONCE).try_collect().await?;

    let cpu = Cpu::start(options.subject.pid)?;
    let schedule = Schedule::of(options.rate, options.seconds)?;
    let (stop, stopped) = watch::channel(false);
    let (mut writers, mut listening) = (Vec::new(), Vec::new());
    for (reader, writer) in sockets {
        writers.push(writer);
        listening.push(tokio::spawn(listen(reader, schedule.start, stopped.clone())));
    }
    let (mut ticks, mut chance, mut number, mut expected, mut editing) = (schedule.ticks(), mix(1), 0, 0, Vec::new());
    while let Some(due) = ticks.recv().await {
        chance = mix(chance);
        let (room, members) = &rooms[usize::try_from(chance % rooms.len() as u64)?];
        let author = members[usize::try_from(mix(chance) % members.len() as u64)?];
        writers[author].text(&hearing::frame(*room, number, micros(due.saturating_duration_since(schedule.start)), options.bytes)?).await?;
        expected += members.len() as u64;
        number += 1;
        if number.is_multiple_of(EDITED) {
            editing.push(tokio::spawn(edit_last(people[author].clone(), *room)));
        }
    }
    let mut edits = 0;
    for editing in editing {
        edits += u64::from(editing.await?.is_ok());
    }
    tokio::time::sleep(ARRIVAL.min(Duration::from_secs(3))).await;
    stop.send_replace(true);
    let mut all = Heard::default();
    for listener in listening {
        let heard = listener.await?;
        all.delivered += heard.delivered;
        all.edits += heard.edits;
        all.acked += heard.acked;
        all.delays.merge(&heard.delays);
        all.trouble = all.trouble.or(heard.trouble);
    }
    let usage = cpu.usage();
    let mut report = Report::of("chat");
    report.put("people", options.people);
    report.put("rooms", options.rooms);
    report.number("rate", options.rate);
    report.expect("acknowledged", number, all.acked);
    report.expect("deliveries", expected, all.delivered);
    report.put("edits", edits);
    report.put("edits_delivered", all.edits);
    report.delays("delivered", &all.delays);
    if let Some(trouble) = all.trouble {
        report.problem(trouble);
    }
    report.cpu(usage, ("10000_messages", 10_000.0), number as f64);
    Ok(report.print())
}

/// Rooms from pairs to a fifth of everybody, most of them small; who is in which, by number.
async fn open_rooms(people: &mut [Person], count: usize) -> Result<Vec<(ConversationId, Vec<usize>)>> {
    let mut rooms = Vec::with_capacity(count);
    for number in 0..count {
        let size = (people.len() / 5 / (number / 2 + 1)).max(2);
        let members: Vec<usize> = (0..size).map(|step| (number * 17 + step * 7) % people.len()).collect();
        let mut members: Vec<usize> = members.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        members.rotate_left(number % 2);
        let mut of_room: Vec<Person> = members.iter().map(|member| people[*member].clone()).collect();
        rooms.push((people::room(&mut of_room, &format!("Load: chat {number} of {count}")).await?, members));
    }
    Ok(rooms)
}

/// The author gives the newest message of their own another text.
async fn edit_last(mut person: Person, room: ConversationId) -> Result<()> {
    let page = person.history(room, shared_types::page::HistoryQuery::default()).await?;
    let Some(message) = page.messages.iter().rev().find(|message| message.author_id == person.id() && message.nonce.is_some()) else {
        return Ok(());
    };
    person.edit(room, message.id, &EditMessage { body: "better said".to_owned().try_into()?, version: None }).await?;
    Ok(())
}

async fn listen(mut reader: Reader, start: Instant, mut stop: watch::Receiver<bool>) -> Heard {
    let mut heard = Heard::default();
    loop {
        let mut now = None;
        let step = tokio::select! {
            step = reader.read(|frame| {
                let now = *now.get_or_insert_with(|| micros(start.elapsed()));
                heard.take(frame, now);
            }) => step,
            _ = stop.changed() => return heard,
        };
        if let Err(error) = step {
            heard.trouble.get_or_insert_with(|| error.to_string());
            return heard;
        }
    }
}

impl Heard {
    fn take(&mut self, frame: &[u8], now: u64) {
        if frame.starts_with(br#"{"type":"event","event":{"event":"message""#) {
            if let Some((_, due)) = hearing::numbers(frame) {
                self.delivered += 1;
                self.delays.add_micros(now.saturating_sub(due));
            }
        } else if frame.starts_with(br#"{"type":"event""#) {
            self.edits += 1;
        } else if frame.starts_with(br#"{"type":"ack""#) {
            self.acked += 1;
        } else if frame.starts_with(br#"{"type":"error""#) || frame.starts_with(br#"{"type":"resync""#) {
            self.trouble.get_or_insert_with(|| String::from_utf8_lossy(frame).into_owned());
        }
    }
}
