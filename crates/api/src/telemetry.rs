//! The log: one line an event, to standard error, without bodies, tokens or passwords.

use tracing_subscriber::EnvFilter;

/// `filter` is a level or a list such as `info,api=debug`; a mistake in it is told in one line.
pub fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("the setting log is not understood: {error}"))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).compact().init();
    Ok(())
}
