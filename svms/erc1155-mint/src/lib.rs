//! Session validation module: mints of one token of an ERC-1155 contract, one at a time, to one recipient (§10.6).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::erc1155_mint::Grant);
