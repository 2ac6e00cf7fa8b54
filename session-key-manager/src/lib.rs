//! Session Key Manager: one merkle root of sessions per account, and the validation of userOps of one action (§2,
//! §10.1, 7.2).
#![cfg(target_arch = "wasm32")]
#![no_std]

use session_shell::Answer;
use session_validation::{Request, approve, name, no_signature, root, single, version};

session_shell::program! {
    guarded "validateSessionKeys(address,(uint48,uint48,address,bytes,bytes32[],bytes)[])" => approve::validate_session_keys;
    guarded "validateUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32)" => validate_user_op;
    guarded "validateSessionKey(address,uint48,uint48,address,bytes,bytes32[])" => approve::validate_session_key;
    guarded "setMerkleRoot(bytes32)" => root::set_merkle_root;
    guarded "setMerkleRootIf(bytes32,bytes32,bytes)" => root::set_merkle_root_if;
    reentrant "getSessionKeys(address)" => root::get_session_keys;
    reentrant "isValidSignature(bytes32,bytes)" => no_signature;
    reentrant "isValidSignatureUnsafe(bytes32,bytes)" => no_signature;
    reentrant "NAME()" => name;
    reentrant "VERSION()" => version;
}

fn validate_user_op(arguments: &[u8]) -> Answer {
    single::validate(&Request::decode(arguments)?)
}
