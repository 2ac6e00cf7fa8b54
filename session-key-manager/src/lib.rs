//! Session Key Manager: one merkle root of sessions per account, and the validation of userOps of one action (§2,
//! §10.1, 7.2).
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod approve;
mod root;
mod validate;

use session_core::text;
use session_shell::{Answer, bytes4, string};

session_shell::program! {
    guarded "validateSessionKeys(address,(uint48,uint48,address,bytes,bytes32[],bytes)[])" => approve::validate_session_keys;
    guarded "validateUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32)" => validate::validate_user_op;
    guarded "validateSessionKey(address,uint48,uint48,address,bytes,bytes32[])" => approve::validate_session_key;
    guarded "setMerkleRoot(bytes32)" => root::set_merkle_root;
    guarded "setMerkleRootIf(bytes32,bytes32,bytes)" => root::set_merkle_root_if;
    reentrant "getSessionKeys(address)" => root::get_session_keys;
    reentrant "isValidSignature(bytes32,bytes)" => no_signature;
    reentrant "isValidSignatureUnsafe(bytes32,bytes)" => no_signature;
    reentrant "NAME()" => name;
    reentrant "VERSION()" => version;
}

/// A session key never signs for the account (ERC-1271).
fn no_signature(_: &[u8]) -> Answer {
    Ok(bytes4([0xff; 4]))
}

fn name(_: &[u8]) -> Answer {
    Ok(string(&text!("Session Key Manager Module")))
}

fn version(_: &[u8]) -> Answer {
    Ok(string(&text!(env!("CARGO_PKG_VERSION"))))
}
