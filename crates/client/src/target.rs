//! What a person pastes to join a room. Only a hint for the dialog: the server decides what it names.

use shared_types::{ConversationId, text::Alias};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing yet.
    Nothing,
    /// `#alias`, or a link that ends in `/r/alias`.
    Alias(Alias),
    /// An id, or a link that ends in `/c/id`.
    Id(ConversationId),
    /// Anything else may be the name of a room.
    Name(String),
}

/// Reads what was typed or pasted.
pub fn target(text: &str) -> Target {
    let text = text.trim();
    if text.is_empty() {
        return Target::Nothing;
    }
    if let Some(alias) = text.strip_prefix('#') {
        return Alias::try_from(alias).map_or_else(|_| Target::Name(text.to_owned()), Target::Alias);
    }
    if let Ok(id) = text.parse() {
        return Target::Id(id);
    }
    if let Some((_, path)) = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')) {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut parts = path.trim_end_matches('/').rsplit('/');
        match (parts.next(), parts.next()) {
            (Some(alias), Some("r")) => {
                if let Ok(alias) = Alias::try_from(alias) {
                    return Target::Alias(alias);
                }
            }
            (Some(id), Some("c")) => {
                if let Ok(id) = id.parse() {
                    return Target::Id(id);
                }
            }
            _ => {}
        }
    }
    Target::Name(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01930000-0000-7000-8000-000000000001";

    #[test]
    fn everything_that_is_pasted_is_understood() {
        let alias = |text: &str| Target::Alias(Alias::try_from(text).unwrap());
        let id = || Target::Id(ID.parse().unwrap());
        for (text, expected) in [
            ("  ", Target::Nothing),
            ("#tide-charts", alias("tide-charts")),
            (" #Tide-Charts ", alias("tide-charts")),
            ("https://chat.example/r/tide-charts?at=3", alias("tide-charts")),
            (ID, id()),
            (&format!("https://chat.example/c/{ID}/"), id()),
            ("Tide charts", Target::Name("Tide charts".to_owned())),
            ("https://elsewhere.example/", Target::Name("https://elsewhere.example/".to_owned())),
        ] {
            assert_eq!(target(text), expected, "{text}");
        }
    }
}
