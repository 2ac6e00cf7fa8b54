//! Session validation module: one method of one contract, its arguments held against rules (§5.3).
#![cfg(target_arch = "wasm32")]
#![no_std]

session_shell::svm!(session_core::rules::abi::Grant);
