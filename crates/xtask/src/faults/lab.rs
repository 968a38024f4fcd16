//! A server that things are done to, and the client that judges it.

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use super::verdict::Outcome;
use crate::running::{Running, Stop};
use crate::server::{free_port, is_ready};
use crate::workspace::ScratchFolder;

const GLANCE: Duration = Duration::from_millis(20);
/// How long a server may take until it serves.
const READY: Duration = Duration::from_secs(30);
/// How long the client may need for its last words beyond its time.
const OVERTIME: Duration = Duration::from_mins(8);

/// The two programs that meet.
#[derive(Clone, Debug)]
pub struct Programs {
    pub server: PathBuf,
    pub client: PathBuf,
}

/// One fault's share.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub time: Duration,
    /// Acts a second.
    pub rate: u32,
    /// Seconds of talk in a round.
    pub round: f64,
}

/// What stands around the server's program when it starts.
#[derive(Clone, Debug, Default)]
pub struct Wrap {
    /// A program and its arguments, in front.
    pub before: Vec<String>,
    pub environment: Vec<(String, String)>,
}

impl Wrap {
    /// Under strace, which makes some of these calls fail or wait; everything else runs at full speed.
    pub fn failing(calls: &str, injections: &[String]) -> Self {
        Self::strace(&["--seccomp-bpf"], calls, injections)
    }

    /// Under strace, which kills the server at the `step`-th of these calls in a thread. Signals cannot be injected by way of
    /// seccomp, so that every call is slow here.
    pub fn deadly(calls: &str, step: u64) -> Self {
        Self::strace(&[], calls, &[format!("{calls}:signal=SIGKILL:when={step}")])
    }

    /// The server stays our own child (`-D`).
    fn strace(more: &[&str], calls: &str, injections: &[String]) -> Self {
        let words = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none"];
        let mut before: Vec<String> = words.iter().chain(more).map(|word| (*word).to_owned()).collect();
        before.extend(["-e".to_owned(), format!("trace={calls}")]);
        for injection in injections {
            before.extend(["-e".to_owned(), format!("inject={injection}")]);
        }
        Self { before, environment: Vec::new() }
    }
}

pub struct Lab {
    pub programs: Programs,
    pub plan: Plan,
    pub chance: Chance,
    address: String,
    server: Option<Running>,
    data: PathBuf,
    log: PathBuf,
    pub scratch: ScratchFolder,
    /// Starts, the first included.
    pub starts: u64,
}

impl Lab {
    pub fn new(programs: Programs, plan: Plan) -> Result<Self> {
        let scratch = ScratchFolder::new("faults")?;
        Ok(Self {
            programs,
            plan,
            chance: Chance(plan.seed),
            address: format!("127.0.0.1:{}", free_port()?),
            server: None,
            data: scratch.path().join("data"),
            log: scratch.path().join("server.log"),
            scratch,
            starts: 0,
        })
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Puts the data elsewhere; before the first start.
    pub fn keep_data_in(&mut self, folder: PathBuf) {
        self.data = folder;
    }

    /// Starts the server, and does not wait for it.
    pub fn start(&mut self, wrap: &Wrap) -> Result<()> {
        let mut words = wrap.before.clone();
        words.push(self.programs.server.display().to_string());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(["serve", "--log", "warn", "--listen", &self.address, "--data-dir"]).arg(&self.data);
        command.envs(wrap.environment.iter().cloned()).current_dir(self.scratch.path());
        let log = || -> Result<File> { Ok(OpenOptions::new().create(true).append(true).open(&self.log)?) };
        command.stdout(log()?).stderr(log()?);
        self.server = None;
        self.server = Some(Running::background(&mut command, Stop::Terminate)?);
        self.starts += 1;
        Ok(())
    }

    pub fn start_and_wait(&mut self, wrap: &Wrap) -> Result<Duration> {
        let began = Instant::now();
        self.start(wrap)?;
        while !is_ready(&self.address) {
            if self.has_died()? {
                bail!("the server ended before it was ready: {}", self.last_words());
            }
            if began.elapsed() > READY {
                bail!("the server was not ready within {} s: {}", READY.as_secs(), self.last_words());
            }
            sleep(GLANCE);
        }
        Ok(began.elapsed())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn is_ready(&self) -> bool {
        is_ready(&self.address)
    }

    pub fn has_died(&self) -> Result<bool> {
        Ok(self.server.as_ref().map_or(Ok(None), Running::ended)?.is_some())
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.server.as_ref().map_or(Ok(()), |server| server.tell(signal))
    }

    /// `kill -9`, and the process is gone when this returns.
    pub fn kill(&mut self) -> Result<()> {
        self.signal(Signal::SIGKILL)?;
        self.wait_for_end()
    }

    /// Asks the server to stop, and tells whether it did so in good order.
    pub fn stop(&mut self) -> Result<bool> {
        self.signal(Signal::SIGTERM)?;
        let Some(server) = &self.server else { return Ok(true) };
        let status = server.wait()?;
        Ok(status.success())
    }

    pub fn wait_for_end(&mut self) -> Result<()> {
        if let Some(server) = self.server.take() {
            server.wait()?;
        }
        Ok(())
    }

    /// Waits, and tells whether the client is still at it.
    pub fn pause(client: &Client, length: Duration) -> Result<bool> {
        let until = Instant::now() + length;
        loop {
            if client.running.ended()?.is_some() {
                return Ok(false);
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(true);
            }
            sleep(rest.min(GLANCE));
        }
    }

    /// The client, which talks for the time of the plan.
    pub fn client(&self, more: &[&str]) -> Result<Client> {
        let mut command = Command::new(&self.programs.client);
        command.args(["check", "--server"]).arg(format!("http://{}", self.address));
        command.arg("--seconds").arg(self.plan.time.as_secs_f64().to_string());
        command.arg("--seed").arg(self.plan.seed.to_string());
        command.arg("--rate").arg(self.plan.rate.to_string());
        command.arg("--round-seconds").arg(self.plan.round.to_string());
        command.args(["--people", "10"]).args(more).stdout(Stdio::piped()).current_dir(self.scratch.path());
        let mut running = Running::background(&mut command, Stop::Terminate)?;
        let output = running.take_output().context("no output of the client")?;
        let lines = thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(std::result::Result::ok);
            lines.inspect(|line| println!("   {}", line.chars().take(400).collect::<String>())).collect()
        });
        Ok(Client { running, lines, since: Instant::now(), time: self.plan.time })
    }

    /// Talks while `disturb` is called again and again, and reads the verdict. A server that ends unasked is counted, and
    /// started again with `wrap`.
    pub fn talk(&mut self, wrap: &Wrap, more: &[&str], mut disturb: impl FnMut(&mut Self, &Client) -> Result<()>) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        if self.server.is_none() {
            self.start_and_wait(wrap)?;
        }
        let client = self.client(more)?;
        while client.running.ended()?.is_none() {
            disturb(self, &client)?;
            if self.has_died()? {
                outcome.died += 1;
                outcome.notes.push(format!("the server ended by itself: {}", self.last_words()));
                self.start_and_wait(wrap)?;
            }
            if client.since.elapsed() > client.time + OVERTIME {
                bail!("the client did not come to an end");
            }
        }
        self.end(client, outcome)
    }

    /// Reads the verdict of a client that has ended, and looks whether the server panicked.
    fn end(&mut self, client: Client, mut outcome: Outcome) -> Result<Outcome> {
        let status = client.running.wait()?;
        let lines = client.lines.join().unwrap_or_default();
        let mut has_verdict = false;
        // What each round said is said again at the end.
        outcome.keeper =
            lines.iter().find_map(|line| Some(serde_json::from_str::<serde_json::Value>(line).ok()?["keeper"].as_str()?.to_owned()));
        let whole = lines.iter().rposition(|line| line.contains("\"round\":")).map_or(0, |last| last + 1);
        for line in &lines[whole..] {
            outcome.read(line);
            has_verdict |= line.contains("\"check\":\"whole\"");
        }
        if !has_verdict {
            bail!("the client gave no verdict ({status})");
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        for line in log.lines().filter(|line| line.contains("panicked")) {
            outcome.died += 1;
            outcome.notes.push(line.to_owned());
        }
        self.server = None;
        Ok(outcome)
    }

    /// The end of the server's log.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }
}

/// `loadtest check`, running.
pub struct Client {
    running: Running,
    lines: JoinHandle<Vec<String>>,
    since: Instant,
    time: Duration,
}

/// Chance that a seed repeats: `SplitMix64` (Steele, Lea, Flood 2014).
pub struct Chance(u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).checked_rem(bound).unwrap_or(0)
    }

    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(least + self.below(most.saturating_sub(least) + 1))
    }
}
