//! Session validation module: ERC-20 `approve` to one spender, up to an amount (§10.4).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::erc20_approval::Grant);
