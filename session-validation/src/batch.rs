//! The validation of a batch, in the order of §10.2.

use alloc::vec::Vec;

use session_core::{
    Address, Reject, Word,
    execution::{self, Batch},
    reject,
    signature::recover,
    validation_data::{self, Window},
};
use session_shell::{Answer, Host, Revert, bytes4, outgoing::is_module_enabled, word};

use crate::{
    Request, rules,
    sessions::{Item, is_reused},
    targets::Targets,
};

/// A module signature for a batch: the sessions, and who proves them.
pub trait Payload<'a>: Sized {
    /// # Errors
    /// If it can't be decoded, or names a manager that is not to be asked.
    fn decode(module_signature: &'a [u8]) -> Result<Self, Reject>;

    /// The manager, which the account must have enabled.
    fn manager(&self) -> &Address;

    /// The session key's signature of the userOp.
    fn session_key_signature(&self) -> &'a [u8];

    /// A session for each action.
    fn items(&self) -> &[Item<'a>];

    /// The leaf of each action's session, all of which the account has approved.
    ///
    /// # Errors
    /// What the manager says; [`invalid_manager`].
    fn prove(&self, account: &Address) -> Result<Vec<Word>, Revert>;
}

/// The manager is not enabled, or not to be trusted.
pub fn invalid_manager() -> Reject {
    reject!("SR Invalid SKM")
}

/// Answers validationData, to any caller. The callData is one of `executeBatch`: the program has looked at its selector.
///
/// # Errors
/// The text of the first check that fails, or what manager or SVM say.
pub fn validate<'a, P: Payload<'a>>(request: &Request<'a>) -> Answer {
    let user_op = &request.user_op;
    let (_, call) = execution::split(user_op.call_data()?)?;
    let account = user_op.sender()?;
    let payload = P::decode(user_op.module_signature()?)?;
    if is_module_enabled(account, payload.manager())? != Some(true) {
        return Err(invalid_manager().into());
    }
    let signer = recover(&Host, request.hash, payload.session_key_signature())?;
    let batch = Batch::decode(call)?;
    let items = payload.items();
    let len = batch.check_len(items.len())?;
    let leaves = payload.prove(account)?;

    let mut window = Window::default();
    let mut is_signed = true;
    let mut targets = Targets::new(account, payload.manager(), len);
    for (index, Item { batched, .. }) in items.iter().enumerate() {
        let action = batch.action(index)?;
        let session = rules::open(&batched.session, user_op, || is_reused(&leaves, index))?;
        let svm = well_known::svm(session.svm);
        let data = batched.call_specific_data;
        let is_key = rules::is_session_key(svm, &session, data, &action, &signer)?;
        if !targets.is_allowed(action.to, rules::is_typed(svm)) {
            return Err(reject!("SR Forbidden Target").into());
        }
        // Every item is evaluated, so that an estimate with a dummy signature pays for all (7.2-D2).
        is_signed &= is_key;
        window.and(session.valid_until, session.valid_after);
    }
    if !is_signed {
        window = Window::NONE;
    }
    let answer = validation_data::pack(!is_signed, &window.valid_until, &window.valid_after);
    Ok(word(&answer))
}

/// `EXECUTE_BATCH_SELECTOR()`.
///
/// # Errors
/// None.
pub fn execute_batch_selector(_: &[u8]) -> Answer {
    Ok(bytes4(execution::EXECUTE_BATCH))
}

/// `EXECUTE_BATCH_OPTIMIZED_SELECTOR()`.
///
/// # Errors
/// None.
pub fn execute_batch_optimized_selector(_: &[u8]) -> Answer {
    Ok(bytes4(execution::EXECUTE_BATCH_OPTIMIZED))
}
