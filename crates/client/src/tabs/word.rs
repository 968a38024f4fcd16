//! What tabs say to each other, and how it travels: the name of the word in the first line, then what belongs to it. Frames travel
//! as they are on the socket, so that the leader need not understand what it passes on.

use shared_types::{ConversationId, SessionId};

use crate::unread::Mark;

/// Each tab hears what the others say, and nothing of a word that only a newer build knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// This tab owns the socket from now on.
    Leading,
    /// The leader's socket is live, with this greeting.
    Live { greeting: Greeting },
    /// The leader has no connection; the close code of the one it had.
    Down { code: u16 },
    /// The leader's socket heard this.
    Heard { frame: String },
    /// To the leader: how does the connection stand?
    Hello,
    /// To the leader: a person looks, or wants a connection now.
    Hurry,
    /// To the leader: this is to be written.
    Say { frame: String },
    /// Where the reader is to be, as the tab that says so tells the server as well.
    Seen { conversation_id: ConversationId, mark: Mark },
    /// A draft as it is typed, by the key under which it is stored.
    Draft { key: String, text: String },
}

/// What a `ready` or `resumed` tells and the API does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    pub session_id: SessionId,
    pub build: String,
}

impl Word {
    pub fn to_text(&self) -> String {
        match self {
            Self::Leading => "leading\n".to_owned(),
            Self::Live { greeting: Greeting { session_id, build } } => format!("live\n{session_id}\n{build}"),
            Self::Down { code } => format!("down\n{code}"),
            Self::Heard { frame } => format!("heard\n{frame}"),
            Self::Hello => "hello\n".to_owned(),
            Self::Hurry => "hurry\n".to_owned(),
            Self::Say { frame } => format!("say\n{frame}"),
            Self::Seen { conversation_id, mark: Mark { seq, rev, back } } => {
                let rev = rev.map_or_else(String::new, |rev| rev.to_string());
                format!("seen\n{conversation_id}\n{seq}\n{rev}\n{back}")
            }
            Self::Draft { key, text } => format!("draft\n{key}\n{text}"),
        }
    }

    /// `None` for a stranger.
    pub fn from_text(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('\n')?;
        Some(match name {
            "leading" => Self::Leading,
            "live" => {
                let (session_id, build) = rest.split_once('\n')?;
                Self::Live { greeting: Greeting { session_id: session_id.parse().ok()?, build: build.to_owned() } }
            }
            "down" => Self::Down { code: rest.parse().ok()? },
            "heard" => Self::Heard { frame: rest.to_owned() },
            "hello" => Self::Hello,
            "hurry" => Self::Hurry,
            "say" => Self::Say { frame: rest.to_owned() },
            "seen" => {
                let mut parts = rest.split('\n');
                let conversation_id = parts.next()?.parse().ok()?;
                let seq = parts.next()?.parse().ok()?;
                let rev = Some(parts.next()?).filter(|rev| !rev.is_empty()).map(str::parse).transpose().ok()?;
                Self::Seen { conversation_id, mark: Mark { seq, rev, back: parts.next()? == "true" } }
            }
            "draft" => {
                let (key, text) = rest.split_once('\n')?;
                Self::Draft { key: key.to_owned(), text: text.to_owned() }
            }
            _ => return None,
        })
    }
}
