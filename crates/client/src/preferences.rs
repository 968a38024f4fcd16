//! How a person likes the client to look and behave on this device.

use serde::{Deserialize, Serialize};

/// Kept per device; a field that an older build did not know takes its default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub theme: Theme,
    pub accent: Accent,
    pub clock: Clock,
    pub enter: Enter,
    pub opens_at: OpensAt,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

macro_rules! accents {
    ($($(#[$attr:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// The hue of interface and own words.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Accent {
            $($(#[$attr])* $name),+
        }

        impl Accent {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text),+
                }
            }
        }
    };
}

accents! {
    #[default]
    Lagoon = "lagoon",
    Fern = "fern",
    Marigold = "marigold",
    Coral = "coral",
    Rose = "rose",
    Orchid = "orchid",
    Iris = "iris",
    Sky = "sky",
    Graphite = "graphite",
}

/// 12 or 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// As the browser's language has it.
    #[default]
    Locale,
    H12,
    H24,
}

/// What the Enter key does in the composer, with a keyboard; on touch it makes a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enter {
    #[default]
    Sends,
    MakesLine,
}

/// Where a conversation with unread messages opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpensAt {
    #[default]
    FirstUnread,
    Newest,
}
