//! Batched Session Router: validates one `executeBatch` userOp, action by action, against sessions of one key (§4,
//! §10.2, 7.2). It stores nothing.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod validate;

use session_core::execution::{EXECUTE_BATCH, EXECUTE_BATCH_OPTIMIZED};
use session_shell::{Answer, bytes4};

session_shell::program! {
    guarded "validateUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32)" => validate::validate_user_op;
    reentrant "isValidSignature(bytes32,bytes)" => no_signature;
    reentrant "EXECUTE_BATCH_SELECTOR()" => execute_batch_selector;
    reentrant "EXECUTE_BATCH_OPTIMIZED_SELECTOR()" => execute_batch_optimized_selector;
}

/// A session key never signs for the account (ERC-1271).
fn no_signature(_: &[u8]) -> Answer {
    Ok(bytes4([0xff; 4]))
}

fn execute_batch_selector(_: &[u8]) -> Answer {
    Ok(bytes4(EXECUTE_BATCH))
}

fn execute_batch_optimized_selector(_: &[u8]) -> Answer {
    Ok(bytes4(EXECUTE_BATCH_OPTIMIZED))
}
