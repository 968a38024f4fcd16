//! The password rule, the same verdict on server and in the browser: long enough, and not one that is tried first.

use std::fmt;

use serde::{Deserialize, Serialize, de};

use crate::{
    error::{ErrorCode, Invalid},
    limits,
};

/// A password that keeps the rule. Never shown: `Debug` hides it, and no answer of the server contains one.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Password {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::text::schema((limits::PASSWORD_MIN_CHARS, limits::PASSWORD_MAX_BYTES))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl TryFrom<String> for Password {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new(ErrorCode::Required, "Please choose a password."));
        }
        if text.chars().count() < limits::PASSWORD_MIN_CHARS {
            let message = format!("At least {} characters, please. A few words in a row are easy to keep.", limits::PASSWORD_MIN_CHARS);
            return Err(Invalid::new(ErrorCode::TooShort, message).with_limit(limits::PASSWORD_MIN_CHARS));
        }
        if text.len() > limits::PASSWORD_MAX_BYTES {
            return Err(Invalid::new(ErrorCode::TooLong, "That is longer than 1,024 bytes.").with_limit(limits::PASSWORD_MAX_BYTES));
        }
        if is_common(&text) {
            return Err(Invalid::new(
                ErrorCode::PasswordCommon,
                "That is one of the passwords that are tried first. Please choose another.",
            ));
        }
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

/// Words that head the published lists of leaked passwords, in their plain form.
const COMMON_WORDS: &[&str] = &[
    "abcdef",
    "access",
    "admin",
    "administrator",
    "amanda",
    "andrew",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "ashley",
    "baseball",
    "basketball",
    "batman",
    "blink",
    "bubbles",
    "butterfly",
    "buster",
    "changeme",
    "charlie",
    "cheese",
    "chocolate",
    "computer",
    "corvette",
    "daniel",
    "default",
    "dragon",
    "family",
    "ferrari",
    "flower",
    "football",
    "forever",
    "freedom",
    "friends",
    "fuckyou",
    "ginger",
    "google",
    "guest",
    "hannah",
    "hello",
    "helloworld",
    "hunter",
    "iloveu",
    "iloveyou",
    "internet",
    "jennifer",
    "jessica",
    "jordan",
    "joshua",
    "justin",
    "killer",
    "letmein",
    "liverpool",
    "london",
    "login",
    "lovely",
    "loveme",
    "loveyou",
    "maggie",
    "master",
    "matrix",
    "matthew",
    "mercedes",
    "michael",
    "michelle",
    "monkey",
    "mustang",
    "mypassword",
    "nicole",
    "ninja",
    "nothing",
    "parlance",
    "pass",
    "passphrase",
    "passw",
    "passwd",
    "password",
    "passwort",
    "pokemon",
    "princess",
    "purple",
    "qazwsx",
    "qazwsxedc",
    "qwaszx",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "ranger",
    "robert",
    "root",
    "samantha",
    "samsung",
    "secret",
    "server",
    "shadow",
    "silver",
    "soccer",
    "spiderman",
    "starwars",
    "summer",
    "sunshine",
    "superman",
    "sweet",
    "system",
    "taylor",
    "test",
    "tester",
    "testing",
    "testtest",
    "thomas",
    "tigger",
    "trustno",
    "trustnoone",
    "user",
    "welcome",
    "whatever",
    "winter",
    "yellow",
    "zaqxsw",
    "zxcvb",
    "zxcvbn",
    "zxcvbnm",
];

/// Rows of the keyboard and other runs that are typed without thinking.
const RUNS: &[&str] = &[
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm",
    "q1w2e3r4t5y6u7i8o9p0",
    "!@#$%^&*()_+",
];

/// Whether a password stands, up to case, look-alike digits and what is hung on at its ends, on the list that attackers try first.
pub fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    if has_short_period(&lower) || RUNS.iter().any(|run| run.contains(&lower)) {
        return true;
    }
    // `P4ssw0rd!2024`: read look-alikes as letters, then drop digits and signs from both ends.
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let ends_dropped = |text: &str| unleet(text).trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    [core.to_owned(), ends_dropped(core), ends_dropped(&lower)].iter().any(|word| {
        COMMON_WORDS.contains(&word.as_str())
            || RUNS.iter().any(|run| word.len() >= 4 && run.contains(word.as_str()))
            || is_pair_of_common(word)
    })
}

/// Two common words in a row (`adminpassword`) are as quickly tried as one.
fn is_pair_of_common(word: &str) -> bool {
    COMMON_WORDS.iter().any(|head| word.strip_prefix(head).is_some_and(|rest| COMMON_WORDS.contains(&rest)))
}

/// `aaaaaaaaaa`, `abcabcabca`: nothing but one to three characters over and over.
fn has_short_period(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=3).any(|period| chars.iter().skip(period).zip(&chars).all(|(a, b)| a == b))
}

fn unleet(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector file that server and browser share; the browser runs the same code.
    #[test]
    fn the_shared_vectors_hold() {
        for line in include_str!("../tests/passwords.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (verdict, password) = line.split_once('\t').unwrap();
            let actual = match Password::try_from(password.to_owned()) {
                Ok(_) => "ok",
                Err(invalid) => invalid.code.as_str(),
            };
            assert_eq!(actual, verdict, "{password}");
        }
    }

    #[test]
    fn debug_output_hides_it() {
        assert_eq!(format!("{:?}", Password::try_from("correct horse battery".to_owned()).unwrap()), "Password(…)");
    }
}
