//! Time.

use shared_types::Timestamp;

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}
