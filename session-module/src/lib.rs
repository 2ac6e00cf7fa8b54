//! Session module: manager, router and the rules of our SVMs at one address: the recommended deployment
//! (architecture.md). The same sessions, leaves and answers as those programs'.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod payload;

use session_core::execution;
use session_shell::Answer;
use session_validation::{Request, approve, batch, name, no_signature, root, single, version};

use crate::payload::Payload;

session_shell::program! {
    guarded "validateUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32)" => validate_user_op;
    guarded "validateSessionKeys(address,(uint48,uint48,address,bytes,bytes32[],bytes)[])" => approve::validate_session_keys;
    guarded "validateSessionKey(address,uint48,uint48,address,bytes,bytes32[])" => approve::validate_session_key;
    guarded "setMerkleRoot(bytes32)" => root::set_merkle_root;
    guarded "setMerkleRootIf(bytes32,bytes32,bytes)" => root::set_merkle_root_if;
    reentrant "getSessionKeys(address)" => root::get_session_keys;
    reentrant "isValidSignature(bytes32,bytes)" => no_signature;
    reentrant "isValidSignatureUnsafe(bytes32,bytes)" => no_signature;
    reentrant "EXECUTE_BATCH_SELECTOR()" => batch::execute_batch_selector;
    reentrant "EXECUTE_BATCH_OPTIMIZED_SELECTOR()" => batch::execute_batch_optimized_selector;
    reentrant "NAME()" => name;
    reentrant "VERSION()" => version;
}

/// What the account is to do, which is signed, decides how the payload is read, never the payload.
fn validate_user_op(arguments: &[u8]) -> Answer {
    let request = Request::decode(arguments)?;
    let call_data = request.user_op.call_data();
    let selector = call_data.ok().and_then(<[u8]>::first_chunk);
    if selector.is_some_and(execution::is_execute_batch) {
        batch::validate::<Payload<'_>>(&request)
    } else {
        single::validate(&request)
    }
}
