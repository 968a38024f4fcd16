//! A program that runs beside us and never outlives us.

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::cleanup::{self, Guard};
use crate::command::shown;

/// How long a program may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(15);

/// How a program is asked to end.
#[derive(Clone, Copy)]
pub enum Stop {
    Terminate,
    Interrupt,
}

/// A started program; it is stopped when this is dropped, or when a signal ends us.
pub struct Running {
    child: Arc<Mutex<Child>>,
    _guard: Guard,
}

impl Running {
    /// Starts a program in a process group of its own: stopping it stops what it started, too.
    pub fn background(command: &mut Command, stop: Stop) -> Result<Self> {
        command.process_group(0).stdin(Stdio::null());
        Self::start(command, stop, true)
    }

    /// Starts a program that may talk to the terminal (apt and npm do).
    pub fn foreground(command: &mut Command) -> Result<Self> {
        Self::start(command, Stop::Terminate, false)
    }

    fn start(command: &mut Command, stop: Stop, whole_group: bool) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("cannot run `{}`", shown(command)))?;
        let child = Arc::new(Mutex::new(child));
        let doomed = Arc::clone(&child);
        let guard = cleanup::guard(move || end(&doomed, stop, whole_group));
        Ok(Self { child, _guard: guard })
    }

    pub fn take_output(&mut self) -> Option<ChildStdout> {
        lock(&self.child).stdout.take()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        lock(&self.child).id()
    }

    /// Sends a signal to the program itself, unless it has ended.
    pub fn tell(&self, signal: Signal) -> Result<()> {
        if self.ended()?.is_none() {
            // It may end this very moment.
            let _ = kill(Pid::from_raw(i32::try_from(self.id())?), signal);
        }
        Ok(())
    }

    /// Whether it has ended, and how.
    pub fn ended(&self) -> Result<Option<ExitStatus>> {
        Ok(lock(&self.child).try_wait()?)
    }

    /// Waits for its end. Polls, so that the signal handler can reach the child meanwhile.
    pub fn wait(&self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            sleep(GLANCE);
        }
    }
}

fn end(child: &Mutex<Child>, stop: Stop, whole_group: bool) {
    let signal = match stop {
        Stop::Terminate => Signal::SIGTERM,
        Stop::Interrupt => Signal::SIGINT,
    };
    let running = |child: &Mutex<Child>| matches!(lock(child).try_wait(), Ok(None));
    if !running(child) {
        return;
    }
    let Ok(id) = i32::try_from(lock(child).id()) else { return };
    let tell = |signal| if whole_group { killpg(Pid::from_raw(id), signal) } else { kill(Pid::from_raw(id), signal) };
    // It may have ended this very moment.
    let _ = tell(signal);
    let asked = Instant::now();
    while running(child) {
        if asked.elapsed() > PATIENCE {
            let _ = tell(Signal::SIGKILL);
            drop(lock(child).wait());
            return;
        }
        sleep(GLANCE);
    }
}

fn lock(child: &Mutex<Child>) -> std::sync::MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}
