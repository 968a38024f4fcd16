//! Text with rules. Parsing is the only way to a value, and serde parses too, so no inner code checks again.

use std::fmt;

use serde::{Deserialize, Serialize, de};

use crate::{
    error::{ErrorCode, Invalid},
    limits,
};

/// Which control characters a field takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// Shared rules: not blank (unless `min` is 0), within the bounds in Unicode scalar values, no control characters.
fn check(text: &str, (min, max): (usize, usize), lines: Lines) -> Result<(), Invalid> {
    if min > 0 && text.trim().is_empty() {
        return Err(Invalid::new(ErrorCode::Required, "Please fill this in."));
    }
    let length = text.chars().count();
    if length < min {
        let message = format!("That is too short: at least {min} characters, please.");
        return Err(Invalid::new(ErrorCode::TooShort, message).with_limit(min));
    }
    if length > max {
        let message = format!("That is too long: {length} characters, and {max} fit.");
        return Err(Invalid::new(ErrorCode::TooLong, message).with_limit(max));
    }
    if text.chars().any(|c| c.is_control() && !(lines == Lines::Many && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(Invalid::new(ErrorCode::ControlCharacters, "That holds a control character, which cannot be stored."));
    }
    Ok(())
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $bounds:expr, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }

            /// A value from our own storage, which only ever stored parsed text.
            pub fn trusted(text: String) -> Self {
                Self(text)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::text::schema($bounds)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                let parse: fn(String) -> Result<String, Invalid> = $parse;
                parse(text).map(Self)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Invalid;

            fn try_from(text: &str) -> Result<Self, Invalid> {
                text.to_owned().try_into()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
}

/// The OpenAPI schema of bounded text; lengths are in characters.
#[cfg(feature = "openapi")]
pub(crate) fn schema((min, max): (usize, usize)) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).min_length(Some(min)).max_length(Some(max)).into()
}

fn one_line(text: &str, bounds: (usize, usize)) -> Result<String, Invalid> {
    let trimmed = text.trim();
    check(trimmed, bounds, Lines::One)?;
    Ok(trimmed.to_owned())
}

text!(
    /// The text of a message, kept byte for byte. 1 to 16,000 characters, not only white space.
    MessageBody, (1, limits::MESSAGE_CHARS),
    |text| check(&text, (1, limits::MESSAGE_CHARS), Lines::Many).map(|()| text)
);
text!(
    /// The name a person signs in with and is mentioned by, in lower case: letters and digits of any script, with `.`, `_`, `-`
    /// between them.
    Username, limits::USERNAME_CHARS,
    |text| {
        let name = one_line(&text.to_lowercase(), limits::USERNAME_CHARS)?;
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !name.chars().all(inner) || !edge(name.chars().next()) || !edge(name.chars().next_back()) {
            return Err(Invalid::new(
                ErrorCode::InvalidFormat,
                "A username has letters and digits, with . _ - between them, and no spaces.",
            ));
        }
        Ok(name)
    }
);
text!(
    /// An address that could receive mail; kept as written, compared without regard to case.
    Email, (3, limits::EMAIL_CHARS),
    |text| {
        let email = one_line(&text, (3, limits::EMAIL_CHARS))?;
        let shaped = email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && local.len() <= 64 && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..") && !host.is_empty()
        });
        if !shaped || email.chars().any(char::is_whitespace) {
            return Err(Invalid::new(ErrorCode::InvalidFormat, "That does not look like an e-mail address."));
        }
        Ok(email)
    }
);
text!(
    /// What others see a person as. Not unique; see `User::lookalike`.
    DisplayName, (1, limits::DISPLAY_NAME_CHARS),
    |text| {
        let name = one_line(&text, (1, limits::DISPLAY_NAME_CHARS))?;
        if name.chars().all(is_invisible) {
            return Err(Invalid::new(ErrorCode::Required, "Please fill this in."));
        }
        if name.chars().any(is_direction_override) {
            return Err(Invalid::new(ErrorCode::ControlCharacters, "A name cannot change the direction of the text around it."));
        }
        Ok(name)
    }
);
text!(
    /// A person's own description, up to 500 characters; may be empty.
    Bio, (0, limits::BIO_CHARS),
    |text| check(&text, (0, limits::BIO_CHARS), Lines::Many).map(|()| text.trim().to_owned())
);
text!(
    /// The name of a room or a group.
    RoomName, (1, limits::ROOM_NAME_CHARS),
    |text| {
        let name = one_line(text.trim().trim_start_matches('#'), (1, limits::ROOM_NAME_CHARS))?;
        if name.chars().any(is_direction_override) || name.chars().all(is_invisible) {
            return Err(Invalid::new(ErrorCode::InvalidFormat, "A name needs at least one character that can be seen."));
        }
        Ok(name)
    }
);
text!(
    /// The short unique name of a public room, as in `#tide-charts`: lower-case letters and digits, with `-`, `_`, `.` between them.
    Alias, limits::ALIAS_CHARS,
    |text| {
        let alias = one_line(text.trim().trim_start_matches('#'), limits::ALIAS_CHARS)?.to_lowercase();
        let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !alias.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) || !edge(alias.chars().next()) || !edge(alias.chars().next_back()) {
            return Err(Invalid::new(ErrorCode::InvalidFormat, "An alias has lower-case letters and digits, with - _ . between them."));
        }
        Ok(alias)
    }
);
text!(
    /// What a room is about, in one line; may be empty.
    Topic, (0, limits::TOPIC_CHARS),
    |text| one_line(&text, (0, limits::TOPIC_CHARS))
);

/// Characters that reorder the text around them (Unicode Standard Annex 9, explicit formatting).
fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no ink: white space, zero-width marks, the Hangul fillers and the blank Braille cell.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{00AD}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}')
}

impl Alias {
    /// The alias that a room's name suggests: `Tide Charts!` gives `tide-charts`. `None` if nothing usable is left.
    pub fn suggested_by(name: &RoomName) -> Option<Self> {
        let dashed: String = name.as_str().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
        let alias: String = words.join("-").chars().take(limits::ALIAS_CHARS.1).collect();
        alias.trim_end_matches('-').try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code<T>(result: Result<T, Invalid>) -> ErrorCode {
        result.err().map_or(ErrorCode::Unknown, |invalid| invalid.code)
    }

    #[test]
    fn a_body_is_kept_byte_for_byte_and_bounded_in_characters() {
        assert_eq!(MessageBody::try_from("  hi\n\tthere ").unwrap().as_str(), "  hi\n\tthere ");
        assert!(MessageBody::try_from("🦀".repeat(16_000)).is_ok());
        assert_eq!(code(MessageBody::try_from("🦀".repeat(16_001))), ErrorCode::TooLong);
        assert_eq!(code(MessageBody::try_from(" \n\u{3000}")), ErrorCode::Required);
        assert_eq!(code(MessageBody::try_from("a\0b")), ErrorCode::ControlCharacters);
    }

    #[test]
    fn usernames_are_words() {
        assert_eq!(Username::try_from("Ann_2").unwrap().as_str(), "ann_2");
        for good in ["ann", "a.b-c", "жанна", "李明"] {
            assert!(Username::try_from(good).is_ok(), "{good}");
        }
        for bad in ["-ann", "ann.", "an n", "a", "ann@home", "<b>", "a\u{202E}b"] {
            assert!(Username::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_cannot_be_invisible_or_turn_the_line_around() {
        assert_eq!(code(DisplayName::try_from("\u{200B}\u{2800}")), ErrorCode::Required);
        assert_eq!(code(DisplayName::try_from("ann\u{202E}nna")), ErrorCode::ControlCharacters);
    }

    #[test]
    fn a_name_suggests_its_alias() {
        let suggested = |name: &str| Alias::suggested_by(&RoomName::try_from(name).unwrap()).map(Alias::into_string);
        assert_eq!(suggested("Tide Charts!").as_deref(), Some("tide-charts"));
        assert_eq!(suggested("#general").as_deref(), Some("general"));
        assert_eq!(suggested("!!!"), None);
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in any::<String>()) {
            if let Ok(name) = RoomName::try_from(text.clone()) {
                prop_assert_eq!(RoomName::try_from(name.as_str()), Ok(name.clone()));
                if let Some(alias) = Alias::suggested_by(&name) {
                    prop_assert_eq!(Alias::try_from(alias.as_str()), Ok(alias));
                }
            }
            if let Ok(username) = Username::try_from(text) {
                prop_assert_eq!(Username::try_from(username.as_str()), Ok(username));
            }
        }
    }
}
