//! What a server did to its files and told its clients, call by call, and what of it a power cut would have left.
//!
//! The model is the harshest that a disk may be and still keep POSIX: a write is lost unless a sync of its file began after
//! it and has returned. A new file is there once it was synced itself, a removed one is gone once its folder was synced.
//! Optionally some of the unsynced writes have reached the disk all the same, in any order, cut anywhere in between.

use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::HashMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::lab::Chance;

/// Calls that are traced: everything that writes to files, and what tells clients.
pub const CALLS: &str = "pwrite64,pwritev,write,writev,ftruncate,fsync,fdatasync,sync_file_range,fallocate,unlink,unlinkat,rename,renameat,renameat2,sendto,sendmsg";

/// What a disk writes in one piece.
const SECTOR: usize = 512;

/// One step of a traced program, in the order in which they began or, for syncs, returned.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Write {
        file: PathBuf,
        at: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        file: PathBuf,
        length: u64,
    },
    /// A sync begins: what was written before it is covered.
    Begin {
        thread: u32,
        file: PathBuf,
    },
    /// It has returned.
    Synced {
        thread: u32,
        file: PathBuf,
    },
    Remove {
        file: PathBuf,
    },
    /// Acknowledged messages, as clients read them.
    Acked {
        messages: Vec<Value>,
    },
}

/// Reads what `strace -f -y -xx` wrote. Only files below `folder` count.
pub fn read(trace: impl BufRead, folder: &Path) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut syncing: HashMap<u32, PathBuf> = HashMap::new();
    for line in trace.lines() {
        let line = line?;
        let Some((thread, rest)) = line.trim_start().split_once(' ') else { continue };
        let (thread, rest) = (thread.parse::<u32>().context("a line without a thread")?, rest.trim_start());
        if rest.starts_with("<... ") {
            if let Some(file) = syncing.remove(&thread).filter(|_| rest.contains("sync") && rest.ends_with("= 0")) {
                steps.push(Step::Synced { thread, file });
            }
            continue;
        }
        let Some((call, arguments)) = rest.split_once('(') else { continue };
        let is_whole = !rest.ends_with("<unfinished ...>");
        let failed = is_whole && rest.rsplit_once(" = ").is_some_and(|(_, result)| result.starts_with('-'));
        if failed {
            continue;
        }
        match call {
            "fsync" | "fdatasync" => {
                let Some(file) = file_of(arguments).filter(|file| file.starts_with(folder)) else { continue };
                steps.push(Step::Begin { thread, file: file.clone() });
                if is_whole {
                    steps.push(Step::Synced { thread, file });
                } else {
                    syncing.insert(thread, file);
                }
            }
            "pwrite64" => {
                let Some(file) = file_of(arguments).filter(|file| file.starts_with(folder)) else { continue };
                let bytes = strings(arguments).pop().unwrap_or_default();
                let at = numbers_after_string(arguments).nth(1).context("a write without a place")?;
                steps.push(Step::Write { file, at, bytes });
            }
            "ftruncate" => {
                let Some(file) = file_of(arguments).filter(|file| file.starts_with(folder)) else { continue };
                let length =
                    arguments.rsplit(", ").next().and_then(|rest| digits(rest).parse().ok()).context("a truncation without a length")?;
                steps.push(Step::Truncate { file, length });
            }
            "unlink" | "unlinkat" => {
                let file = strings(arguments).pop().map(|name| PathBuf::from(String::from_utf8_lossy(&name).into_owned()));
                if let Some(file) = file.filter(|file| file.starts_with(folder)) {
                    steps.push(Step::Remove { file });
                }
            }
            "write" | "writev" | "sendto" | "sendmsg" => {
                let bytes: Vec<u8> = strings(arguments).concat();
                let messages = acked(&bytes);
                if !messages.is_empty() {
                    steps.push(Step::Acked { messages });
                }
            }
            _ => {}
        }
    }
    Ok(steps)
}

/// The path that `-y` puts behind the descriptor.
fn file_of(arguments: &str) -> Option<PathBuf> {
    let (_, rest) = arguments.split_once('<')?;
    let (name, _) = rest.split_once('>')?;
    Some(PathBuf::from(String::from_utf8_lossy(&unhex(name)).into_owned()))
}

/// What stands between quotes, decoded.
fn strings(arguments: &str) -> Vec<Vec<u8>> {
    arguments.split('"').skip(1).step_by(2).map(unhex).collect()
}

fn numbers_after_string(arguments: &str) -> impl Iterator<Item = u64> {
    let rest = arguments.rsplit_once('"').map_or("", |(_, rest)| rest);
    rest.split(", ").filter_map(|part| digits(part).parse().ok()).collect::<Vec<_>>().into_iter()
}

fn digits(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// `\x41\x42` to bytes.
fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks_exact(4).filter_map(|escape| u8::from_str_radix(std::str::from_utf8(&escape[2..]).ok()?, 16).ok()).collect()
}

/// The messages of `ack` frames, and of answers to `POST` that said 201.
fn acked(bytes: &[u8]) -> Vec<Value> {
    const ACK: &[u8] = br#"{"type":"ack""#;
    let mut messages = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(ACK.len()).position(|window| window == ACK) {
        rest = &rest[at..];
        let frame = serde_json::Deserializer::from_slice(rest).into_iter::<Value>().next();
        if let Some(Ok(frame)) = frame {
            messages.push(frame["message"].clone());
        }
        rest = &rest[ACK.len()..];
    }
    if bytes.starts_with(b"HTTP/1.1 201") {
        let body = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(&[][..], |at| &bytes[at + 4..]);
        let answer = serde_json::from_slice::<Value>(body).unwrap_or_default();
        if answer.get("nonce").is_some() && answer.get("seq").is_some() {
            messages.push(answer);
        }
    }
    messages
}

/// A disk that forgets what was not synced.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: HashMap<PathBuf, File>,
    removed: Vec<PathBuf>,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// Nobody knows of it before its first sync.
    is_there: bool,
    safe: Vec<u8>,
    /// Changes since, each with its number.
    open: Vec<(u64, Change)>,
    count: u64,
    /// What each thread's sync covers.
    syncing: HashMap<u32, u64>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

impl Disk {
    /// Takes one step. A sync that `drops` names does nothing, as on a disk that lies.
    pub fn take(&mut self, step: &Step, drops: impl Fn(&Path) -> bool) {
        match step {
            Step::Write { file, at, bytes } => self.change(file, Change::Write(*at, bytes.clone())),
            Step::Truncate { file, length } => self.change(file, Change::Truncate(*length)),
            Step::Begin { thread, file } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.syncing.insert(*thread, file.count);
                }
            }
            Step::Synced { thread, file } => {
                if !drops(file) {
                    self.sync(*thread, file);
                }
            }
            Step::Remove { file } => self.removed.push(file.clone()),
            Step::Acked { .. } => {}
        }
    }

    fn change(&mut self, name: &Path, change: Change) {
        // A file that was removed and made anew is another one.
        if let Some(at) = self.removed.iter().position(|removed| removed == name) {
            self.removed.remove(at);
            self.files.remove(name);
        }
        let file = self.files.entry(name.to_path_buf()).or_default();
        file.count += 1;
        file.open.push((file.count, change));
    }

    fn sync(&mut self, thread: u32, name: &Path) {
        if let Some(file) = self.files.get_mut(name) {
            let covered = file.syncing.remove(&thread).unwrap_or(0);
            file.is_there = true;
            let (safe, open): (Vec<_>, Vec<_>) = std::mem::take(&mut file.open).into_iter().partition(|(number, _)| *number <= covered);
            for (_, change) in &safe {
                apply(&mut file.safe, change);
            }
            file.open = open;
        }
        // A folder's sync makes removals last.
        let files = &mut self.files;
        self.removed.retain(|removed| {
            let is_here = removed.parent() == Some(name);
            if is_here {
                files.remove(removed);
            }
            !is_here
        });
    }

    /// What is found when the power is back: each file with its bytes. With `luck`, some of what was not synced as well.
    pub fn after_the_cut(&self, mut luck: Option<&mut Chance>) -> Vec<(PathBuf, Vec<u8>)> {
        let mut names: Vec<_> = self.files.keys().collect();
        names.sort();
        let mut found = Vec::new();
        for name in names {
            let file = &self.files[name];
            let mut bytes = file.safe.clone();
            if let Some(chance) = luck.as_deref_mut() {
                for (_, change) in &file.open {
                    match change {
                        // The shared-memory index is no file of record, and other changes reach the disk in sectors.
                        Change::Write(at, written) => {
                            for (sector, piece) in (0..).zip(written.chunks(SECTOR)) {
                                if chance.below(2) == 0 {
                                    apply(&mut bytes, &Change::Write(at + sector * SECTOR as u64, piece.to_vec()));
                                }
                            }
                        }
                        Change::Truncate(_) if chance.below(2) == 0 => apply(&mut bytes, change),
                        Change::Truncate(_) => {}
                    }
                }
            }
            if file.is_there {
                found.push((name.clone(), bytes));
            }
        }
        found
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, written) => {
            let at = usize::try_from(*at).unwrap_or(usize::MAX);
            if bytes.len() < at + written.len() {
                bytes.resize(at + written.len(), 0);
            }
            bytes[at..at + written.len()].copy_from_slice(written);
        }
        Change::Truncate(length) => bytes.resize(usize::try_from(*length).unwrap_or(usize::MAX), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.bytes().fold(String::new(), |text, byte| text + &format!("\\x{byte:02x}"))
    }

    fn steps(lines: &[String]) -> Vec<Step> {
        read(lines.join("\n").as_bytes(), Path::new("/d")).unwrap()
    }

    fn write(text: &str, at: u64) -> String {
        format!("7 pwrite64(3<{}>, \"{}\", {}, {at}) = {}", hex("/d/a"), hex(text), text.len(), text.len())
    }

    fn sync(name: &str) -> String {
        format!("7 fsync(3<{}>) = 0", hex(name))
    }

    fn left(lines: &[String]) -> Vec<(PathBuf, Vec<u8>)> {
        let mut disk = Disk::default();
        for step in steps(lines) {
            disk.take(&step, |_| false);
        }
        disk.after_the_cut(None)
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_is_lost() {
        assert_eq!(left(&[write("ab", 0)]), [], "a file that was never synced");
        assert_eq!(left(&[write("ab", 0), sync("/d/a"), write("X", 1)]), [("/d/a".into(), b"ab".to_vec())]);
        assert_eq!(left(&[write("ab", 0), sync("/d/a"), write("X", 1), sync("/d/a")]), [("/d/a".into(), b"aX".to_vec())]);
        let failed = sync("/d/a").replace("= 0", "= -1 EIO (Input/output error)");
        assert_eq!(left(&[write("ab", 0), failed]), []);
    }

    #[test]
    fn a_sync_covers_what_was_written_before_it_began() {
        let begin = format!("8 fsync(3<{}> <unfinished ...>", hex("/d/a"));
        let end = "8 <... fsync resumed>) = 0".to_owned();
        assert_eq!(left(&[write("ab", 0), begin.clone(), write("c", 2), end]), [("/d/a".into(), b"ab".to_vec())]);
        assert_eq!(left(&[write("ab", 0), begin]), [], "it has not returned");
    }

    #[test]
    fn a_removal_lasts_with_its_folder() {
        let remove = format!("7 unlink(\"{}\") = 0", hex("/d/a"));
        let before = [write("ab", 0), sync("/d/a"), remove];
        assert_eq!(left(&before).len(), 1);
        assert_eq!(left(&[before.to_vec(), vec![sync("/d")]].concat()), []);
        assert_eq!(left(&[before.to_vec(), vec![write("n", 0), sync("/d/a")]].concat()), [("/d/a".into(), b"n".to_vec())]);
    }

    #[test]
    fn a_disk_that_lies_keeps_nothing() {
        let mut disk = Disk::default();
        for step in steps(&[write("ab", 0), sync("/d/a")]) {
            disk.take(&step, |file| file.ends_with("a"));
        }
        assert_eq!(disk.after_the_cut(None), []);
    }

    #[test]
    fn acknowledgements_are_read_from_frames_and_answers() {
        let frame = r#"xx{"type":"ack","nonce":"n","message":{"id":"1","seq":4,"nonce":"n"}}yy{"type":"event"}"#;
        let answer = "HTTP/1.1 201 Created\r\na: b\r\n\r\n{\"id\":\"2\",\"seq\":5,\"nonce\":\"m\"}";
        let other = "HTTP/1.1 201 Created\r\n\r\n{\"id\":\"3\"}";
        let lines: Vec<String> = [frame, answer, other].iter().map(|text| format!("7 write(9<x>, \"{}\", 1) = 1", hex(text))).collect();
        let ids: Vec<Value> = steps(&lines)
            .into_iter()
            .flat_map(|step| match step {
                Step::Acked { messages } => messages,
                _ => vec![],
            })
            .map(|message| message["id"].clone())
            .collect();
        assert_eq!(ids, ["1", "2"]);
    }
}
