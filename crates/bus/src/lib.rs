//! The live stream between use cases and sockets. It may forget, and says so; the log may not.

mod local;

pub use local::LocalBus;
