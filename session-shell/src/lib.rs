//! What every program shares: entry and dispatch table (`program`), calldata of calls out (`encoding`), calls out
//! and their answers (`outgoing`), reverts (`revert`), and a whole session validation module (`svm`).
//!
//! `host` is the only file of the programs with unsafe code. Nothing in here decides anything about sessions: that is
//! session-core's.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

pub mod buffer;
pub mod encoding;
mod host;
pub mod outgoing;
pub mod program;
pub mod revert;
pub mod svm;

#[doc(hidden)]
pub use host::enter;
pub use host::{Host, address, emit, load, msg_sender, store};
pub use program::{Answer, bytes4, string, word};
pub use revert::Revert;
