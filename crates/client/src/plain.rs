//! The text of a message as words, links and names. Nothing here is markup: views make text nodes and anchors of it.

use shared_types::mention::mentions;

/// A stretch of a text. All stretches together are the text, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    /// `http` and `https` only.
    Link {
        text: String,
        href: String,
    },
    /// `@username` of somebody whom the message mentions.
    Mention {
        text: String,
        username: String,
    },
}

impl Segment {
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Link { text, .. } | Self::Mention { text, .. } => text,
        }
    }
}

/// Longer ones stay text: nobody follows them, and some browsers choke.
const LONGEST_LINK: usize = 2_048;

/// Splits a text where its links begin and end.
pub fn segments(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut text_from = 0;
    let mut look_from = 0;
    while let Some(start) = next_scheme(text, look_from) {
        let length = link_length(&text[start..]);
        look_from = start + length.max(4);
        if length == 0 {
            continue;
        }
        if start > text_from {
            segments.push(Segment::Text(text[text_from..start].to_owned()));
        }
        let link = &text[start..start + length];
        segments.push(Segment::Link { text: link.to_owned(), href: link.to_owned() });
        text_from = start + length;
    }
    if text_from < text.len() {
        segments.push(Segment::Text(text[text_from..].to_owned()));
    }
    segments
}

/// The same, with the names of these people set apart; `usernames` in lower case.
pub fn segments_naming(text: &str, usernames: &[String]) -> Vec<Segment> {
    let mentions = if usernames.is_empty() { Vec::new() } else { mentions(text) };
    let mut mentions = mentions.into_iter().filter(|mention| usernames.contains(&mention.username)).peekable();
    let mut at = 0;
    let mut named = Vec::new();
    for segment in segments(text) {
        let end = at + segment.text().len();
        if matches!(segment, Segment::Text(_)) {
            while let Some(mention) = mentions.next_if(|mention| mention.at.end <= end) {
                // One that begins inside a link is part of it.
                if mention.at.start < at {
                    continue;
                }
                if mention.at.start > at {
                    named.push(Segment::Text(text[at..mention.at.start].to_owned()));
                }
                at = mention.at.end;
                named.push(Segment::Mention { text: text[mention.at].to_owned(), username: mention.username });
            }
            if at < end {
                named.push(Segment::Text(text[at..end].to_owned()));
            }
        } else {
            named.push(segment);
        }
        at = end;
    }
    named
}

/// Whether a text is one to three emoji and nothing else: drawn large, without a bubble.
pub fn is_emoji_only(text: &str) -> bool {
    let text = text.trim();
    // The longest emoji there are have ten scalar values.
    if text.is_empty() || text.chars().count() > 30 {
        return false;
    }
    let (mut count, mut joined, mut half_flag) = (0, false, false);
    for c in text.chars() {
        match c {
            '\u{200D}' => joined = true,
            // Style, keycap, skin, and the tags of the flags of regions: part of what came before.
            '\u{FE0F}' | '\u{20E3}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' if count > 0 => {}
            '\u{1F1E6}'..='\u{1F1FF}' => {
                half_flag = !half_flag;
                count += u32::from(half_flag);
            }
            '\u{231A}'..='\u{231B}'
            | '\u{23E9}'..='\u{23FA}'
            | '\u{25AA}'..='\u{25FE}'
            | '\u{2600}'..='\u{27BF}'
            | '\u{2B05}'..='\u{2B55}'
            | '\u{1F000}'..='\u{1FAFF}' => {
                count += u32::from(!joined);
                joined = false;
            }
            _ => return false,
        }
    }
    !half_flag && (1..=3).contains(&count)
}

/// The next place at which `http://` or `https://` begins a word.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|at| {
        let rest = &bytes[*at..];
        let is_scheme = starts_with(rest, b"http://") || starts_with(rest, b"https://");
        is_scheme && !text[..*at].chars().next_back().is_some_and(char::is_alphanumeric)
    })
}

fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.len() >= start.len() && bytes[..start.len()].eq_ignore_ascii_case(start)
}

/// How many bytes of this text, which begins with a scheme, are the link; 0 if there is no host.
fn link_length(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '“' | '”' | '«' | '»'))
        .unwrap_or(text.len());
    let mut link = &text[..end];
    // What closes the sentence or the bracket around the link is not part of it.
    while let Some(last) = link.chars().next_back() {
        let is_outside = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '…' | '。' | '，' | '、' => true,
            ')' => closes_more(link, '(', ')'),
            ']' => closes_more(link, '[', ']'),
            '}' => closes_more(link, '{', '}'),
            _ => false,
        };
        if !is_outside {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    let host = link.split_once("://").map_or("", |(_, rest)| rest);
    let has_host = host.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '[');
    // A name before the host ("https://bank.example@evil.example") is there to deceive.
    let authority = host.split(['/', '?', '#']).next().unwrap_or_default();
    if has_host && !authority.contains('@') && link.len() <= LONGEST_LINK { link.len() } else { 0 }
}

fn closes_more(text: &str, open: char, close: char) -> bool {
    text.matches(close).count() > text.matches(open).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links(text: &str) -> Vec<String> {
        segments(text)
            .into_iter()
            .filter(|segment| matches!(segment, Segment::Link { .. }))
            .map(|segment| segment.text().to_owned())
            .collect()
    }

    #[test]
    fn a_link_ends_where_a_reader_would_end_it() {
        for (text, link) in [
            ("see https://a.example/b?c=d#e.", "https://a.example/b?c=d#e"),
            ("(https://a.example/x)", "https://a.example/x"),
            ("https://en.example/wiki/Tide_(sea), and", "https://en.example/wiki/Tide_(sea)"),
            ("HTTP://A.example!", "HTTP://A.example"),
            ("“https://a.example”", "https://a.example"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x"),
            ("https://ä.example/ü", "https://ä.example/ü"),
        ] {
            assert_eq!(links(text), [link], "{text}");
        }
        assert_eq!(links("https://a.example http://b.example").len(), 2);
    }

    #[test]
    fn nothing_else_becomes_a_link() {
        for text in [
            "javascript:alert(1)",
            "ftp://a.example",
            "xhttps://a.example",
            "https://",
            "http:// a",
            "https://bank.example@evil.example/",
            "data:text/html,<script>",
            "https://.",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn only_who_is_mentioned_is_set_apart() {
        let named: Vec<String> = segments_naming("@Ann, @bob: https://a.example/@ann and `@ann`", &["ann".to_owned()])
            .into_iter()
            .filter(|segment| matches!(segment, Segment::Mention { .. }))
            .map(|segment| segment.text().to_owned())
            .collect();
        assert_eq!(named, ["@Ann"]);
    }

    #[test]
    fn emoji_alone_are_found_and_nothing_else() {
        for text in ["🦀", " 🦀🎉❤️ ", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "👍🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "⌚"]
        {
            assert!(is_emoji_only(text), "{text}");
        }
        for text in ["", "a", "🦀a", "🦀🦀🦀🦀", "1", "12", "🇩", "#", "\u{FE0F}"] {
            assert!(!is_emoji_only(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_segments_are_the_text_and_every_link_is_a_web_link(text in "(https?://|[a-z.()@/ \n\"é🦀]|http|:|@ab|`){0,40}") {
            let named = segments_naming(&text, &["abc".to_owned(), "é".to_owned(), "ab".to_owned()]);
            prop_assert_eq!(named.iter().map(Segment::text).collect::<String>(), text.as_str());
            let segments = segments(&text);
            prop_assert_eq!(segments.iter().map(Segment::text).collect::<String>(), text);
            for segment in segments {
                if let Segment::Link { href, .. } = segment {
                    let lower = href.to_lowercase();
                    prop_assert!(lower.starts_with("http://") || lower.starts_with("https://"));
                    prop_assert!(!href.contains(char::is_whitespace));
                }
            }
        }
    }
}
