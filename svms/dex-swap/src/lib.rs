//! Session validation module: swaps of one pair on one DEX, at a least price, to one recipient (§10.5).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::dex_swap::Grant);
