//! What every program shares.
#![cfg(target_arch = "wasm32")]
