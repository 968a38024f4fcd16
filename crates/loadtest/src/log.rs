//! Reads a channel log: who said what in which minute, kept as typed.
//!
//! A line is `[HH:MM] <speaker> text`, `* speaker action` (with or without its time) or a notice, `=== …`. A line of
//! bytes that is not UTF-8 is read as Windows-1252, what chat programs sent before UTF-8: nothing is lost and no line is
//! refused. Control characters (colours and bold, mostly) cannot be stored by the server: they are taken out, and the
//! lines are counted. A text longer than a message may be becomes several.

use shared_types::{ErrorCode, limits, text::MessageBody};

#[derive(Debug, Default)]
pub struct Log {
    pub lines: Vec<Line>,
    pub skipped: Skipped,
    /// Lines that lost control characters.
    pub cleaned: usize,
    /// Lines that were not UTF-8.
    pub recoded: usize,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where in the file, from 1.
    pub number: usize,
    /// Minutes since the midnight before the log begins; never falls.
    pub minute: u32,
    pub speaker: String,
    pub text: MessageBody,
}

/// What of the file is no message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Joins, parts and other notices of the channel.
    pub notices: usize,
    /// Texts of nothing but white space.
    pub blank: usize,
    /// The numbers of lines in no known form.
    pub unreadable: Vec<usize>,
}

/// One line in its parts.
#[derive(Debug, PartialEq, Eq)]
enum Entry<'a> {
    Said { minute: Option<u32>, speaker: &'a str, text: &'a str },
    Done { minute: Option<u32>, speaker: &'a str, action: &'a str },
    Notice,
    Empty,
}

impl Log {
    pub fn parse(bytes: &[u8]) -> Self {
        let mut log = Self::default();
        let mut minute = 0;
        for (index, bytes) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            let (text, was_utf8) = decoded(bytes.strip_suffix(b"\r").unwrap_or(bytes));
            let text = if index == 0 { text.trim_start_matches('\u{FEFF}') } else { &text };
            log.recoded += usize::from(!was_utf8);
            let (at, speaker, text) = match entry(text) {
                Some(Entry::Said { minute, speaker, text }) => (minute, speaker, text.to_owned()),
                Some(Entry::Done { minute, speaker, action }) => (minute, speaker, format!("* {speaker} {action}")),
                Some(Entry::Notice) => {
                    log.skipped.notices += 1;
                    continue;
                }
                Some(Entry::Empty) => continue,
                None => {
                    log.skipped.unreadable.push(number);
                    continue;
                }
            };
            minute = at.map_or(minute, |clock| later(minute, clock));
            log.add(number, minute, speaker, &text);
        }
        log
    }

    fn add(&mut self, number: usize, minute: u32, speaker: &str, text: &str) {
        let (bodies, was_cleaned) = bodies(text);
        self.cleaned += usize::from(was_cleaned);
        self.skipped.blank += usize::from(bodies.is_empty());
        self.lines.extend(bodies.into_iter().map(|text| Line { number, minute, speaker: speaker.to_owned(), text }));
    }

    /// Everybody who speaks, in the order of their first lines.
    pub fn speakers(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        self.lines.iter().map(|line| line.speaker.as_str()).filter(|speaker| seen.insert(*speaker)).collect()
    }

    /// When each line is due, in seconds of the log's own time after its first minute. The lines of one minute spread
    /// evenly over it, for the log does not say more.
    pub fn schedule(&self) -> Vec<f64> {
        let first = self.lines.first().map_or(0, |line| line.minute);
        let mut due = Vec::with_capacity(self.lines.len());
        for minute in self.lines.chunk_by(|a, b| a.minute == b.minute) {
            let start = f64::from(minute[0].minute - first) * 60.0;
            due.extend((0..minute.len()).map(|place| start + 60.0 * place as f64 / minute.len() as f64));
        }
        due
    }
}

fn entry(line: &str) -> Option<Entry<'_>> {
    if line.trim().is_empty() {
        return Some(Entry::Empty);
    }
    if line.starts_with("===") {
        return Some(Entry::Notice);
    }
    let (minute, rest) = match timed(line) {
        Some((minute, rest)) => (Some(minute), rest.trim_start()),
        None => (None, line.trim_start()),
    };
    if rest.starts_with("===") {
        return Some(Entry::Notice);
    }
    if let Some(rest) = rest.strip_prefix('<') {
        let (speaker, text) = rest.split_once('>')?;
        // One space belongs to the form; what follows is text as typed.
        let text = text.strip_prefix(' ').unwrap_or(text);
        return (!speaker.trim().is_empty()).then_some(Entry::Said { minute, speaker, text });
    }
    let rest = rest.strip_prefix("* ")?;
    let (speaker, action) = rest.split_once(' ').unwrap_or((rest, ""));
    (!speaker.is_empty()).then_some(Entry::Done { minute, speaker, action })
}

/// Reads `[HH:MM]` or `[HH:MM:SS]` off the front.
fn timed(line: &str) -> Option<(u32, &str)> {
    let (clock, rest) = line.strip_prefix('[')?.split_once(']')?;
    let mut parts = clock.split(':');
    let hours: u32 = parts.next()?.trim().parse().ok().filter(|hours| *hours < 24)?;
    let minutes: u32 = parts.next()?.parse().ok().filter(|minutes| *minutes < 60)?;
    Some((hours * 60 + minutes, rest))
}

/// The next minute that the clock shows so: over midnight if it jumped back by more than half a day, and no time at all
/// later if it jumped back by less, as clocks do when they are set.
fn later(minute: u32, clock: u32) -> u32 {
    const DAY: u32 = 24 * 60;
    let today = minute - minute % DAY + clock;
    if today + DAY / 2 < minute { today + DAY } else { today.max(minute) }
}

/// The text as one or more messages, and whether control characters had to go; none if it is blank.
fn bodies(text: &str) -> (Vec<MessageBody>, bool) {
    match MessageBody::try_from(text) {
        Ok(body) => (vec![body], false),
        Err(refusal) if refusal.code == ErrorCode::ControlCharacters => {
            let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
            (bodies(&clean).0, true)
        }
        Err(refusal) if refusal.code == ErrorCode::TooLong => {
            let chars: Vec<char> = text.chars().collect();
            let parts = chars.chunks(limits::MESSAGE_CHARS).map(|part| part.iter().collect::<String>());
            let parts = parts.map(|part| bodies(&part)).collect::<Vec<_>>();
            let was_cleaned = parts.iter().any(|(_, was_cleaned)| *was_cleaned);
            (parts.into_iter().flat_map(|(bodies, _)| bodies).collect(), was_cleaned)
        }
        Err(_) => (Vec::new(), false),
    }
}

/// The line as text, and whether it was UTF-8.
fn decoded(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), false),
    }
}

/// What 0x80 to 0x9F mean; five of them are not assigned. <https://encoding.spec.whatwg.org/index-windows-1252.txt>
const C1: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž', '\u{FFFD}', '\u{FFFD}', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => C1[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &[u8]) -> Vec<(u32, String, String)> {
        let lines = Log::parse(bytes).lines.into_iter();
        lines.map(|line| (line.minute, line.speaker, line.text.into_string())).collect()
    }

    fn line(minute: u32, speaker: &str, text: &str) -> (u32, String, String) {
        (minute, speaker.to_owned(), text.to_owned())
    }

    #[test]
    fn speech_actions_and_notices_are_told_apart() {
        let log = Log::parse(b"=== gull [i=g@h] has joined #quay\n[09:03] <gull> low tide at six\n[09:04]  * pier nods\n* gull waves\n\n");
        assert_eq!(log.lines.len(), 3);
        assert_eq!(log.skipped, Skipped { notices: 1, blank: 0, unreadable: Vec::new() });
        assert_eq!(log.speakers(), ["gull", "pier"]);
        assert_eq!(log.lines[1].text.as_str(), "* pier nods");
        assert_eq!((log.lines[2].minute, log.lines[2].number, log.lines[2].text.as_str()), (9 * 60 + 4, 4, "* gull waves"));
    }

    #[test]
    fn text_is_kept_as_typed_behind_the_one_space_of_the_form() {
        assert_eq!(said(b"[10:00] <a>   two > one <b> \t \r\n"), [line(600, "a", "  two > one <b> \t ")]);
        assert_eq!(said("[10:00] <a> \u{FEFF}é\u{200B}🦀".as_bytes()), [line(600, "a", "\u{FEFF}é\u{200B}🦀")]);
    }

    #[test]
    fn blank_texts_are_counted_and_left_out() {
        let log = Log::parse("[10:00] <a>      \n[10:00] <a>\n[10:00] <a> \u{3000}\n".as_bytes());
        assert_eq!((log.lines.len(), log.skipped.blank), (0, 3));
    }

    #[test]
    fn what_has_no_form_is_named_by_its_number() {
        let log = Log::parse(b"--- log opened\n[25:00] <a> x\n[10:00] <a> y\n[10:00] << z\n[10:00] <> z\n");
        assert_eq!(log.skipped.unreadable, [1, 2, 4, 5]);
        assert_eq!(log.lines.len(), 1);
    }

    #[test]
    fn old_bytes_are_read_as_what_they_meant() {
        let log = Log::parse(b"[10:00] <a> caf\xe9 \x80 5\n[10:00] <a> ok\n");
        assert_eq!(log.lines[0].text.as_str(), "café € 5");
        assert_eq!(log.recoded, 1);
    }

    #[test]
    fn control_characters_go_and_are_counted() {
        let log = Log::parse(b"[10:00] <a> \x0304red\x03 and \x02bold\x02\tend\n[10:00] <a> \x02\x02\n");
        assert_eq!(log.lines[0].text.as_str(), "04red and bold\tend");
        assert_eq!((log.lines.len(), log.cleaned, log.skipped.blank), (1, 2, 1));
    }

    #[test]
    fn a_text_beyond_the_limit_becomes_several() {
        let text = format!("[10:00] <a> {}", "🦀".repeat(limits::MESSAGE_CHARS * 2 + 1));
        let lengths: Vec<usize> = said(text.as_bytes()).iter().map(|(_, _, text)| text.chars().count()).collect();
        assert_eq!(lengths, [limits::MESSAGE_CHARS, limits::MESSAGE_CHARS, 1]);
    }

    #[test]
    fn minutes_go_on_over_midnight_and_never_back() {
        let minutes: Vec<u32> = said(b"[23:59] <a> x\n[00:01] <a> y\n[00:00] <a> z\n[00:02] <a> w\n").iter().map(|line| line.0).collect();
        assert_eq!(minutes, [1439, 1441, 1441, 1442]);
    }

    #[test]
    fn the_lines_of_a_minute_spread_over_it() {
        let log = Log::parse(b"[10:00] <a> x\n[10:00] <a> y\n[10:02] <a> z\n");
        let due: Vec<u64> = log.schedule().into_iter().map(|seconds| seconds as u64).collect();
        assert_eq!(due, [0, 30, 120]);
    }
}
