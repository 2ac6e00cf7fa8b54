//! The validation of a userOp of one action (§2.3, 7.2-H).

use session_core::{
    abi::Tuple,
    execution,
    proof::prove,
    reject,
    rules::bounded,
    target,
    user_op::{ManagerSignature, UserOp},
    validation_data,
};
use session_shell::{Answer, Host, address, outgoing::is_no_module, word};

use crate::{root, rules};

/// `validateUserOp` of one action: answers validationData, to any caller.
///
/// # Errors
/// The text of the first check that fails, or what the SVM says.
pub fn validate_user_op(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 2)?;
    let user_op = UserOp::new(&arguments, 0)?;
    let ManagerSignature {
        session,
        session_key_signature,
    } = ManagerSignature::decode(user_op.module_signature()?)?;
    let account = user_op.sender()?;
    prove(&Host, &root::of(account), &session)?;
    let session = bounded::open(&session, &well_known::BOUNDED, &user_op, || false)?;

    let svm = well_known::svm(session.svm);
    let is_signed = rules::is_signed(
        svm,
        &session,
        &user_op,
        arguments.tail(0)?,
        arguments.word(1)?,
        session_key_signature,
    )?;

    // After the SVM, so that its own texts come first.
    let (selector, call) = execution::split(user_op.call_data()?)?;
    if !execution::is_execute(selector) {
        return Err(reject!("SKM Invalid Selector").into());
    }
    let to = execution::execute(call)?.to;
    if target::is_forbidden(to, &[account, &address()])
        || !(rules::is_typed(svm) || is_no_module(account, to))
    {
        return Err(reject!("SKM Forbidden Target").into());
    }
    let answer = validation_data::pack(
        !is_signed,
        session.valid_until_secs,
        session.valid_after_secs,
    );
    Ok(word(&answer))
}
