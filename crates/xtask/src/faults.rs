//! `cargo xtask faults`: everything that can be done to a server on one machine without Docker, while `loadtest check` talks
//! and judges.
//!
//! A machine that cannot do a fault (no strace, no mount) is told so; what was not tried never counts as passed. Every row
//! has its seed, so that it can be done again: `cargo xtask faults --only kill --seed 7`.

mod lab;
mod matrix;
mod power;
mod trace;
mod verdict;

use anyhow::{Result, bail};
use lexopt::Arg;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

pub use self::lab::Programs;
use self::lab::{Lab, Plan};
use self::matrix::FAULTS;
use self::verdict::{Row, Tried};
use crate::command::{cargo, run};
use crate::report::Tally;
use crate::workspace;

struct Options {
    minutes: f64,
    seed: u64,
    only: Vec<String>,
    rate: u32,
    programs: Option<Programs>,
}

/// The whole matrix, or the faults that were named.
pub fn faults(arguments: &[String]) -> Result<ExitCode> {
    let options = read(arguments)?;
    let programs = match options.programs {
        Some(programs) => programs,
        None => built()?,
    };
    let chosen: Vec<_> =
        FAULTS.iter().filter(|fault| options.only.is_empty() || options.only.iter().any(|name| name == fault.name)).collect();
    if chosen.is_empty() {
        bail!("there is no such fault; there are: {}", FAULTS.iter().map(|fault| fault.name).collect::<Vec<_>>().join(", "));
    }
    let weights: f64 = chosen.iter().map(|fault| fault.weight).sum();
    let mut rows = Vec::new();
    for (number, fault) in (0..).zip(chosen) {
        let share = options.minutes * 60.0 * fault.weight / weights;
        let plan = Plan { seed: options.seed + number, time: Duration::from_secs_f64(share.max(4.0)), rate: options.rate, round: 8.0 };
        rows.push(attempt(fault, &programs, plan));
    }
    verdict::print(&rows);
    Ok(if rows.iter().all(Row::is_well) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The short part for the suite: programs as the tests built them, seeds that never change.
pub fn in_short(programs: &Programs) -> Tally {
    let mut rows = Vec::new();
    for (number, fault) in (1..).zip(FAULTS.iter().filter(|fault| fault.in_short > 0.0)) {
        let plan = Plan { seed: number, time: Duration::from_secs_f64(fault.in_short), rate: 250, round: 5.0 };
        rows.push(attempt(fault, programs, plan));
    }
    verdict::print(&rows);
    let failed = rows.iter().filter(|row| !row.is_well()).count() as u64;
    let tried = rows.iter().filter(|row| matches!(row.tried, Tried::Done(_))).count() as u64;
    Tally { passed: tried.saturating_sub(failed), failed }
}

fn attempt(fault: &matrix::Fault, programs: &Programs, plan: Plan) -> Row {
    println!("\n-- {}: {} (seed {}, {:.0} s)", fault.name, fault.about, plan.seed, plan.time.as_secs_f64());
    let tried = match fault.needs.iter().find_map(|need| need.is_missing()) {
        Some(why) => Tried::Not(why),
        None => match Lab::new(programs.clone(), plan).and_then(fault.run) {
            Ok(outcome) => Tried::Done(outcome),
            Err(error) => Tried::Failed(format!("{error:#}")),
        },
    };
    let row = Row { fault: fault.name, seed: plan.seed, tried };
    println!("{}", row.json());
    row
}

/// Server and client in their release builds.
fn built() -> Result<Programs> {
    println!("Building the server and the load generator; the first time takes some minutes.");
    run(&mut cargo(["build", "--release", "--package", "api", "--package", "loadtest", "--bins"]))?;
    let folder = workspace::target().join("release");
    Ok(Programs { server: folder.join("parlance"), client: folder.join("loadtest") })
}

fn read(arguments: &[String]) -> Result<Options> {
    let mut options = Options { minutes: 10.0, seed: 1, only: Vec::new(), rate: 900, programs: None };
    let (mut server, mut client) = (None, None);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("minutes") => options.minutes = parser.value()?.to_string_lossy().parse()?,
            Arg::Long("seed") => options.seed = parser.value()?.to_string_lossy().parse()?,
            Arg::Long("rate") => options.rate = parser.value()?.to_string_lossy().parse()?,
            Arg::Long("only") => options.only.extend(parser.value()?.to_string_lossy().split(',').map(str::to_owned)),
            // Programs that were built before, both or none.
            Arg::Long("server") => server = Some(PathBuf::from(parser.value()?)),
            Arg::Long("client") => client = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    options.programs = match (server, client) {
        (Some(server), Some(client)) => Some(Programs { server, client }),
        (None, None) => None,
        _ => bail!("--server and --client go together"),
    };
    Ok(options)
}
