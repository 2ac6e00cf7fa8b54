//! Session validation module: swaps of one pair on one DEX, at a least price.
#![cfg(target_arch = "wasm32")]
