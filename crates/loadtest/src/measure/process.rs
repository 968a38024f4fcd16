//! What the kernel tells of a process: its memory and its CPU time (`proc(5)`).

use std::fs;

use anyhow::{Context, Result};

/// Clock ticks a second in `/proc/PID/stat`; fixed in Linux's interface on every common machine (`USER_HZ`).
const TICKS: f64 = 100.0;

/// Bytes of user memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Private and shared.
    pub resident: u64,
    /// Without what other processes share.
    pub private: u64,
}

pub fn memory(pid: u32) -> Result<Memory> {
    let rollup = format!("/proc/{pid}/smaps_rollup");
    let (text, resident, private): (_, _, &[&str]) = match fs::read_to_string(&rollup) {
        Ok(text) => (text, "Rss:", &["Private_Clean:", "Private_Dirty:", "Private_Hugetlb:"]),
        // Other people's processes tell less.
        Err(_) => {
            (fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("no process {pid}"))?, "VmRSS:", &["RssAnon:"])
        }
    };
    Ok(Memory { resident: kilobytes(&text, resident) * 1024, private: private.iter().map(|key| kilobytes(&text, key)).sum::<u64>() * 1024 })
}

fn kilobytes(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// CPU-seconds that a process has used, all threads.
fn cpu_seconds(pid: &str) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    ticks(&stat).map(|ticks| ticks as f64 / TICKS).context("a /proc/PID/stat of another form")
}

/// `utime` and `stime`, the 14th and 15th field; the second may hold spaces and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// A stretch of CPU time of the server, if its process is known, and of this program.
pub struct Cpu {
    pid: Option<u32>,
    server: f64,
    generator: Option<f64>,
}

/// CPU-seconds since the stretch began.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub server: Option<f64>,
    pub generator: Option<f64>,
}

impl Cpu {
    pub fn start(pid: Option<u32>) -> Result<Self> {
        let server = pid.map_or(Ok(0.0), |pid| cpu_seconds(&pid.to_string()))?;
        Ok(Self { pid, server, generator: cpu_seconds("self").ok() })
    }

    pub fn usage(&self) -> Usage {
        let server = self.pid.and_then(|pid| cpu_seconds(&pid.to_string()).ok()).map(|now| now - self.server);
        let generator = self.generator.and_then(|before| Some(cpu_seconds("self").ok()? - before));
        Usage { server, generator }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100 0 0";
        assert_eq!(ticks(stat), Some(300));
    }

    #[test]
    fn kilobytes_are_found_by_their_name() {
        assert_eq!(kilobytes("Rss:                1234 kB\nPrivate_Dirty:   56 kB\n", "Private_Dirty:"), 56);
        assert_eq!(kilobytes("", "Rss:"), 0);
    }
}
