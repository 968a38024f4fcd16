//! What is begun and not sent.

/// A draft is stored so long after the last key.
pub const DEBOUNCE_MS: u32 = 300;
/// Characters of a text that a list shows of it.
pub const GLANCE_CHARS: usize = 160;

/// What is worth keeping of a text in the composer: all of it, or nothing if nothing can be seen in it.
pub fn keepable(text: &str) -> &str {
    if text.trim().is_empty() { "" } else { text }
}

/// The beginning of a text, in one line.
pub fn glance(text: &str) -> String {
    let mut line = String::new();
    let mut left = GLANCE_CHARS;
    for word in text.split_whitespace() {
        if left == 0 {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
            left -= 1;
        }
        let taken: String = word.chars().take(left).collect();
        left -= taken.chars().count();
        line.push_str(&taken);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_needs_something_to_be_seen() {
        assert_eq!(keepable(" \n"), "");
        assert_eq!(keepable(" a "), " a ");
    }

    #[test]
    fn a_glance_is_one_short_line() {
        assert_eq!(glance("  one\n\n two\tthree "), "one two three");
        assert_eq!(glance(&"🦀".repeat(500)).chars().count(), GLANCE_CHARS);
        assert!(glance(&"ab ".repeat(500)).chars().count() <= GLANCE_CHARS);
    }
}
