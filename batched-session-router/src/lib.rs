//! Batched Session Router: validates one `executeBatch` userOp, action by action, against sessions of one key (§4,
//! §10.2, 7.2). It stores nothing.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod payload;

use session_core::{execution, reject};
use session_shell::Answer;
use session_validation::{Request, batch, no_signature};

use crate::payload::Payload;

session_shell::program! {
    guarded "validateUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32)" => validate_user_op;
    reentrant "isValidSignature(bytes32,bytes)" => no_signature;
    reentrant "EXECUTE_BATCH_SELECTOR()" => batch::execute_batch_selector;
    reentrant "EXECUTE_BATCH_OPTIMIZED_SELECTOR()" => batch::execute_batch_optimized_selector;
}

fn validate_user_op(arguments: &[u8]) -> Answer {
    let request = Request::decode(arguments)?;
    let (selector, _) = execution::split(request.user_op.call_data()?)?;
    if !execution::is_execute_batch(selector) {
        return Err(reject!("SR Invalid Selector").into());
    }
    batch::validate::<Payload<'_>>(&request)
}
