//! A Postgres server of our own: fresh, on a free port, gone afterwards.

use anyhow::{Context, Result, bail};
use nix::unistd::{Uid, User};
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::command::{probe, run, shown};
use crate::packages;
use crate::running::{Running, Stop};
use crate::server::free_port;
use crate::workspace::ScratchFolder;

const PATIENCE: Duration = Duration::from_mins(1);
const GLANCE: Duration = Duration::from_millis(50);

/// A running Postgres; dropping it stops it, then removes its data (fields drop in this order).
pub struct Postgres {
    pub url: String,
    _running: Running,
    _data: ScratchFolder,
}

impl Postgres {
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let owner = owner()?;
        let scratch = ScratchFolder::new("postgres")?;
        if let Some(owner) = &owner {
            chown(scratch.path(), Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))?;
        }
        let data = scratch.path().join("data");
        let log = scratch.path().join("log");
        let program = |name: &str| {
            let mut command = Command::new(programs.join(name));
            command.current_dir(scratch.path());
            if let Some(owner) = &owner {
                command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
            }
            command
        };

        let mut initdb = program("initdb");
        // Trust is enough: it listens on loopback only and holds nothing but test data.
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        initdb.arg("--pgdata").arg(&data).stdout(Stdio::null());
        run(&mut initdb)?;

        let port = free_port()?.to_string();
        let mut postgres = program("postgres");
        postgres.arg("-D").arg(&data).args(["-p", &port]);
        postgres.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300"]);
        postgres.stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        // SIGINT is PostgreSQL's fast shutdown: it ends sessions instead of waiting for them.
        let running = Running::background(&mut postgres, Stop::Interrupt)?;

        let started = Instant::now();
        let mut ask = program("pg_isready");
        ask.args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--port", &port]);
        while !ask.status().with_context(|| shown(&ask))?.success() {
            if running.ended()?.is_some() || started.elapsed() > PATIENCE {
                bail!("PostgreSQL did not start: {}", fs::read_to_string(&log).unwrap_or_default().trim());
            }
            sleep(GLANCE);
        }
        Ok(Self { url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), _running: running, _data: scratch })
    }
}

/// The folder of `initdb` and its siblings, installing them if need be.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = find_programs() {
        return Ok(folder);
    }
    packages::install("PostgreSQL", &["postgresql"])?;
    find_programs().context("PostgreSQL was installed, but its `initdb` is nowhere to be found")
}

fn find_programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let told = probe("pg_config", &["--bindir"]).map(PathBuf::from);
    // Debian keeps them off PATH, one folder for each version; the newest is the last.
    let mut versioned: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versioned.sort();
    let complete = |folder: &Path| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).exists());
    on_path.into_iter().chain(told).chain(versioned.into_iter().rev()).find(|folder| complete(folder))
}

/// Whom Postgres must run as: it refuses root.
fn owner() -> Result<Option<User>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let user = User::from_name("postgres")?
        .context("PostgreSQL refuses to run as root and there is no user `postgres`: run `useradd --system postgres`")?;
    Ok(Some(user))
}
