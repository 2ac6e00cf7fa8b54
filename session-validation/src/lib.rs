//! What the programs that validate userOps share: `root` and `approve` are the manager's, `single` validates a userOp of
//! one action, `batch` one of several, `rules` asks SVMs, ours without a call.
//!
//! session-key-manager and batched-session-router have a half each, session-module has both.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

pub mod approve;
pub mod batch;
mod request;
pub mod root;
mod rules;
pub mod sessions;
pub mod single;
mod targets;

pub use request::Request;
use session_core::text;
use session_shell::{Answer, bytes4, string};

/// `isValidSignature`: a session key never signs for the account (ERC-1271).
///
/// # Errors
/// None.
pub fn no_signature(_: &[u8]) -> Answer {
    Ok(bytes4([0xff; 4]))
}

/// `NAME()` of what has roots.
///
/// # Errors
/// None.
pub fn name(_: &[u8]) -> Answer {
    Ok(string(text!("Session Key Manager Module")))
}

/// `VERSION()` of what has roots.
///
/// # Errors
/// None.
pub fn version(_: &[u8]) -> Answer {
    Ok(string(text!(env!("CARGO_PKG_VERSION"))))
}
