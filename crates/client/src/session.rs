//! How long an access token can be trusted.

use shared_types::Timestamp;

/// Renewed so long before its end, so that no request leaves with a token that ends on the way.
const AHEAD_MS: i64 = 60_000;

/// Whether a token is good for another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Fresh,
    /// Still good, but time to renew it.
    Due,
    Over,
}

/// The access token of this tab. Never stored.
#[derive(Clone)]
pub struct Session {
    token: String,
    ends_at: Timestamp,
    due_at: Timestamp,
}

impl Session {
    /// `expires_in` in seconds, as the server tells it. Counts on this device's clock from the moment of the answer, so that a
    /// wrong clock does not matter.
    pub fn new(token: &str, expires_in: u32, now: Timestamp) -> Self {
        let life_ms = i64::from(expires_in) * 1_000;
        // A short-lived token is renewed at half its life rather than at once.
        let ahead_ms = AHEAD_MS.min(life_ms / 2);
        Self { token: token.to_owned(), ends_at: now.plus_ms(life_ms), due_at: now.plus_ms(life_ms - ahead_ms) }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn standing(&self, now: Timestamp) -> Standing {
        if now >= self.ends_at {
            Standing::Over
        } else if now >= self.due_at {
            Standing::Due
        } else {
            Standing::Fresh
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end() {
        let session = Session::new("t", 900, Timestamp(1_000));
        assert_eq!(session.standing(Timestamp(1_000 + 839_999)), Standing::Fresh);
        assert_eq!(session.standing(Timestamp(1_000 + 840_000)), Standing::Due);
        assert_eq!(session.standing(Timestamp(1_000 + 900_000)), Standing::Over);
    }

    #[test]
    fn a_short_lived_token_is_used_for_half_its_life() {
        let session = Session::new("t", 10, Timestamp(0));
        assert_eq!(session.standing(Timestamp(4_999)), Standing::Fresh);
        assert_eq!(session.standing(Timestamp(5_000)), Standing::Due);
    }
}
