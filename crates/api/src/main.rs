//! `parlance`: reads the settings, starts the server, stops it in good order.

use std::process::ExitCode;

use api::{
    app::Server,
    config::{Cli, Command, ConfigCommand, Flags, Settings},
    openapi, telemetry,
};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command, flags } = Cli::parse();
    let outcome = match command.unwrap_or(Command::Serve) {
        Command::Loadtest { command } => return loadtest::run(command).await,
        Command::Openapi => {
            say(openapi::json().trim_end());
            Ok(())
        }
        Command::Config { command: ConfigCommand::Print } => print_settings(&flags),
        Command::Serve => serve(&flags).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn print_settings(flags: &Flags) -> anyhow::Result<()> {
    let settings = Settings::read(flags)?;
    settings.resolve()?;
    say(settings.print().trim_end());
    Ok(())
}

async fn serve(flags: &Flags) -> anyhow::Result<()> {
    let config = Settings::read(flags)?.resolve()?;
    telemetry::start(&config.log).map_err(anyhow::Error::msg)?;
    let server = Server::open(config).await?;
    say(&format!("Parlance {} is listening on {}", env!("CARGO_PKG_VERSION"), server.address()));
    server.run(stop_signal()).await?;
    say("Parlance has stopped");
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
