//! `cargo xtask test`: the steps, in an order that fails fast.

use anyhow::{Result, bail};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::artifacts::{self, HOST_PACKAGES};
use crate::command::{cargo, command, run, watch};
use crate::postgres::Postgres;
use crate::report::{self, Line, Tally};
use crate::{browser, client_build, edges, faults, house, tools, workspace};

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Tally>,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", about: "the code is formatted", run: fmt },
    Step { name: "edges", about: "no crate knows what it must not", run: || checked(edges::check) },
    Step { name: "house", about: "short files, no raw colours, permissive licences, clean lock files", run: || checked(house::check) },
    Step { name: "clippy", about: "lints of the server's crates and of the browser client", run: clippy },
    Step { name: "doc", about: "the documentation builds without warnings", run: doc },
    Step { name: "unit", about: "all tests of the host crates, on SQLite", run: unit },
    Step {
        name: "faults",
        about: "a server that is killed, restarted and cut off while people talk: two minutes of the matrix",
        run: fault_matrix,
    },
    Step { name: "postgres", about: "store and API once more, on a PostgreSQL of our own", run: postgres },
    Step { name: "client", about: "the browser client builds and is as small as promised", run: client },
    Step { name: "e2e", about: "the real program in a real Chromium", run: e2e },
];

/// Runs the named steps, or all; goes on after a failure and reports everything at the end.
pub fn test(names: &[String]) -> Result<ExitCode> {
    if names.iter().any(|name| name == "--list") {
        for step in STEPS {
            println!("{:<10} {}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no step `{unknown}`; `cargo xtask test --list` lists them");
    }
    let wanted = STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name));
    let lines: Vec<Line> = wanted.map(take).collect();
    Ok(if report::print(&lines) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn take(step: &Step) -> Line {
    println!("\n== {}: {}", step.name, step.about);
    let started = Instant::now();
    // A step that panics is a step that failed; what it started is stopped on the way out.
    let tally = match catch_unwind(AssertUnwindSafe(step.run)) {
        Ok(Ok(tally)) => tally,
        Ok(Err(error)) => {
            println!("{error:#}");
            Tally::FAIL
        }
        Err(_) => Tally::FAIL,
    };
    let took = started.elapsed();
    let result = if tally.failed == 0 { "ok" } else { "FAILED" };
    println!("== {}: {result} after {:.1} s", step.name, took.as_secs_f64());
    Line { name: step.name, tally, took }
}

fn checked(check: fn() -> Result<()>) -> Result<Tally> {
    check().map(|()| Tally::PASS)
}

fn fmt() -> Result<Tally> {
    run(&mut cargo(["fmt", "--all", "--check"]))?;
    Ok(Tally::PASS)
}

fn clippy() -> Result<Tally> {
    run(cargo(["clippy", "--all-targets"]).args(HOST_PACKAGES).args(["--", "-D", "warnings"]))?;
    tools::ensure_for_client()?;
    let mut frontend = cargo(["clippy", "--package", "frontend", "--target", "wasm32-unknown-unknown"]);
    run(frontend.args(["--", "-D", "warnings"]))?;
    Ok(Tally::PASS)
}

fn doc() -> Result<Tally> {
    run(cargo(["doc", "--no-deps"]).args(HOST_PACKAGES).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Tally::PASS)
}

fn unit() -> Result<Tally> {
    suite(cargo(["test", "--no-fail-fast"]).args(HOST_PACKAGES))
}

/// The same test programs as in `unit`: nothing compiles twice.
fn postgres() -> Result<Tally> {
    let built = artifacts::build()?;
    let postgres = Postgres::start()?;
    let mut sum = Tally::default();
    for suite_of in built.iter().filter(|artifact| artifact.is_test && (artifact.is_of("store") || artifact.is_of("api"))) {
        println!("-- {} of {}", suite_of.name, suite_of.folder.strip_prefix(workspace::root()).unwrap_or(&suite_of.folder).display());
        let mut tests = command(&suite_of.program);
        tests.current_dir(&suite_of.folder).env("CARGO_MANIFEST_DIR", &suite_of.folder);
        tests.env("PARLANCE_TEST_POSTGRES_URL", &postgres.url);
        let tally = suite(&mut tests)?;
        sum.passed += tally.passed;
        sum.failed += tally.failed;
    }
    Ok(sum)
}

/// With the programs of the tests' own build.
fn fault_matrix() -> Result<Tally> {
    Ok(faults::in_short(&faults::Programs { server: artifacts::program("parlance")?, client: artifacts::program("loadtest")? }))
}

fn client() -> Result<Tally> {
    client_build::ensure()?;
    client_build::check_budget()?;
    Ok(Tally::PASS)
}

fn e2e() -> Result<Tally> {
    let folder = workspace::root().join("tests/e2e");
    let chromium = browser::ensure()?;
    tools::ensure_npm_packages(&folder)?;
    client_build::ensure()?;
    let program = artifacts::program("parlance")?;
    run(command("npx").args(["--no-install", "tsc", "--noEmit"]).current_dir(&folder))?;
    let mut playwright = command("npx");
    playwright.args(["--no-install", "playwright", "test"]).current_dir(&folder).env("PARLANCE_BIN", program);
    if let Some(chromium) = chromium {
        playwright.env("PARLANCE_CHROMIUM", chromium);
    }
    suite(&mut playwright)
}

fn suite(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let success = watch(command, |line| tally.read(line))?;
    Ok(tally.ended(success))
}
