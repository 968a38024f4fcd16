//! One answer: a JSON line for programs, and the same as a table for people.

use serde_json::{Map, Value, json};

use super::{Delays, hearing::Heard, process::Usage};
use crate::Verdict;

pub struct Report {
    entries: Vec<(String, Value)>,
    problems: Vec<String>,
}

impl Report {
    pub fn of(measurement: &str) -> Self {
        Self { entries: vec![("measurement".to_owned(), json!(measurement))], problems: Vec::new() }
    }

    pub fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.entries.push((name.to_owned(), value.into()));
    }

    /// A number with so many decimals as it is worth.
    pub fn number(&mut self, name: &str, value: f64) {
        let decimals = match value.abs() {
            size if size >= 100.0 => 0,
            size if size >= 1.0 => 2,
            _ => 4,
        };
        let factor = 10_f64.powi(decimals);
        let rounded = (value * factor).round() / factor;
        self.put(name, if decimals == 0 { json!(rounded as i64) } else { json!(rounded) });
    }

    pub fn delays(&mut self, name: &str, delays: &Delays) {
        self.number(&format!("{name}_p50_ms"), delays.percentile(50.0));
        self.number(&format!("{name}_p99_ms"), delays.percentile(99.0));
        self.number(&format!("{name}_max_ms"), delays.max());
    }

    /// CPU time of server and generator, and the server's for each `unit` of `count` pieces of work.
    pub fn cpu(&mut self, Usage { server, generator }: Usage, unit: (&str, f64), count: f64) {
        if let Some(server) = server {
            self.number("server_cpu_seconds", server);
            if count > 0.0 {
                self.number(&format!("server_cpu_seconds_per_{}", unit.0), server * unit.1 / count);
            }
        }
        if let Some(generator) = generator {
            self.number("generator_cpu_seconds", generator);
        }
    }

    /// What listening sockets met beside the messages.
    pub fn hearing(&mut self, heard: &Heard) {
        if heard.disorder > 0 {
            self.problem(format!("{} messages out of order", heard.disorder));
        }
        if heard.resyncs > 0 {
            self.problem(format!("{} times the server dropped frames (resync)", heard.resyncs));
        }
        if let Some(trouble) = &heard.trouble {
            self.problem(trouble.clone());
        }
    }

    /// A check that did not hold.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// A check: what was counted has to be what was expected.
    pub fn expect(&mut self, what: &str, expected: u64, counted: u64) {
        self.put(what, counted);
        if counted != expected {
            self.problem(format!("{what}: {counted}, and {expected} were expected"));
        }
    }

    pub fn print(mut self) -> Verdict {
        self.put("differences", self.problems.len());
        let line: Map<String, Value> = self.entries.iter().cloned().collect();
        println!("{}\n", Value::Object(line));
        let width = self.entries.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in &self.entries {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            println!("{:<width$}  {value}", name.replace('_', " "));
        }
        for problem in &self.problems {
            println!("  {problem}");
        }
        Verdict::of(self.problems.is_empty())
    }
}
