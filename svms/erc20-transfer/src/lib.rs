//! Session validation module: transfers and approvals of one ERC-20 token to one recipient, up to an amount (§5.2).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::erc20_transfer::Grant);
