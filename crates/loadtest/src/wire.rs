//! A socket that costs next to nothing, for measurements: frames are read where they lie, and no JSON is parsed.
//!
//! The generator has to stay cheaper than the server it measures; a full client spends more on one delivery than the
//! server does. What is skipped (checking UTF-8 and the handshake's hash, unpredictable masks) guards a client against
//! a server it does not trust.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::server::Server;

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
/// Bytes at first; grows to what arrives at once.
const BUFFER: usize = 4 * 1024;
/// A reader that lags takes this much in one read, and no more.
const BUFFER_MOST: usize = 256 * 1024;

pub struct Reader {
    stream: OwnedReadHalf,
    buffer: Vec<u8>,
    /// What of `buffer` is read but not yet taken.
    held: Range<usize>,
}

pub struct Writer {
    stream: OwnedWriteHalf,
    frame: Vec<u8>,
}

/// Connects and returns once the server has said `ready`.
pub async fn open(server: &Server, token: &str) -> Result<(Reader, Writer)> {
    let (mut reader, writer) = connect(server, token, "").await?;
    let mut is_ready = false;
    while !is_ready {
        reader.read(|text| is_ready |= text.starts_with(br#"{"type":"ready""#)).await?;
    }
    Ok((reader, writer))
}

/// Connects and names its positions; what was missed follows.
pub async fn resume(server: &Server, token: &str, frame: &[u8]) -> Result<(Reader, Writer)> {
    let (reader, mut writer) = connect(server, token, "?resume=true").await?;
    writer.text(frame).await?;
    Ok((reader, writer))
}

async fn connect(server: &Server, token: &str, query: &str) -> Result<(Reader, Writer)> {
    let stream = TcpStream::connect(server.authority()).await;
    let stream = stream.with_context(|| format!("cannot connect to {} (too many open files? see `ulimit -n`)", server.authority()))?;
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    let mut reader = Reader { stream: read, buffer: vec![0; BUFFER], held: 0..0 };
    let mut writer = Writer { stream: write, frame: Vec::new() };
    let request = format!(
        "GET {}{query} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n",
        server.socket_path(),
        server.authority(),
    );
    writer.stream.write_all(request.as_bytes()).await?;
    reader.take_handshake().await?;
    Ok((reader, writer))
}

impl Reader {
    /// Waits for bytes, then hands over each text frame that is complete. Dropping the future loses nothing.
    pub async fn read(&mut self, mut each: impl FnMut(&[u8])) -> Result<()> {
        // What came along with the handshake is here already.
        if self.hand_over(&mut each)? > 0 {
            return Ok(());
        }
        self.fill().await?;
        self.hand_over(&mut each)?;
        Ok(())
    }

    async fn take_handshake(&mut self) -> Result<()> {
        const END: &[u8] = b"\r\n\r\n";
        loop {
            self.fill().await?;
            let held = &self.buffer[self.held.clone()];
            if let Some(end) = held.windows(END.len()).position(|window| window == END) {
                let head = String::from_utf8_lossy(&held[..end]);
                ensure!(head.starts_with("HTTP/1.1 101"), "the server opens no socket: {}", head.lines().next().unwrap_or_default());
                self.held.start += end + END.len();
                return Ok(());
            }
        }
    }

    async fn fill(&mut self) -> Result<()> {
        if self.held.is_empty() {
            self.held = 0..0;
        } else if self.held.start > 0 && self.held.end == self.buffer.len() {
            self.buffer.copy_within(self.held.clone(), 0);
            self.held = 0..self.held.len();
        }
        if self.held.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let count = self.stream.read(&mut self.buffer[self.held.end..]).await?;
        ensure!(count > 0, "the server cut the socket");
        self.held.end += count;
        // A full read says that more is waiting: take more at once the next time.
        if self.held.end == self.buffer.len() && self.buffer.len() < BUFFER_MOST {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        Ok(())
    }

    fn hand_over(&mut self, each: &mut impl FnMut(&[u8])) -> Result<usize> {
        let mut count = 0;
        while let Some(frame) = next_frame(&self.buffer[self.held.clone()])? {
            let payload = &self.buffer[self.held.start + frame.payload.start..self.held.start + frame.payload.end];
            match frame.opcode {
                TEXT => each(payload),
                CLOSE => bail!("the server closed the socket: {}", reason(payload)),
                // Pings need no answer: the server takes any frame for a sign of life, and every user of this sends some.
                _ => {}
            }
            self.held.start += frame.payload.end;
            count += 1;
        }
        Ok(count)
    }
}

impl Writer {
    /// Sends one text frame in one write, masked with zeros.
    pub async fn text(&mut self, payload: &[u8]) -> Result<()> {
        const MASKED: u8 = 0x80;
        const IN_TWO_BYTES: u8 = 126;
        const IN_EIGHT_BYTES: u8 = 127;
        self.frame.clear();
        self.frame.push(0x80 | TEXT);
        match u16::try_from(payload.len()) {
            Ok(length @ ..126) => self.frame.push(MASKED | length.to_be_bytes()[1]),
            Ok(length) => {
                self.frame.push(MASKED | IN_TWO_BYTES);
                self.frame.extend(length.to_be_bytes());
            }
            Err(_) => {
                self.frame.push(MASKED | IN_EIGHT_BYTES);
                self.frame.extend((payload.len() as u64).to_be_bytes());
            }
        }
        self.frame.extend([0; 4]);
        self.frame.extend(payload);
        Ok(self.stream.write_all(&self.frame).await?)
    }

    /// Keeps the socket alive.
    pub async fn ping(&mut self) -> Result<()> {
        self.text(br#"{"type":"ping","id":0}"#).await
    }
}

struct Frame {
    opcode: u8,
    payload: Range<usize>,
}

/// The first frame in `bytes`, if all of it is there (RFC 6455, section 5.2).
fn next_frame(bytes: &[u8]) -> Result<Option<Frame>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    ensure!(first & 0xf0 == 0x80 && first & 0x0f != 0, "a frame in parts or with an extension, which nobody asked for");
    ensure!(second & 0x80 == 0, "a masked frame from the server");
    let (start, length) = match second & 0x7f {
        126 => match rest.first_chunk() {
            Some(length) => (4, u64::from(u16::from_be_bytes(*length))),
            None => return Ok(None),
        },
        127 => match rest.first_chunk() {
            Some(length) => (10, u64::from_be_bytes(*length)),
            None => return Ok(None),
        },
        length => (2, u64::from(length)),
    };
    let end = start + usize::try_from(length)?;
    Ok((bytes.len() >= end).then_some(Frame { opcode: first & 0x0f, payload: start..end }))
}

fn reason(payload: &[u8]) -> String {
    match payload {
        [a, b, why @ ..] => format!("{} {}", u16::from_be_bytes([*a, *b]), String::from_utf8_lossy(why)),
        _ => "without a reason".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match payload.len() {
            length @ ..126 => bytes.push(u8::try_from(length).unwrap()),
            length @ ..=0xffff => {
                bytes.push(126);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                bytes.push(127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn frames_of_every_size_are_found_once_they_are_whole() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let bytes = frame(&vec![b'x'; length]);
            let found = next_frame(&bytes).unwrap().unwrap();
            assert_eq!((found.opcode, found.payload.len(), found.payload.end), (TEXT, length, bytes.len()));
            for cut in [0, 1, bytes.len() - 1] {
                assert!(next_frame(&bytes[..cut]).unwrap().is_none(), "{length} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_a_server_must_not_send_is_refused() {
        assert!(next_frame(&[0x01, 0]).is_err(), "a first part");
        assert!(next_frame(&[0x81, 0x80]).is_err(), "a mask");
    }
}
