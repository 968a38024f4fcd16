//! Pages of history: the newest, as everybody who opens a conversation asks for, and from anywhere in it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use shared_types::{ConversationId, route};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use super::{Delays, Subject, hearing, people, process::Cpu, report::Report};
use crate::{Verdict, check::mix, person::Person, server::Server, wire};

const PAGE: u64 = 50;
/// Messages that are on their way at once while the room is filled.
const FILLING: u64 = 200;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,
    /// Messages in the room
    #[arg(long, default_value_t = 20_000)]
    messages: u64,
    /// Connections that ask at the same time
    #[arg(long, default_value_t = 4)]
    readers: u64,
    /// For each kind of page
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// The length of a message
    #[arg(long, default_value_t = 100)]
    bytes: usize,
}

pub async fn run(options: Options) -> Result<Verdict> {
    let server = options.subject.target.reach().await?;
    let mut people = people::admit(&server, "pages", 1, &options.subject.target.password).await?;
    let room = people::room(&mut people, &format!("Load: pages of {}", options.messages)).await?;
    fill(&server, &mut people[0], room, &options).await?;
    let head = people[0].conversation(room).await?.head_seq.0;
    let mut report = Report::of("pages");
    report.put("messages", head);
    report.put("readers", options.readers);
    for (kind, is_deep) in [("newest", false), ("deep", true)] {
        let cpu = Cpu::start(options.subject.pid)?;
        let until = Instant::now() + Duration::from_secs_f64(options.seconds);
        let asking: Vec<_> = (0..options.readers)
            .map(|reader| tokio::spawn(ask(server.clone(), people[0].token().to_owned(), room, (is_deep, head, reader), until)))
            .collect();
        let (mut pages, mut delays) = (0, Delays::default());
        for asking in asking {
            let (count, of_one) = asking.await??;
            pages += count;
            delays.merge(&of_one);
        }
        report.number(&format!("{kind}_pages_per_second"), pages as f64 / options.seconds);
        report.delays(kind, &delays);
        if let Some(server) = cpu.usage().server.filter(|cpu| *cpu > 0.0) {
            report.number(&format!("{kind}_pages_per_cpu_second"), pages as f64 / server);
        }
    }
    Ok(report.print())
}

/// Sends what is missing to the number of messages that was asked for.
async fn fill(server: &Server, person: &mut Person, room: ConversationId, options: &Options) -> Result<()> {
    let (mut reader, mut writer) = wire::open(server, person.token()).await?;
    let mut number = person.conversation(room).await?.head_seq.0;
    while number < options.messages {
        let count = FILLING.min(options.messages - number);
        for _ in 0..count {
            writer.text(&hearing::frame(room, number, 0, options.bytes)?).await?;
            number += 1;
        }
        let mut acked = 0;
        while acked < count {
            reader.read(|text| acked += u64::from(text.starts_with(br#"{"type":"ack""#))).await?;
        }
    }
    Ok(())
}

/// Asks for page after page on one connection.
async fn ask(
    server: Server,
    token: String,
    room: ConversationId,
    (is_deep, head, reader): (bool, u64, u64),
    until: Instant,
) -> Result<(u64, Delays)> {
    let mut stream = TcpStream::connect(server.authority()).await?;
    stream.set_nodelay(true)?;
    let path = server.path(&route::path(route::MESSAGES, &[&room]));
    let (mut pages, mut delays, mut chance, mut buffer) = (0, Delays::default(), mix(reader), Vec::new());
    while Instant::now() < until {
        chance = mix(chance);
        let place = if is_deep { format!("&before={}", PAGE + 2 + chance % (head - PAGE)) } else { String::new() };
        let request =
            format!("GET {path}?limit={PAGE}{place} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n", server.authority());
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let body = answer(&mut stream, &mut buffer).await?;
        delays.add(asked.elapsed());
        // What is counted is a page only if it is whole.
        let messages = body.windows(AUTHOR.len()).filter(|window| *window == AUTHOR).count() as u64;
        ensure!(messages == PAGE, "a page of {messages}: {}", String::from_utf8_lossy(&body[..body.len().min(200)]));
        pages += 1;
    }
    Ok((pages, delays))
}

/// Once in every message.
const AUTHOR: &[u8] = br#""author_id":"#;

/// Reads one answer with a length and gives its body.
async fn answer<'a>(stream: &mut TcpStream, buffer: &'a mut Vec<u8>) -> Result<&'a [u8]> {
    const END: &[u8] = b"\r\n\r\n";
    buffer.clear();
    loop {
        if let Some(end) = buffer.windows(END.len()).position(|window| window == END) {
            let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
            ensure!(head.starts_with("http/1.1 200"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("an answer without a length")?;
            let start = end + END.len();
            let whole = start + length.trim().parse::<usize>()?;
            while buffer.len() < whole {
                ensure!(stream.read_buf(buffer).await? > 0, "the server cut an answer");
            }
            return Ok(&buffer[start..whole]);
        }
        ensure!(stream.read_buf(buffer).await? > 0, "the server cut the connection");
    }
}
