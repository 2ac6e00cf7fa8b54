//! Session validation module: `stake`, a `deposit` in an ERC-4626 vault or a `supply` to an Aave V3 pool, up to an amount (§10.6).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::erc20_stake::Grant);
