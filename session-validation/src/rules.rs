//! What an SVM says: one of ours, known by its address, is evaluated here, any other is called (architecture.md).

use session_core::{
    Address, Reject,
    execution::Action,
    rules::{Request as Asked, Svm, bounded},
    signature::recover,
    user_op::{Session, UserOp},
    words::is_same_address,
};
use session_shell::{Host, Revert, address, svm};

use crate::Request;

/// The session whose rules apply: of one of `bounded` what is inside the envelope, if the userOp is within it. `is_reused`: has
/// an earlier action of its batch the same leaf?
///
/// # Errors
/// Those of `bounded`.
pub(crate) fn open<'a>(
    session: &Session<'a>,
    user_op: &UserOp<'_>,
    is_reused: impl FnOnce() -> bool,
) -> Result<Session<'a>, Reject> {
    if well_known::is_bounded(session.svm) {
        bounded::open(session, user_op, is_reused())
    } else {
        Ok(*session)
    }
}

/// Are the rules of a session typed? Those of an SVM that is not ours are generic (7.2-H).
pub(crate) fn is_typed(svm: Option<Svm>) -> bool {
    svm.is_some_and(Svm::is_typed)
}

/// Is this the session key that may do this action?
///
/// # Errors
/// What the SVM says; nothing, if it answered no address (7.2-B).
pub(crate) fn is_session_key(
    svm: Option<Svm>,
    session: &Session<'_>,
    call_specific_data: &[u8],
    action: &Action<'_>,
    signer: &Address,
) -> Result<bool, Revert> {
    if let Some(svm) = svm {
        let session_key = svm.check(Asked::Params(*action), session.session_key_data)?;
        return Ok(is_same_address(session_key, signer));
    }
    is_foreign(session.svm)?;
    let session_key = svm::ask_params(session, call_specific_data, action)?;
    Ok(is_same_address(&session_key, signer))
}

/// Has the session key, which may make this userOp, signed it?
///
/// # Errors
/// What the SVM says; nothing, if it answered no bool (7.2-B).
pub(crate) fn is_signed(
    svm: Option<Svm>,
    session: &Session<'_>,
    request: &Request<'_>,
    session_key_signature: &[u8],
) -> Result<bool, Revert> {
    let data = session.session_key_data;
    if let Some(svm) = svm {
        let session_key = svm.check(Asked::CallData(request.user_op.call_data()?), data)?;
        return Ok(is_same_address(
            &recover(&Host, request.hash, session_key_signature)?,
            session_key,
        ));
    }
    is_foreign(session.svm)?;
    svm::ask_user_op(
        session.svm,
        request.encoded,
        request.hash,
        data,
        session_key_signature,
    )
}

/// No program asks itself: it is no SVM.
fn is_foreign(svm: &Address) -> Result<(), Revert> {
    if is_same_address(svm, &address()) {
        return Err(Revert::EMPTY);
    }
    Ok(())
}
