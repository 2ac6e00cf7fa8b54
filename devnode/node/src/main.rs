//! `devnode`: an Arbitrum chain that answers JSON-RPC over HTTP and WebSocket.
#![forbid(unsafe_code)]

mod server;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match server::run(&server::Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("devnode: {failure}");
            ExitCode::FAILURE
        }
    }
}
