//! The command `session-keys`.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use session_keys_cli::demo::{self, Report};

/// Session keys for ERC-4337 smart accounts on Arbitrum
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the main job, and what is refused, on a chain in this process
    Demo,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Demo => run_demo(),
    }
}

fn run_demo() -> ExitCode {
    let mut out = io::stdout().lock();
    let is_terminal = out.is_terminal() && io::stderr().is_terminal();
    match demo::run(&mut Report::new(&mut out, is_terminal)) {
        Ok(summary) if summary.is_as_expected() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("session-keys demo: {error}");
            ExitCode::FAILURE
        }
    }
}
