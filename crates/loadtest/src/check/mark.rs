//! The canary in every message: who wrote it, which one it is, and which version of it. All of its text follows from that,
//! so that byte for byte can be checked without keeping a byte.

use std::fmt::Write;

use super::Who;

/// Stands around a mark, and nowhere else in what this tool writes.
const FENCE: char = '~';
/// Every so manieth message names somebody.
const NAMES_EVERY: u32 = 7;
/// Every so manieth message is long.
const LONG_EVERY: u64 = 97;
/// What texts are made of: several scripts, signs that JSON and HTML escape, an emoji of several code points.
const WORDS: &[&str] = &["tide", "Möwe", "\"quoted\"", "<b>", "лодка", "海", "a\\b", "boat\nand net", "👩‍🚀", "&amp;", "`code`", "café"];

/// One version of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    pub author: Who,
    /// The author's messages are counted through the whole run.
    pub number: u32,
    /// 0 as it was sent.
    pub version: u32,
}

impl Mark {
    /// The same message's next version.
    #[must_use]
    pub fn edited(self) -> Self {
        Self { version: self.version + 1, ..self }
    }

    /// Whether both are versions of one message.
    pub fn is_of(self, other: Self) -> bool {
        (self.author, self.number) == (other.author, other.number)
    }

    /// Whom this version names, of so many people.
    pub fn names(self, people: u32) -> Option<Who> {
        let names = (self.number + self.version).is_multiple_of(NAMES_EVERY) && self.author.0 < people && people > 1;
        names.then(|| Who((self.author.0 + 1 + self.number / NAMES_EVERY % (people - 1)) % people))
    }

    /// The whole text. `run` tells this run's messages from those of others; `names` are everybody's usernames.
    pub fn text(self, run: u32, names: &[String]) -> String {
        let mut text = format!("{FENCE}{run:x}.{}.{}.{}{FENCE}", self.author.0, self.number, self.version);
        let mut chance = mix((u64::from(self.author.0) << 40) ^ (u64::from(self.number) << 8) ^ u64::from(self.version));
        let words = if chance.is_multiple_of(LONG_EVERY) { 900 } else { chance % 16 };
        for _ in 0..words {
            chance = mix(chance);
            text.push(' ');
            text.push_str(WORDS[usize::try_from(chance % WORDS.len() as u64).unwrap_or(0)]);
        }
        if let Some(name) = self.names(u32::try_from(names.len()).unwrap_or(0)).and_then(|who| names.get(who.0 as usize)) {
            let _ = write!(text, " @{name}");
        }
        text
    }

    /// The mark at the front of a text of this run.
    pub fn of(text: &str, run: u32) -> Option<Self> {
        let (inside, _) = text.strip_prefix(FENCE)?.split_once(FENCE)?;
        Self::parse(inside, run)
    }

    /// Every mark of this run in whatever the server sent.
    pub fn all_in(text: &str, run: u32) -> Vec<Self> {
        text.split(FENCE).filter_map(|inside| Self::parse(inside, run)).collect()
    }

    fn parse(inside: &str, run: u32) -> Option<Self> {
        let mut parts = inside.split('.');
        let is_of_this_run = u32::from_str_radix(parts.next()?, 16) == Ok(run);
        let mark =
            Self { author: Who(parts.next()?.parse().ok()?), number: parts.next()?.parse().ok()?, version: parts.next()?.parse().ok()? };
        (is_of_this_run && parts.next().is_none()).then_some(mark)
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use shared_types::text::MessageBody;

    use super::*;

    #[test]
    fn a_mark_is_found_in_its_text_and_the_text_is_one_that_a_server_takes() {
        let names = ["ann".to_owned(), "bob".to_owned(), "eve".to_owned()];
        for number in 0..500 {
            let mark = Mark { author: Who(number % 3), number, version: number % 4 };
            let text = mark.text(77, &names);
            assert_eq!(Mark::of(&text, 77), Some(mark));
            assert_eq!(Mark::all_in(&format!("{{\"body\":{text:?}}}"), 77), [mark]);
            assert_eq!(Mark::of(&text, 78), None);
            assert_eq!(MessageBody::try_from(text.as_str()).unwrap().as_str(), text);
            assert_ne!(mark.names(3), Some(mark.author));
            assert_eq!(mark.names(3).is_some(), text.contains('@'));
        }
    }
}
