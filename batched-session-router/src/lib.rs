//! Validates one executeBatch userOp, action by action, against sessions of one key.
#![cfg(target_arch = "wasm32")]
