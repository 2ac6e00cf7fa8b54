//! Session validation module: ERC-20 approve to one spender.
#![cfg(target_arch = "wasm32")]
