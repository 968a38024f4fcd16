//! A network as it is on a bad day: between a client and a server it delays, cuts, closes one way, and swallows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::sleep,
};

use crate::check::mix;

const CHUNK: usize = 16 * 1024;
/// The longest that one chunk is held back, in milliseconds.
const LATENCY: u64 = 12;
/// How long a connection that swallows everything is kept open.
const SWALLOWING: Duration = Duration::from_secs(8);

/// What becomes of a connection once so many bytes have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Spared,
    /// Cut both ways after so many bytes to the client: an answer that breaks off.
    CutAnswer(u64),
    /// Cut both ways after so many bytes to the server: half a request.
    CutRequest(u64),
    /// The server gets so many bytes and all that follow, and its answer is dropped.
    DropReply(u64),
    /// The client hears of the end, the server does not.
    HalfClose(u64),
    /// Nothing comes through any more, and nobody is told.
    BlackHole(u64),
}

impl Fate {
    fn drawn(chance: u64) -> Self {
        let bytes = mix(chance) % 24_000;
        match chance % 100 {
            0..50 => Self::Spared,
            50..62 => Self::CutAnswer(bytes),
            62..70 => Self::CutRequest(bytes / 4),
            70..84 => Self::DropReply(bytes / 8),
            84..92 => Self::HalfClose(bytes),
            _ => Self::BlackHole(bytes),
        }
    }
}

/// Listens on a port of its own and passes everything on to `server`, more or less; answers with its address.
pub async fn start(server: &str, seed: u64) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let server = server.to_owned();
    tokio::spawn(async move {
        let mut chance = mix(seed);
        while let Ok((client, _)) = listener.accept().await {
            chance = mix(chance);
            tokio::spawn(join(client, server.clone(), chance));
        }
    });
    Ok(address)
}

async fn join(client: TcpStream, server: String, chance: u64) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let line = Arc::new(Line { fate: Fate::drawn(chance), up: AtomicU64::new(0), down: AtomicU64::new(0), end: Notify::new() });
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = tokio::spawn(pump(from_client, to_server, line.clone(), true, chance));
    let down = tokio::spawn(pump(from_server, to_client, line.clone(), false, mix(chance)));
    line.end.notified().await;
    if matches!(line.fate, Fate::BlackHole(_) | Fate::DropReply(_)) {
        sleep(if matches!(line.fate, Fate::BlackHole(_)) { SWALLOWING } else { Duration::from_millis(mix(chance) % 400) }).await;
    }
    up.abort();
    down.abort();
}

/// A connection and what has passed over it.
struct Line {
    fate: Fate,
    up: AtomicU64,
    down: AtomicU64,
    end: Notify,
}

/// What happens to a chunk.
enum Pass {
    On,
    Swallow,
    /// So many bytes of it, and then the end.
    Cut(usize),
    CloseThisWay,
}

impl Line {
    fn judge(&self, count: usize, is_up: bool) -> Pass {
        let before = if is_up { &self.up } else { &self.down }.fetch_add(count as u64, Ordering::Relaxed);
        let after = before + count as u64;
        let rest = |limit: u64| usize::try_from(limit.saturating_sub(before)).unwrap_or(0);
        let passed = |limit: u64| self.up.load(Ordering::Relaxed) > limit;
        match self.fate {
            Fate::CutAnswer(limit) if !is_up && after > limit => Pass::Cut(rest(limit)),
            Fate::CutRequest(limit) if is_up && after > limit => Pass::Cut(rest(limit)),
            Fate::HalfClose(limit) if !is_up && after > limit => Pass::CloseThisWay,
            Fate::DropReply(limit) if !is_up && passed(limit) => Pass::Swallow,
            Fate::BlackHole(limit) if after > limit || passed(limit) => Pass::Swallow,
            _ => Pass::On,
        }
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, line: Arc<Line>, is_up: bool, mut chance: u64) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        chance = mix(chance);
        sleep(Duration::from_millis(chance % LATENCY)).await;
        let passed = match line.judge(count, is_up) {
            Pass::On => to.write_all(&buffer[..count]).await.is_ok(),
            Pass::Swallow => {
                line.end.notify_one();
                true
            }
            Pass::Cut(rest) => {
                let _ = to.write_all(&buffer[..rest]).await;
                false
            }
            Pass::CloseThisWay => {
                let _ = to.shutdown().await;
                // The other way stays open until its end.
                return;
            }
        };
        if !passed {
            break;
        }
    }
    line.end.notify_one();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(fate: Fate) -> Line {
        Line { fate, up: AtomicU64::new(0), down: AtomicU64::new(0), end: Notify::new() }
    }

    #[test]
    fn an_answer_breaks_off_at_its_byte() {
        let line = line(Fate::CutAnswer(10));
        assert!(matches!(line.judge(100, true), Pass::On));
        assert!(matches!(line.judge(8, false), Pass::On));
        assert!(matches!(line.judge(8, false), Pass::Cut(2)));
    }

    #[test]
    fn a_dropped_reply_is_one_to_a_request_that_went_through() {
        let line = line(Fate::DropReply(10));
        assert!(matches!(line.judge(8, false), Pass::On));
        assert!(matches!(line.judge(11, true), Pass::On), "the request");
        assert!(matches!(line.judge(8, false), Pass::Swallow), "its answer");
    }

    #[test]
    fn every_fate_is_drawn() {
        let drawn: std::collections::HashSet<_> = (0..1_000_u64).map(|n| std::mem::discriminant(&Fate::drawn(mix(n)))).collect();
        assert_eq!(drawn.len(), 6);
    }
}
