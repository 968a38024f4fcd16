//! Failed log-ins of late: ten per account and address in three minutes, then a pause.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use shared_types::Timestamp;

const ATTEMPTS: usize = 10;
const WINDOW_MS: i64 = 180_000;
/// Keys that are remembered at most; beyond it, those whose window has passed are forgotten first.
const KEYS: usize = 20_000;

/// Kept per process and only in memory. Each entry is touched under a lock that is never held across an await.
#[derive(Default)]
pub struct Throttle {
    attempts: Mutex<HashMap<(String, String), VecDeque<Timestamp>>>,
}

impl Throttle {
    /// Counts an attempt on an account from an address; the seconds to wait if there were too many.
    pub fn admit(&self, account: &str, address: &str, now: Timestamp) -> Result<(), u32> {
        let mut attempts = self.lock();
        if attempts.len() >= KEYS {
            attempts.retain(|_, times| times.back().is_some_and(|last| now.since_ms(*last) < WINDOW_MS));
        }
        let times = attempts.entry((account.to_owned(), address.to_owned())).or_default();
        while times.front().is_some_and(|first| now.since_ms(*first) >= WINDOW_MS) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= ATTEMPTS => {
                let wait_ms = WINDOW_MS - now.since_ms(*first);
                Err(u32::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(1))
            }
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }

    /// The right password was given: what came before is forgotten.
    pub fn forgive(&self, account: &str, address: &str) {
        self.lock().remove(&(account.to_owned(), address.to_owned()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(String, String), VecDeque<Timestamp>>> {
        self.attempts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_attempt_waits_and_others_do_not() {
        let throttle = Throttle::default();
        for second in 0..10 {
            assert_eq!(throttle.admit("ann", "::1", Timestamp(second * 1000)), Ok(()));
        }
        assert_eq!(throttle.admit("ann", "::1", Timestamp(10_000)), Err(171));
        assert_eq!(throttle.admit("ann", "10.0.0.1", Timestamp(10_000)), Ok(()));
        assert_eq!(throttle.admit("bob", "::1", Timestamp(10_000)), Ok(()));
        assert_eq!(throttle.admit("ann", "::1", Timestamp(180_000)), Ok(()));
        throttle.forgive("ann", "::1");
        assert_eq!(throttle.admit("ann", "::1", Timestamp(180_001)), Ok(()));
    }
}
