//! How a person is drawn without a picture, and named without a doubt.

use shared_types::{UserId, user::User};

/// Colour and shape of an avatar, the same on every device because it comes from the id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Degrees, one of 12 steps: 8, 38, … 338.
    pub hue: u16,
    /// The corner from which the wash comes, 0 to 3.
    pub corner: u8,
}

pub fn look(id: UserId) -> Look {
    look_of(id.0.as_bytes())
}

/// The same for anything else with an id, a room for instance.
pub fn look_of(bytes: &[u8]) -> Look {
    let hash = fnv_1a(bytes);
    let step = u16::try_from(hash % 12).unwrap_or_default();
    Look { hue: 8 + 30 * step, corner: u8::try_from((hash / 12) % 4).unwrap_or_default() }
}

/// FNV-1a, 32 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn fnv_1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// One or two letters: of the first and of the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    let first = words.next().and_then(first_letter);
    let last = words.next_back().and_then(first_letter);
    match (first, last) {
        (Some(first), Some(last)) => format!("{first}{last}"),
        (Some(first), None) => first,
        // A name without letters: whatever it begins with.
        _ => name.trim().chars().take(1).collect(),
    }
}

/// The word's first letter or digit in capitals, with the marks that sit on it.
fn first_letter(word: &str) -> Option<String> {
    let from = word.find(char::is_alphanumeric)?;
    let mut chars = word[from..].chars();
    let mut letter: String = chars.next()?.to_uppercase().collect();
    letter.extend(chars.take_while(|c| matches!(*c, '\u{0300}'..='\u{036F}')));
    Some(letter)
}

/// "Ann" of "Ann Fisher".
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// The display name, with the username where somebody else had a name that looks the same.
pub fn full_name(user: &User) -> String {
    if user.lookalike { format!("{} (@{})", user.display_name, user.username) } else { user.display_name.as_str().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        for (name, expected) in [
            ("Ann Fisher", "AF"),
            ("ann", "A"),
            ("Ann van der Berg", "AB"),
            ("(eve) [ops]", "EO"),
            ("李明", "李"),
            ("e\u{0301}va", "E\u{0301}"),
            ("🦀", "🦀"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // Values of the authors' test suite.
        assert_eq!(fnv_1a(b""), 0x811c_9dc5);
        assert_eq!(fnv_1a(b"foobar"), 0xbf9c_f968);
    }

    #[test]
    fn looks_stay_within_their_steps() {
        for n in 0..1_000_u32 {
            let look = look_of(&n.to_be_bytes());
            assert!(look.hue >= 8 && look.hue <= 338 && (look.hue - 8).is_multiple_of(30) && look.corner < 4);
        }
    }
}
