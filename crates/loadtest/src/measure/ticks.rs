//! A metronome: says when each message is due, finer than the runtime's own timer, which knows milliseconds.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::sync::mpsc;

/// So many ticks may lie unread; their times stay what they were, so that lateness shows in the delays.
const WAITING: usize = 64 * 1024;

/// When the ticks of a run fall.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    pub start: Instant,
    /// A second.
    pub rate: f64,
    pub count: u64,
}

impl Schedule {
    /// Begins in a moment.
    pub fn of(rate: f64, seconds: f64) -> Result<Self> {
        ensure!(rate > 0.0 && rate.is_finite(), "--rate must be above 0");
        ensure!(seconds > 0.0 && seconds.is_finite(), "--seconds must be above 0");
        Ok(Self { start: Instant::now() + Duration::from_millis(200), rate, count: ((rate * seconds).round() as u64).max(1) })
    }

    fn due(&self, number: u64) -> Instant {
        self.start + Duration::from_secs_f64(number as f64 / self.rate)
    }

    /// The due times in order, each sent when it has come; from a thread of its own.
    pub fn ticks(self) -> mpsc::Receiver<Instant> {
        let (sender, receiver) = mpsc::channel(WAITING);
        thread::spawn(move || {
            for due in (0..self.count).map(|number| self.due(number)) {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if sender.blocking_send(due).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_tick_comes_with_its_own_time() {
        let schedule = Schedule { start: Instant::now(), rate: 1_000_000.0, count: 50 };
        let mut ticks = schedule.ticks();
        let mut times = Vec::new();
        while let Some(due) = ticks.recv().await {
            times.push(due.duration_since(schedule.start).as_micros());
        }
        assert_eq!(times, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn no_rate_is_no_schedule() {
        assert!(Schedule::of(0.0, 1.0).is_err());
        assert!(Schedule::of(1.0, f64::NAN).is_err());
    }
}
