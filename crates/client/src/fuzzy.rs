//! Matching what a person types against names: every letter in order, better the closer to the beginnings of words.

/// How well `candidate` matches `query`; higher is better, `None` if a letter is missing. An empty query matches everything alike.
pub fn score(query: &str, candidate: &str) -> Option<u32> {
    let wanted: Vec<char> = letters(query).filter(|c| !c.is_whitespace()).collect();
    let letters: Vec<char> = letters(candidate).collect();
    if wanted.is_empty() {
        return Some(0);
    }
    // From each place where the first letter stands, go on greedily; the best way counts.
    let starts = letters.iter().enumerate().filter(|(_, letter)| **letter == wanted[0]).map(|(place, _)| place);
    let best = starts.filter_map(|start| score_from(&wanted, &letters, start)).max()?;
    // Of equal ways the shorter name is the better match.
    let spare = u32::try_from(letters.len() - wanted.len()).unwrap_or(u32::MAX);
    Some(best + 50_u32.saturating_sub(spare.min(50)))
}

fn score_from(wanted: &[char], letters: &[char], start: usize) -> Option<u32> {
    let mut score = 0;
    let mut place = start;
    let mut last = None;
    for letter in wanted {
        let begins_here = |at: usize| at == 0 || !letters[at - 1].is_alphanumeric();
        let rest = place..letters.len();
        // The next letter in a row, or one that begins a word, before any other.
        let found = rest.clone().find(|at| letters[*at] == *letter && (Some(*at) == last.map(|last| last + 1) || begins_here(*at)));
        let at = found.or_else(|| rest.clone().find(|at| letters[*at] == *letter))?;
        score += match last {
            Some(last) if at == last + 1 => 90,
            _ if at == 0 => 100,
            _ if begins_here(at) => 80,
            _ => 10,
        };
        last = Some(at);
        place = at + 1;
    }
    Some(score)
}

/// Lower case, without the marks of the Latin letters that keyboards do not all have.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).filter(|c| !matches!(*c, '\u{0300}'..='\u{036F}')).map(plain)
}

fn plain(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_names_that_a_person_means_come_first() {
        for (query, better, worse) in [
            ("tc", "Tide Charts", "Watch"),
            ("ann", "Ann Fisher", "Joanna"),
            ("gen", "general", "agenda 8 n"),
            ("field", "field-notes", "Battlefield"),
            ("fn", "field-notes", "finance"),
            ("ra", "Rachel", "Barry Zara"),
        ] {
            let (good, bad) = (score(query, better), score(query, worse));
            assert!(good > bad && good.is_some(), "{query}: {better} {good:?}, {worse} {bad:?}");
        }
    }

    #[test]
    fn marks_and_case_do_not_matter_and_letters_do() {
        assert!(score("ines", "Inês").is_some());
        assert!(score("ŁUKASZ", "lukasz").is_some());
        assert_eq!(score("xyz", "Ann"), None);
        assert_eq!(score("nna", "Ann"), None);
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_and_its_beginning(name in "[a-z]{1,8}( [a-z]{1,8})?", cut in 1..8_usize) {
            prop_assert!(score(&name, &name).is_some());
            let beginning: String = name.chars().take(cut).collect();
            prop_assert!(score(&beginning, &name).is_some());
        }

        #[test]
        fn nothing_panics(query in any::<String>(), candidate in any::<String>()) {
            let _ = score(&query, &candidate);
        }
    }
}
