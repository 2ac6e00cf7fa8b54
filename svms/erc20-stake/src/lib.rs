//! Session validation module: `stake`, or `deposit` in an ERC-4626 vault, up to an amount (§10.6).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::erc20_stake::Grant);
