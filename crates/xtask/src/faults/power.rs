//! Power cuts: a server is traced while people talk, and is then started on what a cut at some moment would have left.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::lab::{Chance, Lab, Wrap};
use super::trace::{self, Disk, Step};
use super::verdict::Outcome;

/// Moments at which the power is cut.
const CUTS: usize = 24;
/// Tracing is slow, and every byte is kept.
const RATE: u32 = 60;

/// What was acknowledged before the cut is there after it.
pub fn cut(mut lab: Lab) -> Result<Outcome> {
    try_cuts(&mut lab, |_| false)
}

/// The same on a disk that drops the syncs of the write-ahead log: acknowledged messages must be found missing, or the
/// trial of `cut` proves nothing.
pub fn without_syncs(mut lab: Lab) -> Result<Outcome> {
    let found = try_cuts(&mut lab, |file| file.extension().is_some_and(|kind| kind == "db-wal"))?;
    let is_noticed = found.differences > 0;
    let note = format!("{} messages were missing in {} cuts, as they should be", found.lost, found.runs);
    let missed = "nothing was missing although no sync was done";
    Ok(Outcome {
        runs: found.runs,
        acked: found.acked,
        differences: u64::from(!is_noticed),
        notes: vec![if is_noticed { note } else { missed.to_owned() }],
        ..Outcome::default()
    })
}

fn try_cuts(lab: &mut Lab, drops: impl Fn(&Path) -> bool + Copy) -> Result<Outcome> {
    let folder = lab.data().to_path_buf();
    let file = lab.scratch.path().join("trace");
    let mut before: Vec<String> = ["strace", "-D", "-f", "-qq", "-y", "-xx", "-s", "100000", "-e", "signal=none", "--seccomp-bpf", "-e"]
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    before.extend([format!("trace={}", trace::CALLS), "-o".to_owned(), file.display().to_string()]);
    lab.plan.time = lab.plan.time.min(Duration::from_secs(20)) / 2;
    lab.plan.rate = RATE;
    let mut outcome =
        lab.talk(&Wrap { before, environment: Vec::new() }, &[], |_, client| Lab::pause(client, Duration::from_millis(200)).map(drop))?;
    let keeper = outcome.keeper.clone().context("the client did not say who kept the rooms")?;
    let trace = File::open(&file).context("strace wrote nothing")?;
    let steps = trace::read(BufReader::new(trace), &folder)?;

    let acks: Vec<usize> = (0..).zip(&steps).filter(|(_, step)| matches!(step, Step::Acked { .. })).map(|(at, _)| at).collect();
    if acks.len() < 10 {
        bail!("only {} acknowledgements in the trace", acks.len());
    }
    let first = acks[0];
    // Mostly at the very moment at which an acknowledgement goes out, else anywhere.
    let mut moments: Vec<usize> = (0..CUTS)
        .map(|number| {
            if number % 4 < 3 {
                acks[usize::try_from(lab.chance.below(acks.len() as u64)).unwrap_or(0)] + 1
            } else {
                first + usize::try_from(lab.chance.below((steps.len() - first) as u64)).unwrap_or(0)
            }
        })
        .collect();
    moments.sort_unstable();
    outcome.runs = 0;
    let (mut disk, mut acked, mut at) = (Disk::default(), Vec::new(), 0);
    for moment in moments {
        for (number, step) in (at..).zip(&steps[at..moment]) {
            // Setting up is left alone: what is asked is what becomes of messages.
            disk.take(step, |file| number > first && drops(file));
            if let Step::Acked { messages } = step {
                acked.extend(messages.iter().cloned());
            }
        }
        at = moment;
        let is_lucky = outcome.runs % 2 == 1;
        restore(&disk, &folder, is_lucky.then_some(&mut lab.chance))?;
        outcome.runs += 1;
        outcome.acked += acked.len() as u64;
        look(lab, &keeper, &acked, &mut outcome)?;
    }
    Ok(outcome)
}

fn restore(disk: &Disk, folder: &Path, luck: Option<&mut Chance>) -> Result<()> {
    fs::remove_dir_all(folder)?;
    fs::create_dir_all(folder)?;
    for (name, bytes) in disk.after_the_cut(luck) {
        // The index of the log in shared memory does not outlive its process.
        if name.extension().is_none_or(|kind| kind != "db-shm") {
            fs::write(&name, bytes)?;
        }
    }
    Ok(())
}

/// Starts the server on what is left, and lets the client look for every message that had been acknowledged.
fn look(lab: &mut Lab, keeper: &str, acked: &[Value], outcome: &mut Outcome) -> Result<()> {
    let list = lab.scratch.path().join("acked");
    fs::write(&list, acked.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"))?;
    if let Err(error) = lab.start_and_wait(&Wrap::default()) {
        outcome.died += 1;
        outcome.notes.push(format!("it does not start after a power cut: {error:#}"));
        return Ok(());
    }
    let mut holds = Command::new(&lab.programs.client);
    holds.args(["holds", "--server", &lab.url(), "--login", keeper]).arg(&list);
    let output = holds.output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = text.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or_default();
    // Without an answer, not even the account is there.
    let missing = answer["missing"].as_u64().unwrap_or(acked.len() as u64);
    if missing > 0 {
        outcome.lost += missing;
        outcome.differences += missing;
        if outcome.notes.len() < 5 {
            outcome.notes.push(format!("{missing} of {} acknowledged messages are not there: {}", acked.len(), text.trim()));
        }
    }
    lab.kill()
}
