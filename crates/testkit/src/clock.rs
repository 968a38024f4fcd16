//! A clock that moves only when a test says so, and by one millisecond at each look, so that no two moments are equal.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::ports::Clock;
use shared_types::Timestamp;

pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_795_000_000_000))
    }
}

impl TestClock {
    /// May be negative: clocks do that too.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::SeqCst))
    }
}
