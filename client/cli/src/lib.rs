//! What the command `session-keys` does, as functions: one module for each subcommand.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]
#![allow(
    clippy::result_large_err,
    reason = "an error ends the command, its size does not matter"
)]

pub mod demo;
