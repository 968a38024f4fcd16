//! The load generator as a program of its own; `parlance loadtest` is the same.

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "loadtest", version, about = "Replays, seeds, measures and checks a Parlance server over its public API")]
struct Cli {
    #[command(subcommand)]
    command: loadtest::Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    loadtest::run(Cli::parse().command).await
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
