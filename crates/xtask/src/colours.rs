//! Raw colours in style sheets: only the tokens may name one.

const FUNCTIONS: &[&str] = &["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color("];

/// The raw colours in a style sheet, each with its line number.
pub fn raw_in(css: &str) -> Vec<(usize, String)> {
    let css = without_comments(css);
    let mut found = Vec::new();
    for (at, letter) in css.char_indices() {
        let rest = &css[at..];
        let before = css[..at].chars().next_back().unwrap_or(' ');
        let colour = if letter == '#' && !css[..at].ends_with("url(") {
            hex(rest).filter(|_| is_in_value(rest))
        } else if is_name(before) {
            None
        } else {
            FUNCTIONS.iter().find(|name| rest.starts_with(**name)).copied()
        };
        if let Some(colour) = colour {
            found.push((css[..at].matches('\n').count() + 1, colour.to_owned()));
        }
    }
    found
}

/// `#` and 3, 4, 6 or 8 hexadecimal digits, not the beginning of a longer name.
fn hex(text: &str) -> Option<&str> {
    let length = text[1..].find(|letter| !is_name(letter)).unwrap_or(text.len() - 1);
    let digits = &text[1..=length];
    (matches!(length, 3 | 4 | 6 | 8) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())).then(|| &text[..=length])
}

/// A selector (`#face {`) runs into a brace; a value ends before one.
fn is_in_value(rest: &str) -> bool {
    rest.find([';', '{', '}']).is_none_or(|end| !rest[end..].starts_with('{'))
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '-' || letter == '_'
}

/// The same text with comments blanked out; line numbers stay.
fn without_comments(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        let end = rest[start..].find("*/").map_or(rest.len(), |end| start + end + 2);
        plain.push_str(&rest[..start]);
        plain.extend(rest[start..end].chars().filter(|letter| *letter == '\n'));
        rest = &rest[end..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::raw_in;

    fn colours(css: &str) -> Vec<String> {
        raw_in(css).into_iter().map(|(_, colour)| colour).collect()
    }

    #[test]
    fn raw_colours_are_found() {
        assert_eq!(colours("a { color: #abc; background: #a0b1c2d3 }"), ["#abc", "#a0b1c2d3"]);
        assert_eq!(colours("a { color: rgb(0 0 0); border: 1px solid oklch(50% 0.1 20) }"), ["rgb(", "oklch("]);
        assert_eq!(raw_in("/* #fff\n#000 */\n\na { color: #fff }"), [(4, "#fff".to_owned())]);
    }

    #[test]
    fn what_only_looks_like_a_colour_is_left_alone() {
        let css = "#face { color: var(--accent) } a#add:hover, #bed > b { fill: url(#abc); width: calc(1px) }\
                   b { background: color-mix(in oklch, var(--a), var(--b)); mask: url(\"x.svg#icon\"); --my-rgb: var(--c) }";
        assert_eq!(colours(css), Vec::<String>::new());
    }
}
