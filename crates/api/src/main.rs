//! `parlance`: reads the settings, starts the server, stops it in good order.

use std::process::ExitCode;

use api::{
    app::Server,
    config::{Cli, Command, ConfigCommand, Settings},
    openapi, telemetry,
};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command.unwrap_or(Command::Serve) {
        Command::Openapi => say(openapi::json().trim_end()),
        Command::Config { command: ConfigCommand::Print } => {
            let settings = Settings::read(&cli.flags)?;
            settings.resolve()?;
            say(settings.print().trim_end());
        }
        Command::Serve => {
            let config = Settings::read(&cli.flags)?.resolve()?;
            telemetry::start(&config.log).map_err(anyhow::Error::msg)?;
            let server = Server::open(config).await?;
            say(&format!("Parlance {} is listening on {}", env!("CARGO_PKG_VERSION"), server.address()));
            server.run(stop_signal()).await?;
            say("Parlance has stopped");
        }
    }
    Ok(())
}

/// Resolves when the process is asked to end.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[expect(clippy::print_stdout, reason = "the program's own words to the person who started it")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the one line that says why it did not start")]
fn complain(line: &str) {
    eprintln!("parlance: {line}");
}
