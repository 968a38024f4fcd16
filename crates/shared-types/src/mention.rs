//! Whom a text names: `@username` at the start of a word, outside of code.

use crate::limits;

/// Names that one message can mention; what comes after is plain text.
pub const MOST: usize = 50;

/// One `@username` in a text: the bytes that it takes there, the `@` included, and the name in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub at: std::ops::Range<usize>,
    pub username: String,
}

/// In order of appearance, the same name as often as it appears. Whether such a person is there is for others to know.
///
/// Code does not mention: neither between backticks (a run of backticks ends at a run of the same length) nor in a block
/// between lines of three.
pub fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    if !text.contains('@') {
        return found;
    }
    let mut at = 0;
    let mut before = None;
    while let Some(next) = text[at..].chars().next() {
        if next == '`' {
            let run = text[at..].bytes().take_while(|byte| *byte == b'`').count();
            at += run;
            if let Some(end) = closing(&text[at..], run) {
                at += end;
            }
            before = Some('`');
            continue;
        }
        if next == '@' && before.is_none_or(|before: char| !before.is_alphanumeric() && !matches!(before, '@' | '/' | '.' | '_' | '-')) {
            let end = at + 1 + name_bytes(&text[at + 1..]);
            let length = text[at + 1..end].chars().count();
            if (limits::USERNAME_CHARS.0..=limits::USERNAME_CHARS.1).contains(&length) && found.len() < MOST {
                found.push(Mention { at: at..end, username: text[at + 1..end].to_lowercase() });
                before = Some('a');
                at = end;
                continue;
            }
        }
        before = Some(next);
        at += next.len_utf8();
    }
    found
}

/// Where a run of exactly so many backticks ends, if there is one.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`').map(|start| at + start) {
        let length = text[start..].bytes().take_while(|byte| *byte == b'`').count();
        at = start + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

/// The bytes of a username at the start of a text; a full stop or dash at its end belongs to the sentence.
fn name_bytes(text: &str) -> usize {
    let run = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-')).unwrap_or(text.len());
    text[..run].trim_end_matches(['.', '-', '_']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        mentions(text).into_iter().map(|mention| mention.username).collect()
    }

    #[test]
    fn names_stand_at_the_start_of_a_word() {
        assert_eq!(names("@Ann, (@bob) and @eve-2. @Жанна"), ["ann", "bob", "eve-2", "жанна"]);
        assert_eq!(names("ann@example.org, @@bob, /@eve, @a"), [""; 0]);
    }

    #[test]
    fn code_mentions_nobody() {
        assert_eq!(names("`@ann` ``x ` @bob`` @eve"), ["eve"]);
        assert_eq!(names("```\n@ann\n```\n@bob"), ["bob"]);
        assert_eq!(names("a ` alone, @ann"), ["ann"]);
    }

    #[test]
    fn the_place_is_the_bytes_of_the_name() {
        let text = "é @ann!";
        let found = mentions(text);
        assert_eq!(&text[found[0].at.clone()], "@ann");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "[@`a-z .\\n\\PC]{0,80}") {
            for mention in mentions(&text) {
                proptest::prop_assert!(text[mention.at.clone()].starts_with('@'));
            }
        }
    }
}
