//! `replay`: a real channel log, spoken again by the same people, and then compared with what the server kept.

mod speaker;
mod verify;
mod watch;

use std::{collections::HashMap, path::PathBuf, str::FromStr, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use shared_types::{
    ConversationId, ErrorCode,
    conversation::{CreateConversation, Joined, Visibility},
    limits,
    text::RoomName,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};

use self::{
    speaker::{Order, Report, Speaker},
    verify::{Expected, History},
};
use crate::{
    Target, Verdict, clock,
    log::Log,
    measure::Delays,
    nick,
    person::{self, Person},
};

/// People who join or connect at the same time.
const AT_ONCE: usize = 8;
/// How long the last events may take to reach everybody.
const ARRIVAL: Duration = Duration::from_secs(20);
/// Differences that are printed; the rest is counted.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub struct Options {
    /// The log: lines of `[HH:MM] <speaker> text`, `* speaker action` or `=== notice`
    file: PathBuf,
    #[command(flatten)]
    target: Target,
    /// How much faster than the log: 1 is as it was, 60 is a minute in a second, `max` is as fast as acks come
    #[arg(long, default_value = "max", value_name = "N|max")]
    speed: Speed,
    /// The name of the new public room [default: from the name of the file]
    #[arg(long, value_name = "NAME")]
    room: Option<String>,
    /// Only the first so many messages of the log
    #[arg(long, value_name = "N")]
    lines: Option<usize>,
    /// Begin only once somebody else has joined the room, to watch it in a browser
    #[arg(long)]
    wait_for_watcher: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Speed {
    Max,
    Times(f64),
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse::<f64>()) {
            ("max", _) => Ok(Self::Max),
            (_, Ok(times)) if times.is_finite() && times > 0.0 => Ok(Self::Times(times)),
            _ => Err("a number above 0, or `max`".to_owned()),
        }
    }
}

/// A speaker at work.
struct Voice {
    person: Person,
    orders: mpsc::Sender<Order>,
    life: JoinHandle<Result<Report>>,
}

pub async fn run(options: Options) -> Result<Verdict> {
    let bytes = std::fs::read(&options.file).with_context(|| format!("cannot read {}", options.file.display()))?;
    let mut log = Log::parse(&bytes);
    log.lines.truncate(options.lines.unwrap_or(usize::MAX));
    ensure!(!log.lines.is_empty(), "{} holds no messages", options.file.display());
    let server = options.target.reach().await?;

    let nicks: Vec<String> = log.speakers().into_iter().map(str::to_owned).collect();
    println!("{} messages by {} speakers. Signing them up.", log.lines.len(), nicks.len());
    let applicants = nick::applicants(nicks.iter().map(String::as_str))?;
    let mut people = person::admit_all(&server, applicants, &options.target.password).await?;
    let (room, name) = open_room(&mut people[0], &room_name(&options)?).await?;
    println!("Room: {name}, {}", server.url(&format!("/c/{room}")));
    join(&people[1..], room).await?;
    let voices = enter(people, room).await?;
    println!("Everybody is in, each on their own socket.");
    if options.wait_for_watcher {
        wait_for_watcher(&mut voices[0].person.clone(), room).await?;
    }

    let mut acks = Delays::default();
    let begun = Instant::now();
    let voice_of: HashMap<&str, &Voice> = nicks.iter().map(String::as_str).zip(&voices).collect();
    let expected = speak(&log, options.speed, &voice_of, &mut acks).await;
    let seconds = begun.elapsed().as_secs_f64();
    let expected = match expected {
        Ok(expected) => expected,
        Err(stopped) => return Err(reason_of(voices, stopped).await),
    };

    let mut reader = voices[0].person.clone();
    let head = reader.conversation(room).await?.head_seq;
    let reports = come_home(voices, head).await?;
    let history = History::read(&mut reader, room).await?;
    let (mut differences, others) = history.differences(&expected);
    let fingerprints = history.fingerprints();
    for report in &reports {
        let seen = report.watch.differences(&fingerprints, head);
        differences.extend(seen.into_iter().map(|difference| format!("the socket of {}: {difference}", report.name)));
    }
    summarise(&log, &reports, seconds, &acks, others);
    tell(&differences);
    Ok(Verdict::of(differences.is_empty()))
}

fn room_name(options: &Options) -> Result<String> {
    let stem = options.file.file_stem().map_or("log".into(), |stem| stem.to_string_lossy());
    let name = options.room.clone().unwrap_or_else(|| format!("Replay of {}", stem.trim_end_matches(".raw")));
    let short: String = name.chars().take(limits::ROOM_NAME_CHARS - 5).collect();
    RoomName::try_from(short.as_str()).with_context(|| format!("`{name}` cannot be the name of a room"))?;
    Ok(short)
}

/// A room that did not exist before: if the name is taken, with the next free number behind it.
async fn open_room(owner: &mut Person, name: &str) -> Result<(ConversationId, RoomName)> {
    for number in 1..=999 {
        let name = RoomName::try_from(if number == 1 { name.to_owned() } else { format!("{name} {number}") })?;
        let create =
            CreateConversation::Room { name: name.clone(), alias: None, topic: None, visibility: Visibility::Public, user_ids: Vec::new() };
        match owner.create_conversation(&create).await {
            Ok(room) => return Ok((room.id, name)),
            Err(failure) if matches!(failure.code(), Some(ErrorCode::NameTaken | ErrorCode::AliasTaken)) => {}
            Err(failure) => return Err(anyhow::Error::new(failure).context("the room cannot be made")),
        }
    }
    bail!("999 rooms of that name are enough; choose another with --room")
}

async fn join(people: &[Person], room: ConversationId) -> Result<()> {
    let joins = stream::iter(people.iter().cloned()).map(|mut person| async move {
        match person.join(&room.to_string()).await {
            Ok(Joined::Member { .. }) => Ok(()),
            Ok(Joined::Requested {}) => bail!("{} may not simply join a public room", person.name()),
            Err(failure) => Err(anyhow::Error::new(failure).context(format!("{} cannot join", person.name()))),
        }
    });
    joins.buffered(AT_ONCE).try_collect().await
}

async fn enter(people: Vec<Person>, room: ConversationId) -> Result<Vec<Voice>> {
    let sockets = stream::iter(people).map(|person| async move {
        let speaker = Speaker::enter(person.clone(), room).await?;
        // Each line waits for its acknowledgement, so no more than one is ever on its way.
        let (orders, receiver) = mpsc::channel(1);
        anyhow::Ok(Voice { person, orders, life: tokio::spawn(speaker.live(receiver)) })
    });
    sockets.buffered(AT_ONCE).try_collect().await
}

async fn wait_for_watcher(person: &mut Person, room: ConversationId) -> Result<()> {
    let alone = person.conversation(room).await?.member_count;
    println!("Waiting for somebody else to join the room.");
    while person.conversation(room).await?.member_count <= alone {
        sleep(Duration::from_secs(1)).await;
    }
    println!("Somebody watches. Beginning.");
    Ok(())
}

/// Says every line in the log's order, each after the acknowledgement of the one before.
async fn speak(log: &Log, speed: Speed, voices: &HashMap<&str, &Voice>, acks: &mut Delays) -> Result<Vec<Expected>> {
    let begun = Instant::now();
    let mut expected: Vec<Expected> = Vec::with_capacity(log.lines.len());
    let mut told = begun;
    for (line, due) in log.lines.iter().zip(log.schedule()) {
        if let Speed::Times(times) = speed {
            sleep_until(begun + Duration::from_secs_f64(due / times)).await;
        }
        let voice = voices.get(line.speaker.as_str()).context("a speaker without a voice")?;
        let (done, ack) = oneshot::channel();
        let said = Instant::now();
        voice.orders.send(Order::Say { nonce: clock::nonce(), body: line.text.clone(), done }).await.context(line.speaker.clone())?;
        let message = ack.await.with_context(|| format!("line {} has no acknowledgement", line.number))?;
        acks.add(said.elapsed());
        expected.push(Expected {
            number: line.number,
            author: voice.person.id(),
            body: line.text.clone(),
            seq: message.seq,
            id: message.id,
        });
        if told.elapsed() >= Duration::from_secs(10) {
            told = Instant::now();
            println!("{} of {} messages are said.", expected.len(), log.lines.len());
        }
    }
    Ok(expected)
}

/// What broke the replay: the fault of the speaker that stopped, if one did.
async fn reason_of(voices: Vec<Voice>, stopped: anyhow::Error) -> anyhow::Error {
    for voice in voices {
        drop(voice.orders);
        if let Ok(Ok(Err(error))) = timeout(Duration::from_secs(1), voice.life).await {
            return error;
        }
    }
    stopped
}

async fn come_home(voices: Vec<Voice>, head: shared_types::Seq) -> Result<Vec<Report>> {
    for voice in &voices {
        voice.orders.send(Order::Finish { head, within: ARRIVAL }).await.with_context(|| voice.person.name().to_owned()).ok();
    }
    let mut reports = Vec::with_capacity(voices.len());
    for voice in voices {
        reports.push(voice.life.await??);
    }
    Ok(reports)
}

fn summarise(log: &Log, reports: &[Report], seconds: f64, acks: &Delays, others: usize) {
    let lines = log.lines.len();
    let (live, from_log) = reports.iter().map(|report| report.watch.counts()).fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    println!("\n{lines} lines by {} speakers in {seconds:.1} s: {:.0} messages a second.", reports.len(), lines as f64 / seconds);
    println!("Acknowledged after {}.", acks.in_words());
    println!("Events on the sockets: {live}; from the log after a cut or a resync: {from_log}.");
    println!(
        "Not messages: {} notices, {} blank, {} unreadable. Recoded: {}; freed of control characters: {}.",
        log.skipped.notices,
        log.skipped.blank,
        log.skipped.unreadable.len(),
        log.recoded,
        log.cleaned
    );
    if !log.skipped.unreadable.is_empty() {
        println!("Unreadable lines: {:?}", &log.skipped.unreadable[..log.skipped.unreadable.len().min(SHOWN)]);
    }
    let sum = |count: fn(&Report) -> u32| reports.iter().map(count).sum::<u32>();
    println!(
        "Reconnects: {}, lines sent again: {}, resyncs: {}. Said by others meanwhile: {others}.",
        sum(|report| report.reconnects),
        sum(|report| report.repeats),
        sum(|report| report.resyncs)
    );
}

fn tell(differences: &[String]) {
    println!("differences = {}", differences.len());
    for difference in differences.iter().take(SHOWN) {
        println!("  {difference}");
    }
    if differences.len() > SHOWN {
        println!("  … and {} more", differences.len() - SHOWN);
    }
}
