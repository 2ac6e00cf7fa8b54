//! Session validation module: a fee envelope, a paymaster rule and a nonce lane with a number of uses, round any other
//! one (§10.7).
//!
//! Our manager and router know its address and evaluate the envelope themselves. This program is for other managers: one
//! that passes the userOp gets the right answer, one that does not is refused.
#![cfg(target_arch = "wasm32")]
#![no_std]

use session_core::{abi::Tuple, reject, rules::bounded::Grant, user_op::UserOp};
use session_shell::{Answer, address, svm};

session_shell::program! {
    reentrant "validateSessionUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32,bytes,bytes)" => validate_session_user_op;
    reentrant "validateSessionParams(address,uint256,bytes,bytes,bytes)" => validate_session_params;
    reentrant "EXECUTE_SELECTOR()" => svm::execute_selector;
    reentrant "EXECUTE_OPTIMIZED_SELECTOR()" => svm::execute_optimized_selector;
}

/// The envelope, then what the inner SVM answers.
fn validate_session_user_op(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 4)?;
    let user_op = UserOp::new(&arguments, 0)?;
    let session_key_data = arguments.bytes(2)?;
    let session_key_signature = arguments.bytes(3)?;
    let grant = Grant::decode(session_key_data, &address())?;
    grant.check(&user_op, false)?;
    let is_signed = svm::ask_user_op(
        grant.inner_svm,
        arguments.tail(0)?,
        arguments.word(1)?,
        grant.inner_data,
        session_key_signature,
    )?;
    Ok(svm::bool_word(is_signed))
}

/// No userOp, no envelope.
fn validate_session_params(_: &[u8]) -> Answer {
    Err(reject!("BND Needs User Operation").into())
}
