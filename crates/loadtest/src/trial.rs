//! `check`: people who talk, edit, delete, come and go at random, whatever happens to the server meanwhile; and the verdict.
//!
//! A run is made of rounds with rooms of their own. After each, everything that everybody did and saw is judged by
//! [`crate::check`] and forgotten, so that a run may be as long as one likes. Rooms of earlier rounds are read again now and
//! then, and all of them in the end: they have to be what they were.

mod call;
mod cast;
mod chance;
mod client;
mod device;
mod notes;
mod round;
mod scribe;

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tokio::time::Instant;

use self::{
    call::Caller,
    cast::Cast,
    chance::Chance,
    client::{Client, Manners},
    notes::Tally,
    round::{Keeper, Setting},
};
use crate::{
    Target, Verdict,
    check::{Difference, Kind, Rules, check, summarise},
    proxy,
    server::Server,
};

#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub target: Target,
    /// People who talk; one more keeps the rooms
    #[arg(long, default_value_t = 16)]
    pub people: u32,
    /// Rooms of a round
    #[arg(long, default_value_t = 6)]
    pub rooms: usize,
    /// How long the run is
    #[arg(long, default_value_t = 30.0)]
    pub seconds: f64,
    /// Ends the run before that, once so many messages have been acknowledged
    #[arg(long, value_name = "N")]
    pub messages: Option<u64>,
    /// How long people talk in one round
    #[arg(long, default_value_t = 8.0)]
    pub round_seconds: f64,
    /// Acts a second, of all people together
    #[arg(long, default_value_t = 800.0)]
    pub rate: f64,
    /// Acts that one person has under way at once
    #[arg(long, default_value_t = 8)]
    pub window: usize,
    /// How much people hang up, doze, leave and come back; 1 is a little
    #[arg(long, default_value_t = 1)]
    pub churn: u64,
    /// Chance of this run
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How long an answer is waited for before the next try
    #[arg(long, default_value_t = 5_000, value_name = "MS")]
    pub patience: u64,
    /// From acknowledged to delivered to every watching member; 0 does not check it
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    pub live: u64,
    /// From a session's end to its socket's; 0 does not check it
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    pub gone: u64,
    /// Between people and server stands a network that delays, cuts and swallows
    #[arg(long)]
    pub cuts: bool,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    pub differences: Vec<Difference>,
    pub tally: Tally,
    pub rounds: u64,
}

pub async fn run(options: Options) -> Result<Verdict> {
    let outcome = carry_out(&options, |line| println!("{line}")).await?;
    Ok(Verdict::of(outcome.differences.is_empty()))
}

/// Carries out the run; `tell` gets a JSON line for each round, each kind of difference, and the whole.
pub async fn carry_out(options: &Options, mut tell: impl FnMut(String)) -> Result<Outcome> {
    let server = Server::at(&options.target.server)?;
    let begun = Instant::now();
    let chance = Chance::of(options.seed);
    // Marks of a repeated seed must not meet those of an earlier run on the same server.
    let run = u32::try_from(crate::clock::nonce().0.as_u128() & 0xff_ffff).unwrap_or(1);
    let patience = Duration::from_millis(options.patience);
    let (cast, mut people) = Cast::gather(&server, &options.target.password, run, options.people + 1).await?;
    let entrance = if options.cuts {
        Server::at(&format!("http://{}", proxy::start(server.authority(), options.seed).await?))?
    } else {
        server.clone()
    };
    let keeper = people.pop().ok_or_else(|| anyhow::anyhow!("nobody to keep the rooms"))?;
    tell(json!({"keeper": keeper.me.user.username, "seed": options.seed}).to_string());
    let token = keeper.token().to_owned();
    let mut keeper = Keeper::new(cast.clone(), keeper, Caller::new(&server, &token, patience)?);
    let manners = Manners {
        window: options.window.max(1),
        period: Duration::from_secs_f64(f64::from(options.people.max(1)) / options.rate.max(0.1)),
        churn: options.churn,
        patience,
        tail: Duration::from_millis(options.live) + Duration::from_secs(2),
    };
    let mut clients = Vec::new();
    for (number, person) in (0..).zip(people) {
        let caller = Caller::new(&entrance, person.token(), patience)?;
        clients.push(Client::new(cast.clone(), manners, person, caller, keeper.token.clone(), chance.branch(number)));
    }
    let bound = |ms: u64| (ms > 0).then_some(ms * 1_000);
    let rules = Rules { live: bound(options.live), gone: bound(options.gone) };
    let until = begun + Duration::from_secs_f64(options.seconds);
    let mut outcome = Outcome::default();
    let mut kept = Vec::new();
    while Instant::now() < until && options.messages.is_none_or(|most| outcome.tally.acked < most) {
        outcome.rounds += 1;
        keeper.renew().await?;
        let talk = Duration::from_secs_f64(options.round_seconds).min(until.saturating_duration_since(Instant::now()));
        let setting = Setting { number: outcome.rounds, rooms: options.rooms.max(1), talk: talk.max(Duration::from_millis(500)) };
        let (back, round, tally, rooms) = round::play(&keeper, clients, chance.branch(1_000 + outcome.rounds), setting).await?;
        clients = back;
        let mut differences = tokio::task::spawn_blocking(move || check(&round, &rules)).await?;
        // One room of an earlier round, drawn by chance.
        let mut draw = chance.branch(2_000 + outcome.rounds);
        if let Some(old) = kept.get(draw.index(kept.len())) {
            differences.extend(still_there(&keeper, *old).await?);
        }
        kept.extend(rooms);
        outcome.tally.add(&tally);
        tell(json!({"round": outcome.rounds, "seconds": begun.elapsed().as_secs(), "acked": tally.acked, "acked_in_all": outcome.tally.acked, "delivered": tally.delivered, "connected": tally.connected, "resumed": tally.resumed, "retried": tally.retried, "differences": differences.len()}).to_string());
        for summary in summarise(&differences) {
            tell(serde_json::to_string(&summary)?);
        }
        outcome.differences.extend(differences);
    }
    keeper.renew().await?;
    for old in kept {
        outcome.differences.extend(still_there(&keeper, old).await?);
    }
    for summary in summarise(&outcome.differences) {
        tell(serde_json::to_string(&summary)?);
    }
    tell(whole(options, &outcome, begun.elapsed()));
    Ok(outcome)
}

async fn still_there(keeper: &Keeper, old: round::Kept) -> Result<Option<Difference>> {
    let is_as_kept = keeper.is_as_kept(old).await?;
    let what = format!("the room {} of an earlier round is not what it was", old.id);
    Ok((!is_as_kept).then_some(Difference { kind: Kind::Lost, room: 0, what }))
}

/// The line that a program reads: what was done, and how much of it was wrong.
fn whole(options: &Options, outcome: &Outcome, took: Duration) -> String {
    let of = |kinds: &[Kind]| outcome.differences.iter().filter(|difference| kinds.contains(&difference.kind)).count();
    let tally = &outcome.tally;
    json!({
        "check": "whole",
        "seed": options.seed,
        "rounds": outcome.rounds,
        "seconds": took.as_secs(),
        "acked": tally.acked,
        "edited": tally.edited,
        "deleted": tally.deleted,
        "delivered": tally.delivered,
        "retried": tally.retried,
        "connected": tally.connected,
        "resumed": tally.resumed,
        "resyncs": tally.resyncs,
        "moved": tally.moved,
        "pages": tally.pages,
        "lost": of(&[Kind::Lost, Kind::Altered]),
        "doubled": of(&[Kind::Doubled, Kind::Invented, Kind::Misjudged]),
        "out_of_order": of(&[Kind::Hole, Kind::Unlike, Kind::Disorder, Kind::Stale, Kind::Gap]),
        "differences": outcome.differences.len(),
    })
    .to_string()
}
