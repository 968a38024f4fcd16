//! Numbered messages and those who listen for them: delivered, in order, and how late.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use shared_types::{ConversationId, ws::ClientFrame};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval, timeout_at},
};

use super::{Delays, ticks::Schedule};
use crate::{
    clock,
    socket::BEAT,
    wire::{Reader, Writer},
};

/// How long the last messages may take.
const ARRIVAL: Duration = Duration::from_secs(15);
/// Stands around the numbers in a body, and nowhere else in a frame.
const MARK: u8 = b'~';

/// A `send` frame with message `number`, due so many microseconds after the run's start, padded to `bytes`.
pub fn frame(room: ConversationId, number: u64, due_micros: u64, bytes: usize) -> Result<Vec<u8>> {
    let mut body = format!("~{number}~{due_micros}~");
    body.extend(std::iter::repeat_n('.', bytes.saturating_sub(body.len())));
    Ok(serde_json::to_vec(&ClientFrame::Send { conversation_id: room, nonce: clock::nonce(), body: body.try_into()? })?)
}

/// The two numbers of a frame that carries a message of ours.
pub fn numbers(frame: &[u8]) -> Option<(u64, u64)> {
    let start = frame.iter().position(|byte| *byte == MARK)?;
    let mut parts = frame[start + 1..].splitn(3, |byte| *byte == MARK);
    let mut number = || std::str::from_utf8(parts.next()?).ok()?.parse().ok();
    Some((number()?, number()?))
}

/// What one socket heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// The number that comes next.
    next: u64,
    pub delivered: u64,
    /// Messages that came twice, out of turn, or after one that is missing.
    pub disorder: u64,
    pub resyncs: u64,
    pub delays: Delays,
    pub acks: Delays,
    pub acked: u64,
    /// The first refusal, or why the socket ended before its time.
    pub trouble: Option<String>,
}

impl Heard {
    fn take(&mut self, frame: &[u8], now_micros: u64) {
        if frame.starts_with(br#"{"type":"event""#) {
            let Some((number, due)) = numbers(frame) else { return };
            self.disorder += u64::from(number != self.next);
            self.next = number + 1;
            self.delivered += 1;
            self.delays.add_micros(now_micros.saturating_sub(due));
        } else if frame.starts_with(br#"{"type":"ack""#) {
            let Some((_, due)) = numbers(frame) else { return };
            self.acked += 1;
            self.acks.add_micros(now_micros.saturating_sub(due));
        } else if frame.starts_with(br#"{"type":"resync""#) {
            self.resyncs += 1;
        } else if frame.starts_with(br#"{"type":"error""#) {
            self.trouble.get_or_insert_with(|| String::from_utf8_lossy(frame).into_owned());
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.disorder += other.disorder;
        self.resyncs += other.resyncs;
        self.acked += other.acked;
        self.delays.merge(&other.delays);
        self.acks.merge(&other.acks);
        self.trouble = self.trouble.take().or(other.trouble);
    }
}

/// Who listens, for what, and until when.
struct Listener {
    reader: Reader,
    /// Keeps the socket alive; a sender's own socket needs nobody to do that.
    writer: Option<Writer>,
    start: Instant,
    /// How many messages, and how many acknowledgements, end the listening.
    expected: (u64, u64),
    /// Ends it before that.
    stop: watch::Receiver<bool>,
}

impl Listener {
    async fn listen(mut self) -> Heard {
        let mut heard = Heard::default();
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while heard.delivered < self.expected.0 || heard.acked < self.expected.1 {
            let mut now = None;
            let start = self.start;
            let step = tokio::select! {
                step = self.reader.read(|frame| {
                    // One look at the clock for all that came in one read.
                    let now = *now.get_or_insert_with(|| micros(start.elapsed()));
                    heard.take(frame, now);
                }) => step,
                _ = beat.tick() => match &mut self.writer {
                    Some(writer) => writer.ping().await,
                    None => Ok(()),
                },
                _ = self.stop.changed() => return heard,
            };
            if let Err(error) = step {
                heard.trouble.get_or_insert_with(|| error.to_string());
                return heard;
            }
        }
        heard
    }
}

/// Sends a schedule's messages over the first socket while all sockets listen, and tells what each heard.
pub async fn perform(sockets: Vec<(Reader, Writer)>, room: ConversationId, schedule: Schedule, bytes: usize) -> Result<Vec<Heard>> {
    let Schedule { start, count, .. } = schedule;
    let (stop, stopped) = watch::channel(false);
    let mut sender = None;
    let mut listening = Vec::with_capacity(sockets.len());
    for (reader, writer) in sockets {
        let (writer, acks) = match sender {
            None => {
                sender = Some(writer);
                (None, count)
            }
            Some(_) => (Some(writer), 0),
        };
        let listener = Listener { reader, writer, start, expected: (count, acks), stop: stopped.clone() };
        listening.push(tokio::spawn(listener.listen()));
    }
    // Kept until all have heard: dropping it would half close the socket, and the last acknowledgements with it.
    let mut writer = sender.context("nobody to send")?;
    let sent = send(&mut writer, schedule.ticks(), start, room, bytes).await;
    let deadline = tokio::time::Instant::now() + ARRIVAL;
    let mut all = Vec::with_capacity(listening.len());
    for mut listener in listening {
        let heard = timeout_at(deadline, &mut listener).await;
        all.push(if let Ok(heard) = heard {
            heard?
        } else {
            stop.send_replace(true);
            listener.await?
        });
    }
    if let (Err(error), Some(first)) = (sent, all.first_mut()) {
        first.trouble.get_or_insert_with(|| error.to_string());
    }
    Ok(all)
}

/// Sends messages as they fall due.
async fn send(writer: &mut Writer, mut ticks: mpsc::Receiver<Instant>, start: Instant, room: ConversationId, bytes: usize) -> Result<()> {
    let mut number = 0;
    while let Some(due) = ticks.recv().await {
        writer.text(&frame(room, number, micros(due.saturating_duration_since(start)), bytes)?).await?;
        number += 1;
    }
    Ok(())
}

pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use shared_types::ConversationId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_numbers_survive_the_way_into_a_frame_and_the_padding_fits() {
        let frame = frame(ConversationId(Uuid::nil()), 17, 123_456, 100).unwrap();
        assert_eq!(numbers(&frame), Some((17, 123_456)));
        let ClientFrame::Send { body, .. } = serde_json::from_slice(&frame).unwrap() else { panic!("another frame") };
        assert_eq!(body.as_str().len(), 100);
        assert_eq!(numbers(br#"{"type":"heads"}"#), None);
    }

    #[test]
    fn losses_and_doubles_are_disorder() {
        let mut heard = Heard::default();
        for number in [0, 1, 3, 3, 4] {
            heard.take(format!(r#"{{"type":"event","body":"~{number}~5~"}}"#).as_bytes(), 1005);
        }
        assert_eq!((heard.delivered, heard.disorder), (5, 2));
        assert!((heard.delays.percentile(50.0) - 1.0).abs() < 0.02);
    }
}
