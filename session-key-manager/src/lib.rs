//! One merkle root of sessions per account; validates userOps of one action.
#![cfg(target_arch = "wasm32")]
