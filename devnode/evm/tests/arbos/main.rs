//! The ArbOS precompiles.
//!
//! Expected numbers are computed by hand from embedded-chain.md (§1.6, §1.7, §6.1) and from the
//! precompiles' gas model: 3 a word of arguments and of results, 800 to open the state, 800 a read,
//! 20,000 a write, 100 for the Stylus parameters, 2,600 for a code hash, logs as in the EVM.

mod calls;
mod chain;
mod owners;
mod state;
mod wasm;
