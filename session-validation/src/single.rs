//! The validation of a userOp of one action (§2.3, 7.2-H).

use session_core::{execution, proof::prove, reject, user_op::ManagerSignature, validation_data};
use session_shell::{Answer, Host, word};

use crate::{Request, root, rules, targets::Targets};

/// Answers validationData, to any caller.
///
/// # Errors
/// The text of the first check that fails, or what the SVM says.
pub fn validate(request: &Request<'_>) -> Answer {
    let user_op = &request.user_op;
    let ManagerSignature {
        session,
        session_key_signature,
    } = ManagerSignature::decode(user_op.module_signature()?)?;
    let account = user_op.sender()?;
    prove(&Host, &root::of(account), &session)?;
    let session = rules::open(&session, user_op, || false)?;

    let svm = well_known::svm(session.svm);
    let is_signed = rules::is_signed(svm, &session, request, session_key_signature)?;

    // After the SVM, so that its own texts come first.
    let (selector, call) = execution::split(user_op.call_data()?)?;
    if !execution::is_execute(selector) {
        return Err(reject!("SKM Invalid Selector").into());
    }
    let to = execution::execute(call)?.to;
    // This program is the manager.
    if !Targets::new(account, account, 1).is_allowed(to, rules::is_typed(svm)) {
        return Err(reject!("SKM Forbidden Target").into());
    }
    let answer = validation_data::pack(!is_signed, session.valid_until, session.valid_after);
    Ok(word(&answer))
}
