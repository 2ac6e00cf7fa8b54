//! What is printed of the chain's events, to stderr.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use super::Options;

/// Sends the project's events to stderr: errors, or with what happens on the chain, or with every
/// request.
pub fn init(options: &Options) {
    let level = match options {
        Options { silent: true, .. } => LevelFilter::ERROR,
        Options { verbose: true, .. } => LevelFilter::DEBUG,
        _ => LevelFilter::INFO,
    };
    let lines = fmt::layer()
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .with_filter(Targets::new().with_target("devnode", level));
    Registry::default().with(lines).init();
}
