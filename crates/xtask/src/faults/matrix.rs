//! The faults, each by its name.

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use nix::unistd::Uid;
use std::fs;
use std::path::{Path, PathBuf};

use super::lab::{Lab, Wrap};
use super::power;
use super::verdict::Outcome;
use crate::cleanup;
use crate::command::{command, probe, run};
use crate::packages;

pub struct Fault {
    pub name: &'static str,
    pub about: &'static str,
    pub needs: &'static [Need],
    /// Its part of the whole time.
    pub weight: f64,
    /// Seconds in the suite; 0 leaves it out.
    pub in_short: f64,
    pub run: fn(Lab) -> Result<Outcome>,
}

pub const FAULTS: &[Fault] = &[
    Fault {
        name: "calm",
        about: "nothing happens, but for naps, hang-ups and sockets that nobody reads",
        needs: &[],
        weight: 1.0,
        in_short: 8.0,
        run: calm,
    },
    Fault { name: "kill", about: "kill -9 at random", needs: &[], weight: 3.0, in_short: 20.0, run: kill },
    Fault {
        name: "kill-sync",
        about: "kill -9 at every k-th sync",
        needs: &[Need::Strace],
        weight: 2.0,
        in_short: 15.0,
        run: |lab| at_every(lab, SYNC),
    },
    Fault {
        name: "kill-write",
        about: "kill -9 at every k-th write to the database",
        needs: &[Need::Strace],
        weight: 2.0,
        in_short: 0.0,
        run: |lab| at_every(lab, "pwrite64"),
    },
    Fault {
        name: "start",
        about: "kill -9 at every write and sync of the first start, migration included",
        needs: &[Need::Strace],
        weight: 0.5,
        in_short: 4.0,
        run: start,
    },
    Fault { name: "restart", about: "SIGTERM under load", needs: &[], weight: 2.0, in_short: 12.0, run: restart },
    Fault { name: "stop", about: "SIGSTOP for up to three seconds", needs: &[], weight: 2.0, in_short: 0.0, run: stop },
    Fault {
        name: "cuts",
        about: "a network that delays, cuts, closes one way, swallows, and drops replies",
        needs: &[],
        weight: 2.0,
        in_short: 12.0,
        run: cuts,
    },
    Fault {
        name: "eio",
        about: "syncs and writes fail with EIO now and then",
        needs: &[Need::Strace],
        weight: 1.5,
        in_short: 0.0,
        run: |lab| failing(lab, "EIO"),
    },
    Fault {
        name: "enospc",
        about: "writes fail with ENOSPC now and then",
        needs: &[Need::Strace],
        weight: 1.0,
        in_short: 0.0,
        run: |lab| failing(lab, "ENOSPC"),
    },
    Fault {
        name: "full-disk",
        about: "a small file system that is full half of the time",
        needs: &[Need::Mount],
        weight: 1.5,
        in_short: 0.0,
        run: full_disk,
    },
    Fault { name: "slow-disk", about: "every sync takes 30 ms", needs: &[Need::Strace], weight: 1.0, in_short: 0.0, run: slow_disk },
    Fault {
        name: "clock",
        about: "the clock jumps by up to an hour, both ways",
        needs: &[Need::Faketime],
        weight: 1.0,
        in_short: 0.0,
        run: clock,
    },
    Fault {
        name: "power",
        about: "a power cut: what was not synced is gone",
        needs: &[Need::Strace],
        weight: 0.5,
        in_short: 0.0,
        run: power::cut,
    },
    Fault {
        name: "dropped-sync",
        about: "the same with every sync left out, which must be noticed",
        needs: &[Need::Strace],
        weight: 0.3,
        in_short: 0.0,
        run: power::without_syncs,
    },
];

/// SQLite calls one of them, depending on how it was built.
const SYNC: &str = "fsync,fdatasync";

/// What a machine has to have.
#[derive(Clone, Copy)]
pub enum Need {
    Strace,
    Mount,
    Faketime,
}

const LIBFAKETIME: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

impl Need {
    /// Why it cannot be had.
    pub fn is_missing(self) -> Option<String> {
        match self {
            Self::Strace => {
                let is_there = || probe("strace", &["-qq", "-o", "/dev/null", "true"]).is_some();
                if is_there() {
                    return None;
                }
                let failed = packages::install("strace", &["strace"]).err().map(|error| format!("{error:#}"));
                (!is_there()).then(|| failed.unwrap_or_else(|| "this machine does not let strace trace".to_owned()))
            }
            Self::Mount => (!Uid::effective().is_root()).then(|| "only root may mount a file system".to_owned()),
            Self::Faketime => {
                if libfaketime().is_some() {
                    return None;
                }
                let failed = packages::install("libfaketime", &["libfaketime"]).err().map(|error| format!("{error:#}"));
                libfaketime().is_none().then(|| failed.unwrap_or_else(|| "libfaketime is not where it should be".to_owned()))
            }
        }
    }
}

fn libfaketime() -> Option<&'static str> {
    LIBFAKETIME.iter().copied().find(|path| Path::new(path).exists())
}

fn calm(mut lab: Lab) -> Result<Outcome> {
    let outcome = lab.talk(&Wrap::default(), &[], |_, client| Lab::pause(client, std::time::Duration::from_secs(1)).map(drop))?;
    Ok(Outcome { runs: 1, ..outcome })
}

fn kill(mut lab: Lab) -> Result<Outcome> {
    let wrap = Wrap::default();
    let outcome = lab.talk(&wrap, &[], |lab, client| {
        let pause = lab.chance.millis(100, 2_500);
        if Lab::pause(client, pause)? {
            lab.kill()?;
            // Sometimes the next one dies before it is ready.
            if lab.chance.below(5) == 0 {
                lab.start(&wrap)?;
                std::thread::sleep(lab.chance.millis(0, 60));
                lab.kill()?;
            }
            lab.start_and_wait(&wrap)?;
        }
        Ok(())
    })?;
    Ok(Outcome { runs: lab.starts - 1, ..outcome })
}

/// The k-th call of each life is its last, for k = 1, 2, 3 …, over and over until the time is up.
fn at_every(mut lab: Lab, call: &str) -> Result<Outcome> {
    const LONGEST: u64 = 160;
    let mut last_call = lab.plan.seed % 7;
    let outcome = lab.talk(&Wrap::default(), &[], |lab, client| {
        last_call = if last_call >= LONGEST { 1 } else { last_call + 1 };
        lab.kill()?;
        lab.start(&Wrap::deadly(call, last_call))?;
        while !lab.has_died()? {
            if !Lab::pause(client, std::time::Duration::from_millis(20))? {
                return Ok(());
            }
        }
        lab.wait_for_end()?;
        lab.start_and_wait(&Wrap::default())?;
        Lab::pause(client, std::time::Duration::from_millis(200)).map(drop)
    })?;
    Ok(Outcome { runs: lab.starts / 2, ..outcome })
}

/// A first start that dies at its k-th step leaves a folder on which the next one starts.
fn start(mut lab: Lab) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let began = std::time::Instant::now();
    let root = lab.data().to_path_buf();
    for call in ["pwrite64", SYNC, "ftruncate", "unlink"] {
        for step in 1.. {
            if began.elapsed() > lab.plan.time {
                break;
            }
            lab.keep_data_in(root.join(format!("{call}-{step}")));
            fs::create_dir_all(lab.data())?;
            lab.start(&Wrap::deadly(call, step))?;
            let patience = std::time::Instant::now();
            let is_up = loop {
                if lab.has_died()? {
                    break false;
                }
                // Past its start: there is no such step any more.
                if lab.is_ready() || patience.elapsed().as_secs() > 20 {
                    break true;
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            };
            lab.kill()?;
            outcome.runs += 1;
            if let Err(error) = lab.start_and_wait(&Wrap::default()) {
                outcome.died += 1;
                outcome.notes.push(format!("killed at {call} {step}, it does not start again: {error:#}"));
            }
            lab.kill()?;
            fs::remove_dir_all(lab.data())?;
            if is_up {
                break;
            }
        }
    }
    Ok(outcome)
}

fn restart(mut lab: Lab) -> Result<Outcome> {
    let wrap = Wrap::default();
    let (mut unclean, mut slowest) = (0, std::time::Duration::ZERO);
    let mut outcome = lab.talk(&wrap, &[], |lab, client| {
        let pause = lab.chance.millis(1_000, 4_000);
        if Lab::pause(client, pause)? {
            unclean += u64::from(!lab.stop()?);
            slowest = slowest.max(lab.start_and_wait(&wrap)?);
        }
        Ok(())
    })?;
    if unclean > 0 {
        outcome.died += unclean;
        outcome.notes.push(format!("{unclean} times the server did not end with 0"));
    }
    outcome.notes.push(format!("slowest start {} ms", slowest.as_millis()));
    Ok(Outcome { runs: lab.starts - 1, ..outcome })
}

fn stop(mut lab: Lab) -> Result<Outcome> {
    let mut runs = 0;
    let outcome = lab.talk(&Wrap::default(), &[], |lab, client| {
        let (pause, length) = (lab.chance.millis(300, 3_000), lab.chance.millis(50, 3_000));
        if Lab::pause(client, pause)? {
            lab.signal(Signal::SIGSTOP)?;
            Lab::pause(client, length)?;
            lab.signal(Signal::SIGCONT)?;
            runs += 1;
        }
        Ok(())
    })?;
    Ok(Outcome { runs, ..outcome })
}

fn cuts(mut lab: Lab) -> Result<Outcome> {
    // What the network swallows is late by no fault of the server.
    let more = ["--cuts", "--live", "0", "--gone", "0", "--patience", "3000"];
    let outcome = lab.talk(&Wrap::default(), &more, |_, client| Lab::pause(client, std::time::Duration::from_secs(1)).map(drop))?;
    Ok(Outcome { runs: 1, ..outcome })
}

/// Some calls fail; the server says so, and goes on as soon as they succeed.
fn failing(mut lab: Lab, error: &str) -> Result<Outcome> {
    // Counted by thread. The first calls are let through, so that the server starts.
    let injections: Vec<String> = match error {
        "EIO" => vec![format!("{SYNC}:error={error}:when=60+41"), format!("pwrite64:error={error}:when=400+977")],
        _ => vec![format!("pwrite64:error={error}:when=400+499")],
    };
    let wrap = Wrap::failing(&format!("{SYNC},pwrite64"), &injections);
    let outcome = lab.talk(&wrap, &[], |_, client| Lab::pause(client, std::time::Duration::from_secs(1)).map(drop))?;
    Ok(Outcome { runs: 1, ..outcome })
}

fn slow_disk(mut lab: Lab) -> Result<Outcome> {
    let wrap = Wrap::failing(SYNC, &[format!("{SYNC}:delay_enter=30000")]);
    let outcome = lab.talk(&wrap, &[], |_, client| Lab::pause(client, std::time::Duration::from_secs(1)).map(drop))?;
    Ok(Outcome { runs: 1, ..outcome })
}

/// A file takes up all the room for a while, and is removed again.
fn full_disk(mut lab: Lab) -> Result<Outcome> {
    let disk = lab.scratch.path().join("disk");
    fs::create_dir_all(&disk)?;
    run(command("mount").args(["-t", "tmpfs", "-o", "size=512m", "tmpfs"]).arg(&disk)).context("a small file system cannot be mounted")?;
    let mounted = disk.clone();
    let _unmount = cleanup::guard(move || drop(command("umount").arg("--lazy").arg(mounted).status()));
    lab.keep_data_in(disk.join("data"));
    let ballast = disk.join("ballast");
    let mut runs = 0;
    let outcome = lab.talk(&Wrap::default(), &[], |lab, client| {
        let (free, full) = (lab.chance.millis(500, 2_500), lab.chance.millis(200, 2_000));
        if Lab::pause(client, free)? {
            fill(&ballast);
            Lab::pause(client, full)?;
            fs::remove_file(&ballast)?;
            runs += 1;
        }
        Ok(())
    })?;
    drop(lab);
    Ok(Outcome { runs, ..outcome })
}

/// Writes until nothing more fits.
fn fill(ballast: &Path) {
    use std::io::Write;
    if let Ok(mut file) = fs::File::create(ballast) {
        for size in [1_048_576, 4_096, 1] {
            while file.write(&vec![0; size]).is_ok_and(|written| written > 0) {}
        }
    }
}

fn clock(mut lab: Lab) -> Result<Outcome> {
    let library = libfaketime().context("no libfaketime")?;
    let offset: PathBuf = lab.scratch.path().join("offset");
    fs::write(&offset, "+0")?;
    let environment = [
        ("LD_PRELOAD", library.to_owned()),
        ("FAKETIME_TIMESTAMP_FILE", offset.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let wrap = Wrap { before: Vec::new(), environment: environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() };
    let mut runs = 0;
    let outcome = lab.talk(&wrap, &[], |lab, client| {
        let pause = lab.chance.millis(1_000, 5_000);
        if Lab::pause(client, pause)? {
            let seconds = lab.chance.below(7_200);
            let (sign, seconds) = if seconds < 3_600 { ('-', 3_600 - seconds) } else { ('+', seconds - 3_600) };
            // Renamed into its place, so that nobody reads half of it.
            let fresh = offset.with_extension("fresh");
            fs::write(&fresh, format!("{sign}{seconds}"))?;
            fs::rename(&fresh, &offset)?;
            runs += 1;
        }
        Ok(())
    })?;
    Ok(Outcome { runs, ..outcome })
}
