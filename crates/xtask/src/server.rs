//! A server of ours in the background.

use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::running::{Running, Stop};
use crate::workspace::ScratchFolder;

const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(50);

/// A port nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A server with data of its own, which end with it.
pub struct Server {
    pub address: String,
    running: Running,
    _data: ScratchFolder,
}

impl Server {
    /// Starts `program` on a free port and waits until it can serve.
    pub fn start(program: &Path) -> Result<Self> {
        let data = ScratchFolder::new("data")?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut serve = Command::new(program);
        serve.args(["serve", "--log", "warn", "--listen", &address, "--data-dir"]).arg(data.path()).current_dir(data.path());
        let running = Running::background(&mut serve, Stop::Terminate)?;
        wait_until_ready(&address, &running)?;
        Ok(Self { address, running, _data: data })
    }
}

impl Server {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.running.id()
    }
}

/// Waits until the server at `address` can serve.
pub fn wait_until_ready(address: &str, server: &Running) -> Result<()> {
    let started = Instant::now();
    while !is_ready(address) {
        if let Some(status) = server.ended()? {
            bail!("the server ended before it was ready ({status})");
        }
        if started.elapsed() > PATIENCE {
            bail!("the server at {address} was not ready within {} s", PATIENCE.as_secs());
        }
        sleep(GLANCE);
    }
    Ok(())
}

/// Whether the server at `address` can serve.
pub fn is_ready(address: &str) -> bool {
    ask(address).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn ask(address: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).context("nobody listens")?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
