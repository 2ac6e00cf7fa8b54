//! Template of a session validation module (SVM): ether to one recipient, up to an amount in each action.
//!
//! Copy this folder, write your rules in `rules.rs`, and you have an SVM that our programs, and Biconomy's, can call.
//! docs/write-an-svm.md goes through it step by step.
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod rules;

#[cfg(target_arch = "wasm32")]
session_shell::svm!(crate::rules::Grant);
