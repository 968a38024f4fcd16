//! The life of the connection, as a machine without a socket: it is told what happens and answers what to do.

#[cfg(test)]
mod tests;

use shared_types::{Timestamp, limits::CLIENT_PATIENCE_MS, ws::close};

/// The first wait is half of this on average, and each later one twice the one before, up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: i64 = 500;
const LONGEST_WAIT_MS: i64 = 30_000;
/// Even the luckiest draw waits so long.
const SHORTEST_WAIT_MS: i64 = 100;
/// A socket that is not ready by then is given up.
const CONNECT_PATIENCE_MS: i64 = 10_000;
/// A connection that lived so long starts the waits from the beginning.
const SETTLED_AFTER_MS: i64 = 10_000;
/// While the browser says that there is no network: it may be wrong (a server on this machine), so try now and then.
const NO_NETWORK_WAIT_MS: i64 = 15_000;
/// Everyone comes back after a restart; within this time, not at once, if the server does not tell each when.
const RESTART_SPREAD_MS: i64 = 2_000;
const LONGEST_COME_BACK_MS: i64 = 60_000;
const RECONNECTING_AFTER_MS: i64 = 3_000;
const OFFLINE_AFTER_MS: i64 = 20_000;

/// What a person is told of the connection: nothing, as long as all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicator {
    Fine,
    /// No connection for 3 s.
    Reconnecting,
    /// No connection for 20 s, or the browser says that there is no network. The next try is at `retry_at`, if one is planned.
    Offline {
        retry_at: Option<Timestamp>,
    },
}

/// The value of `<html data-conn>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Live,
    Connecting,
    Offline,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Connecting => "connecting",
            Self::Offline => "offline",
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Open a socket; with a new token if `renew`.
    Open { renew: bool },
    /// Forget the socket there is, and what it carried.
    Drop,
    /// The session is over.
    SignOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Stopped,
    Connecting { since: Timestamp },
    Live { since: Timestamp },
    Waiting { until: Timestamp },
}

#[derive(Clone, Debug)]
pub struct Link {
    state: State,
    attempt: u32,
    has_network: bool,
    /// Since when there is no connection, while there ought to be one.
    down_since: Option<Timestamp>,
    heard_at: Timestamp,
    renew: bool,
}

impl Link {
    pub fn new(has_network: bool) -> Self {
        Self { state: State::Stopped, attempt: 0, has_network, down_since: None, heard_at: Timestamp(0), renew: false }
    }

    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Live { .. })
    }

    pub fn is_running(&self) -> bool {
        self.state != State::Stopped
    }

    pub fn has_network(&self) -> bool {
        self.has_network
    }

    /// Somebody signed in.
    pub fn start(&mut self, now: Timestamp) -> Step {
        self.attempt = 0;
        self.renew = false;
        self.down_since = Some(now);
        self.open(now)
    }

    /// Somebody signed out.
    pub fn stop(&mut self) -> Step {
        self.state = State::Stopped;
        self.down_since = None;
        Step::Drop
    }

    /// The server has sent its `ready`.
    pub fn ready(&mut self, now: Timestamp) {
        self.state = State::Live { since: now };
        self.heard_at = now;
        self.down_since = None;
        self.renew = false;
    }

    /// Any frame came in.
    pub fn heard(&mut self, now: Timestamp) {
        self.heard_at = now;
    }

    /// The socket closed, or could not be opened (`code` 1006). `come_back_ms` if the server told when it wants to be asked again.
    pub fn closed(&mut self, code: u16, come_back_ms: Option<i64>, now: Timestamp, chance: f64) -> Option<Step> {
        if self.state == State::Stopped || matches!(self.state, State::Waiting { .. }) {
            return None;
        }
        if code == close::SESSION_ENDED {
            self.stop();
            return Some(Step::SignOut);
        }
        self.renew |= code == close::UNAUTHENTICATED;
        if code == close::RESTART {
            self.go_down(now);
            let delay = come_back_ms.map_or_else(|| share(RESTART_SPREAD_MS, chance), |ms| ms.clamp(0, LONGEST_COME_BACK_MS));
            self.wait(now, SHORTEST_WAIT_MS + delay);
        } else {
            self.lose(now, chance);
        }
        None
    }

    /// The way to the server is another one from now on: what there was is gone, and the new one opens at once.
    pub fn reroute(&mut self, now: Timestamp) -> Option<Step> {
        if self.state == State::Stopped {
            return None;
        }
        self.go_down(now);
        Some(self.open(now))
    }

    /// What an opening connection needs (a token, a snapshot) could not be had, and it is not over for good.
    pub fn opening_failed(&mut self, now: Timestamp, chance: f64) {
        if matches!(self.state, State::Connecting { .. }) {
            self.lose(now, chance);
        }
    }

    /// Time has passed. Call at [`Self::wake_at`], or at any other time.
    pub fn tick(&mut self, now: Timestamp, chance: f64) -> Option<Step> {
        match self.state {
            State::Waiting { until } if now >= until => Some(self.open(now)),
            State::Connecting { since } if now.since_ms(since) >= CONNECT_PATIENCE_MS => {
                self.lose(now, chance);
                Some(Step::Drop)
            }
            // By the clock and not by counted timers: those of a hidden page come up to a minute late, its frames do not.
            State::Live { .. } if now.since_ms(self.heard_at) >= i64::from(CLIENT_PATIENCE_MS) => {
                self.lose(now, chance);
                Some(Step::Drop)
            }
            _ => None,
        }
    }

    /// The browser found a network.
    pub fn online(&mut self, now: Timestamp) -> Option<Step> {
        self.has_network = true;
        self.hurry(now)
    }

    /// The browser lost its network.
    pub fn offline(&mut self, now: Timestamp) -> Option<Step> {
        self.has_network = false;
        match self.state {
            State::Live { .. } | State::Connecting { .. } => {
                self.go_down(now);
                self.wait(now, NO_NETWORK_WAIT_MS);
                Some(Step::Drop)
            }
            State::Waiting { .. } | State::Stopped => None,
        }
    }

    /// The page came into view.
    pub fn visible(&mut self, now: Timestamp) -> Option<Step> {
        self.hurry(now)
    }

    /// A person wants a connection now.
    pub fn tap(&mut self, now: Timestamp) -> Option<Step> {
        self.hurry(now)
    }

    /// The next moment at which something changes by itself.
    pub fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        let state = match self.state {
            State::Stopped => return None,
            State::Connecting { since } => since.plus_ms(CONNECT_PATIENCE_MS),
            State::Live { .. } => self.heard_at.plus_ms(i64::from(CLIENT_PATIENCE_MS)),
            State::Waiting { until } => until,
        };
        let shown = self.down_since.into_iter().flat_map(|since| [since.plus_ms(RECONNECTING_AFTER_MS), since.plus_ms(OFFLINE_AFTER_MS)]);
        shown.filter(|moment| *moment > now).chain([state]).min()
    }

    pub fn status(&self, now: Timestamp) -> Status {
        match (self.state, self.down_since) {
            (State::Live { .. }, _) => Status::Live,
            (State::Stopped, _) => Status::Offline,
            _ if !self.has_network => Status::Offline,
            (_, Some(since)) if now.since_ms(since) >= OFFLINE_AFTER_MS => Status::Offline,
            _ => Status::Connecting,
        }
    }

    /// How long there has been no connection; `None` while there is one, or while there need not be one.
    pub fn down_ms(&self, now: Timestamp) -> Option<i64> {
        self.down_since.map(|since| now.since_ms(since))
    }

    pub fn indicator(&self, now: Timestamp) -> Indicator {
        let Some(since) = self.down_since else { return Indicator::Fine };
        let retry_at = match self.state {
            State::Waiting { until } => Some(until),
            _ => None,
        };
        match now.since_ms(since) {
            _ if !self.has_network => Indicator::Offline { retry_at },
            OFFLINE_AFTER_MS.. => Indicator::Offline { retry_at },
            RECONNECTING_AFTER_MS.. => Indicator::Reconnecting,
            _ => Indicator::Fine,
        }
    }

    /// Does now what would be done later.
    fn hurry(&mut self, now: Timestamp) -> Option<Step> {
        match self.state {
            State::Waiting { .. } => Some(self.open(now)),
            // A laptop that slept: the timers come late, and the silence shows.
            State::Live { .. } if now.since_ms(self.heard_at) >= i64::from(CLIENT_PATIENCE_MS) => {
                self.go_down(now);
                self.wait(now, 0);
                Some(Step::Drop)
            }
            State::Live { .. } | State::Connecting { .. } | State::Stopped => None,
        }
    }

    fn open(&mut self, now: Timestamp) -> Step {
        self.state = State::Connecting { since: now };
        Step::Open { renew: self.renew }
    }

    fn lose(&mut self, now: Timestamp, chance: f64) {
        self.go_down(now);
        let ceiling = (FIRST_WAIT_MS << self.attempt.min(16)).min(LONGEST_WAIT_MS);
        self.attempt += 1;
        let delay = if self.has_network { share(ceiling, chance).max(SHORTEST_WAIT_MS) } else { NO_NETWORK_WAIT_MS };
        self.wait(now, delay);
    }

    fn go_down(&mut self, now: Timestamp) {
        if let State::Live { since } = self.state
            && now.since_ms(since) >= SETTLED_AFTER_MS
        {
            self.attempt = 0;
        }
        self.down_since.get_or_insert(now);
    }

    fn wait(&mut self, now: Timestamp, delay_ms: i64) {
        self.state = State::Waiting { until: now.plus_ms(delay_ms) };
    }
}

/// A random share of a stretch of time; `chance` is from 0 to 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most 30,000")]
fn share(whole_ms: i64, chance: f64) -> i64 {
    (whole_ms as f64 * chance.clamp(0.0, 1.0)) as i64
}
