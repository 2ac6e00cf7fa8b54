//! Session validation module: stake, or deposit in an ERC-4626 vault.
#![cfg(target_arch = "wasm32")]
