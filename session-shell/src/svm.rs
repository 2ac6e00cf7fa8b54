//! Session validation modules (SVMs): a whole one, and the calls of one (§5.1).

use alloc::vec::Vec;

use session_core::{
    Address, Reject, Word,
    abi::{Tuple, as_bool},
    execution::Action,
    pad,
    rules::Request,
    signature,
    user_op::{Session, UserOp},
};

use crate::{
    Answer, Host, Revert,
    encoding::Encoding,
    outgoing::call,
    program::{bytes4, word},
};

/// `validateSessionUserOp(UserOperation,bytes32,bytes,bytes)`.
const VALIDATE_SESSION_USER_OP: [u8; 4] = [0x84, 0xf1, 0x6a, 0x4d];
/// `validateSessionParams(address,uint256,bytes,bytes,bytes)`.
const VALIDATE_SESSION_PARAMS: [u8; 4] = [0xc2, 0x0b, 0xcc, 0xb9];

/// A program that is an SVM: the rules of a grant of session-core, behind the interface of all SVMs.
///
/// ```ignore
/// session_shell::svm!(session_core::rules::erc20_approval::Grant);
/// ```
#[macro_export]
macro_rules! svm {
    ($grant:ty) => {
        $crate::program! {
            reentrant "validateSessionParams(address,uint256,bytes,bytes,bytes)" => validate_session_params;
            reentrant "validateSessionUserOp((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes),bytes32,bytes,bytes)" => validate_session_user_op;
            reentrant "EXECUTE_SELECTOR()" => $crate::svm::execute_selector;
            reentrant "EXECUTE_OPTIMIZED_SELECTOR()" => $crate::svm::execute_optimized_selector;
        }

        fn validate_session_params(arguments: &[u8]) -> $crate::Answer {
            $crate::svm::validate_params(arguments, |request, session_key_data| {
                ::session_core::rules::check::<$grant>(request, session_key_data)
            })
        }

        fn validate_session_user_op(arguments: &[u8]) -> $crate::Answer {
            $crate::svm::validate_user_op(arguments, |request, session_key_data| {
                ::session_core::rules::check::<$grant>(request, session_key_data)
            })
        }
    };
}

/// The params path: the session key, if its grant covers the action.
#[doc(hidden)]
pub fn validate_params(
    arguments: &[u8],
    check: impl for<'a> FnOnce(Request<'_>, &'a [u8]) -> Result<&'a Address, Reject>,
) -> Answer {
    let arguments = Tuple::new(arguments, 5)?;
    let action = Action {
        to: arguments.address(0)?,
        value: arguments.word(1)?,
        data: arguments.bytes(2)?,
    };
    let session_key_data = arguments.bytes(3)?;
    // These rules have no use for callSpecificData, but solc's decoder refuses it if it is out of bounds.
    arguments.bytes(4)?;
    let session_key = check(Request::Params(action), session_key_data)?;
    Ok(word(&pad(session_key)))
}

/// The userOp path: true if the session key signed, and its grant covers what the userOp does.
#[doc(hidden)]
pub fn validate_user_op(
    arguments: &[u8],
    check: impl for<'a> FnOnce(Request<'_>, &'a [u8]) -> Result<&'a Address, Reject>,
) -> Answer {
    let arguments = Tuple::new(arguments, 4)?;
    let user_op = UserOp::new(&arguments, 0)?;
    let user_op_hash = arguments.word(1)?;
    let session_key_data = arguments.bytes(2)?;
    let session_key_signature = arguments.bytes(3)?;
    let session_key = check(Request::CallData(user_op.call_data()?), session_key_data)?;
    let signer = signature::recover(&Host, user_op_hash, session_key_signature)?;
    Ok(bool_word(signer == *session_key))
}

/// The answer of a function that returns `bool`.
pub fn bool_word(value: bool) -> Vec<u8> {
    let mut answer = [0; 32];
    if let Some(last) = answer.last_mut() {
        *last = u8::from(value);
    }
    word(&answer)
}

/// `EXECUTE_SELECTOR()`.
///
/// # Errors
/// None.
#[doc(hidden)]
pub fn execute_selector(_: &[u8]) -> Answer {
    Ok(bytes4(session_core::execution::EXECUTE))
}

/// `EXECUTE_OPTIMIZED_SELECTOR()`.
///
/// # Errors
/// None.
#[doc(hidden)]
pub fn execute_optimized_selector(_: &[u8]) -> Answer {
    Ok(bytes4(session_core::execution::EXECUTE_OPTIMIZED))
}

/// Asks an SVM for the session key that may do this action.
///
/// # Errors
/// What the SVM reverted with; nothing, if it answered no address (7.2-B).
pub fn ask_params(
    session: &Session<'_>,
    call_specific_data: &[u8],
    action: &Action<'_>,
) -> Result<Address, Revert> {
    let parts = [action.data, session.session_key_data, call_specific_data];
    let mut data = Encoding::call(VALIDATE_SESSION_PARAMS, 5, tail_bytes(&parts));
    data.address(0, action.to);
    data.word(1, action.value);
    for (index, part) in (2..).zip(parts) {
        data.bytes(index, part);
    }
    match call(session.svm, &data.finish())? {
        Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, key @ ..]) => Ok(key),
        _ => Err(Revert::EMPTY),
    }
}

/// Asks an SVM whether the session key signed the userOp, and may make it. The userOp is passed on as it stands, to the
/// end of the calldata, so that the SVM reads what the caller of this reads.
///
/// # Errors
/// What the SVM reverted with; nothing, if it answered no bool (7.2-B).
pub fn ask_user_op(
    svm: &Address,
    encoded_user_op: &[u8],
    user_op_hash: &Word,
    session_key_data: &[u8],
    session_key_signature: &[u8],
) -> Result<bool, Revert> {
    let tail = tail_bytes(&[session_key_data, session_key_signature, encoded_user_op]);
    let mut data = Encoding::call(VALIDATE_SESSION_USER_OP, 4, tail);
    data.word(1, user_op_hash);
    data.bytes(2, session_key_data);
    data.bytes(3, session_key_signature);
    data.encoded(0, encoded_user_op);
    let answer = call(svm, &data.finish())?;
    answer.as_ref().and_then(as_bool).ok_or(Revert::EMPTY)
}

/// About what the tail takes: contents, and a length word and padding each.
fn tail_bytes(parts: &[&[u8]]) -> usize {
    parts.iter().fold(0, |sum, part| {
        sum.saturating_add(part.len()).saturating_add(64)
    })
}
