//! How names are compared and found: by keys that forget case, accents and look-alike letters.

use shared_types::text::{DisplayName, RoomName, Username};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::confusable_detection::skeleton;

/// Two names with one key look the same to a hurried reader (Unicode Technical Standard 39, skeletons, after case folding).
pub fn key(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    let words = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    skeleton(&words).flat_map(char::to_lowercase).collect()
}

/// E-mail addresses are compared without regard to case; anything cleverer would merge different mailboxes.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Lower case, without accents: the form in which names are searched.
fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// What a person types into a search, as words to be matched by prefix; at most four.
pub fn query_words(query: &str) -> Vec<Vec<u8>> {
    fold(query.trim_start_matches(['@', '#'])).split_whitespace().take(4).map(|word| word.as_bytes().to_vec()).collect()
}

/// Everything that a query word may be a prefix of: the whole name and the start of each of its words.
fn terms_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Vec<u8>> {
    let mut terms = Vec::new();
    for name in names {
        let folded = fold(name);
        terms.push(folded.split_whitespace().collect::<String>());
        terms.extend(folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned));
        // Signs belong to words too: `c++` and `[ann]` are found as they are written.
        terms.extend(folded.split_whitespace().map(str::to_owned));
    }
    terms.sort_unstable();
    terms.dedup();
    terms.into_iter().map(String::into_bytes).collect()
}

pub fn user_terms(username: &Username, display_name: &DisplayName) -> Vec<Vec<u8>> {
    terms_of([username.as_str(), display_name.as_str()])
}

pub fn room_terms<'a>(name: &'a RoomName, alias: Option<&'a str>, topic: &'a str) -> Vec<Vec<u8>> {
    terms_of([name.as_str(), topic].into_iter().chain(alias))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_share_a_key() {
        for (a, b) in
            [("ann", "ANN"), ("paypal", "pаypаl"), ("modem", "modern"), ("user1", "userl"), ("ann  lee", "Ann Lee"), ("ﬁsh", "fish")]
        {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        assert_ne!(key("ann"), key("anna"));
    }

    #[test]
    fn words_are_found_by_their_beginnings_in_any_case_and_accent() {
        let terms = user_terms(&Username::trusted("ines.okafor".into()), &DisplayName::trusted("Inês Ökafor".into()));
        for query in ["ines", "OKA", "inesok", "öka", "ines.o"] {
            let words = query_words(query);
            assert!(words.iter().all(|word| terms.iter().any(|term| term.starts_with(word))), "{query}");
        }
    }
}
