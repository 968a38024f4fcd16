//! `cargo xtask bench`: the program in its release build, one fresh server for each measurement, and a naive version of the
//! same path in the same run.
//!
//! Every measurement prints one JSON line; the table at the end puts the figures that are targets side by side. What the
//! machine did besides is told by its load average, since wall times on a shared machine move threefold; figures per
//! CPU-second move less.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command::{cargo, run as finish, watch};
use crate::running::{Running, Stop};
use crate::server::{Server, free_port};
use crate::workspace::{self, ScratchFolder};

/// One measurement: a name of performance.md, and what `loadtest measure` is asked for.
struct Bench {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Also against the naive version.
    is_compared: bool,
    /// The figures of its line that go into the table.
    figures: &'static [&'static str],
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "B2",
        arguments: &["sockets", "--count", "1000,2000,5000,10000,19000", "--hold", "3"],
        is_compared: false,
        figures: &[
            "at_1000_private_bytes_per_added_socket",
            "at_10000_private_bytes_per_added_socket",
            "at_19000_private_bytes_per_added_socket",
            "at_10000_cpu_ms_per_connect",
            "at_10000_idle_cpu_us_per_socket_second",
        ],
    },
    Bench {
        name: "B3",
        arguments: &["storm", "--sockets", "5000"],
        is_compared: false,
        figures: &["all_caught_up_after_s", "caught_up_p99_ms", "server_cpu_seconds_per_reconnect"],
    },
    Bench {
        name: "B4",
        arguments: &["chat"],
        is_compared: false,
        figures: &["delivered_p50_ms", "delivered_p99_ms", "server_cpu_seconds_per_10000_messages"],
    },
    Bench {
        name: "B5-latency",
        arguments: &["latency", "--seconds", "10"],
        is_compared: true,
        figures: &["delivered_p50_ms", "delivered_p99_ms"],
    },
    Bench {
        name: "B5-10",
        arguments: &["fanout", "--members", "10", "--rate", "2000", "--seconds", "4"],
        is_compared: true,
        figures: FANOUT,
    },
    Bench {
        name: "B5-100",
        arguments: &["fanout", "--members", "100", "--people", "25", "--rate", "1000", "--seconds", "4"],
        is_compared: true,
        figures: FANOUT,
    },
    Bench {
        name: "B5-1000",
        arguments: &["fanout", "--members", "1000", "--people", "50", "--rate", "500", "--seconds", "4"],
        is_compared: false,
        figures: FANOUT,
    },
    Bench {
        name: "B5-10000",
        arguments: &["fanout", "--members", "10000", "--people", "50", "--rate", "50", "--seconds", "4"],
        is_compared: false,
        figures: FANOUT,
    },
    Bench {
        name: "B5-500-most",
        arguments: &["fanout", "--members", "500", "--people", "50", "--rate", "200", "--seconds", "4", "--saturate"],
        is_compared: true,
        figures: &["deliveries_per_second", "deliveries_per_cpu_second", "delivered_p99_ms"],
    },
    Bench {
        name: "B6",
        arguments: &["burst"],
        is_compared: false,
        figures: &["alone_delivered_p99_ms", "beside_slow_delivered_p99_ms", "beside_slow_memory_growth_bytes"],
    },
    Bench { name: "B7-1", arguments: &["ingest", "--senders", "1", "--seconds", "5"], is_compared: true, figures: INGEST },
    Bench { name: "B7-16", arguments: &["ingest", "--senders", "16", "--seconds", "5"], is_compared: true, figures: INGEST },
    Bench { name: "B7-64", arguments: &["ingest", "--senders", "64", "--seconds", "5"], is_compared: true, figures: INGEST },
    Bench { name: "B7-256", arguments: &["ingest", "--senders", "256", "--seconds", "5"], is_compared: false, figures: INGEST },
    Bench {
        name: "B7-hot",
        arguments: &["ingest", "--senders", "64", "--rooms", "1", "--seconds", "5"],
        is_compared: false,
        figures: INGEST,
    },
    Bench {
        name: "B7-tens",
        arguments: &["ingest", "--senders", "100", "--rooms", "10", "--seconds", "5"],
        is_compared: true,
        figures: INGEST,
    },
    Bench {
        name: "B9",
        arguments: &["pages"],
        is_compared: false,
        figures: &["newest_pages_per_cpu_second", "deep_pages_per_cpu_second", "newest_p99_ms"],
    },
];

const FANOUT: &[&str] = &["deliveries_per_cpu_second", "delivered_p50_ms", "delivered_p99_ms"];
const INGEST: &[&str] = &["messages_per_second", "acknowledged_p50_ms", "acknowledged_p99_ms", "server_cpu_seconds_per_10000_messages"];

/// What the programs are.
struct Programs {
    server: PathBuf,
    client: PathBuf,
    naive: Option<PathBuf>,
}

/// One line of the table.
struct Line {
    name: &'static str,
    figure: String,
    ours: Value,
    naive: Value,
}

/// All measurements, or those whose names begin as the arguments say.
pub fn bench(arguments: &[String]) -> Result<()> {
    let (names, programs) = read(arguments)?;
    let is_wanted = |bench: &str| names.is_empty() || names.iter().any(|name| bench.to_lowercase().starts_with(&name.to_lowercase()));
    if !BENCHES.iter().any(|bench| is_wanted(bench.name)) && !is_wanted("B1") {
        bail!("there is no such measurement; there are: B1, {}", BENCHES.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", "));
    }
    let mut lines = Vec::new();
    if is_wanted("B1") {
        lines.extend(start_up(&programs.server)?);
    }
    for bench in BENCHES.iter().filter(|bench| is_wanted(bench.name)) {
        println!("\n== {}: {}", bench.name, bench.arguments.join(" "));
        let ours = measure(&programs.client, &programs.server, bench)?;
        let naive = match &programs.naive {
            Some(naive) if bench.is_compared => measure(&programs.client, naive, bench)?,
            _ => Value::Null,
        };
        for figure in bench.figures {
            lines.push(Line {
                name: bench.name,
                figure: figure.replace('_', " "),
                ours: ours[figure].clone(),
                naive: naive[figure].clone(),
            });
        }
    }
    print(&lines);
    Ok(())
}

fn read(arguments: &[String]) -> Result<(Vec<String>, Programs)> {
    let (mut names, mut server, mut client, mut naive) = (Vec::new(), None, None, None);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            // Programs that were built before.
            lexopt::Arg::Long("server") => server = Some(PathBuf::from(parser.value()?)),
            lexopt::Arg::Long("client") => client = Some(PathBuf::from(parser.value()?)),
            lexopt::Arg::Long("naive") => naive = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    if let (Some(server), Some(client)) = (server, client) {
        return Ok((names, Programs { server, client, naive }));
    }
    println!("Building the programs; the first time takes some minutes.");
    // One after the other: together, the naive server's needs would be built into the program.
    finish(&mut cargo(["build", "--release", "--package", "api", "--bin", "parlance"]))?;
    finish(&mut cargo(["build", "--release", "--package", "loadtest"]))?;
    finish(&mut cargo(["build", "--release", "--package", "naive"]))?;
    let folder = workspace::target().join("release");
    let programs = Programs { server: folder.join("parlance"), client: folder.join("loadtest"), naive: Some(folder.join("naive")) };
    Ok((names, programs))
}

/// The JSON line of one measurement on a fresh server.
fn measure(client: &Path, program: &Path, bench: &Bench) -> Result<Value> {
    let server = Server::start(program)?;
    let mut load = Command::new(client);
    load.arg("measure").args(bench.arguments).args(["--server", &format!("http://{}", server.address), "--pid", &server.id().to_string()]);
    let mut answer = Value::Null;
    let load_average = load_average();
    // Differences are part of the line; they do not end the run.
    watch(&mut load, |line| {
        if let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(line) {
            answer = value;
        }
    })?;
    answer["bench"] = json!(bench.name);
    answer["program"] = json!(program.file_name().map(|name| name.to_string_lossy().into_owned()));
    answer["load_average"] = json!(load_average);
    println!("{answer}");
    Ok(answer)
}

/// The machine's load over the last minute.
fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0)
}

/// B1: from `exec` to the first answer to somebody who is signed in, the program's size, and its memory at rest.
fn start_up(program: &Path) -> Result<Vec<Line>> {
    const STARTS: usize = 7;
    let data = ScratchFolder::new("bench")?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let start = || -> Result<Running> {
        let mut serve = Command::new(program);
        serve.args(["serve", "--log", "warn", "--listen", &address, "--data-dir"]).arg(data.path()).current_dir(data.path());
        Running::background(&mut serve, Stop::Terminate)
    };
    let first = start()?;
    let account = json!({"username": "bench", "email": "bench@example.org", "password": "correct horse battery", "display_name": "Bench"});
    let signed_in = until(&address, &post("/api/v1/auth/register", &account.to_string()))?;
    let token = serde_json::from_str::<Value>(signed_in.rsplit("\r\n\r\n").next().unwrap_or_default())?["access_token"].clone();
    let token = token.as_str().context("nobody could sign up")?.to_owned();
    drop(first);
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = start()?;
        until(&address, &format!("GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"))?;
        times.push(began.elapsed());
        std::thread::sleep(Duration::from_millis(500));
        memory = private_memory(server.id())?;
    }
    times.sort();
    let median = times[STARTS / 2].as_secs_f64() * 1e3;
    let size = fs::metadata(program)?.len();
    let line =
        json!({"bench": "B1", "start_ms": median, "program_bytes": size, "idle_private_bytes": memory, "load_average": load_average()});
    println!("{line}");
    let row = |figure: &str, value: Value| Line { name: "B1", figure: figure.to_owned(), ours: value, naive: Value::Null };
    Ok(vec![row("start to first answer ms", json!(median)), row("program bytes", json!(size)), row("idle private bytes", json!(memory))])
}

fn post(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Asks again and again until the answer is a success.
fn until(address: &str, request: &str) -> Result<String> {
    let began = Instant::now();
    loop {
        if let Ok(mut stream) = TcpStream::connect(address) {
            let mut answer = String::new();
            let asked = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
            if asked.is_ok() && answer.starts_with("HTTP/1.1 20") {
                return Ok(answer);
            }
        }
        if began.elapsed() > Duration::from_secs(30) {
            bail!("no answer from {address}");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn private_memory(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0);
    Ok((of("Private_Clean:") + of("Private_Dirty:")) * 1024)
}

fn print(lines: &[Line]) {
    println!("\n{:<12} {:<44} {:>14} {:>14} {:>8}", "", "", "parlance", "naive", "ratio");
    for line in lines {
        let ratio = match (line.ours.as_f64(), line.naive.as_f64()) {
            (Some(ours), Some(naive)) if naive > 0.0 && ours > 0.0 => format!("{:.2}", ours / naive),
            _ => String::new(),
        };
        println!("{:<12} {:<44} {:>14} {:>14} {ratio:>8}", line.name, line.figure, shown(&line.ours), shown(&line.naive));
    }
    println!("\nload average of the last minute: {:.2}", load_average());
}

fn shown(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if number.abs() >= 1_000.0 => format!("{number:.0}"),
        Some(number) if number.abs() >= 1.0 => format!("{number:.2}"),
        Some(number) => format!("{number:.5}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_long_as_they_are_worth() {
        let shown: Vec<String> = [json!(123_456.7), json!(4.567), json!(0.000_123), Value::Null].iter().map(shown).collect();
        assert_eq!(shown, ["123457", "4.57", "0.00012", ""]);
    }

    #[test]
    fn names_are_told_apart() {
        let mut names: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BENCHES.len());
    }
}
