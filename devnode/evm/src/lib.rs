//! revm with Stylus frames.
//!
//! [`ArbEvm`] is revm's mainnet EVM with three differences: a frame whose code is a Stylus program
//! runs as WASM ([`stylus`]), ArbOS precompiles answer at 0x64 and up ([`arbos`]), and code that
//! starts with 0xEF is refused at creation unless it is a Stylus program.
#![forbid(unsafe_code)]

pub mod arbos;
mod chain;
mod evm;
pub mod stylus;

pub use chain::{ArbChain, ArbConfig, RecentPrograms, Spent};
pub use evm::{ArbContext, ArbEvm, ArbResult, block_env, cfg_env};
