//! The validation of a batch, in the order of §10.2.

use alloc::vec::Vec;

use session_core::{
    Address, Reject, Word,
    execution::{self, Batch},
    reject,
    rules::bounded,
    signature::recover,
    target,
    validation_data::{self, Window},
    words::is_same_address,
};
use session_shell::{
    Answer, Host, Revert, address,
    buffer::{push, with_capacity},
    bytes4,
    outgoing::{is_module_enabled, is_no_module},
    word,
};

use crate::{Request, rules, sessions::Sessions};

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
    fn sessions(&self) -> &Sessions<'a>;

    /// The leaves of the list of sessions, all of which the account has approved.
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
    let sessions = payload.sessions();
    let len = batch.check_len(sessions.uses.len())?;
    let leaves = payload.prove(account)?;

    let mut window = Window::default();
    let mut is_signed = true;
    let mut targets = Targets::new(account, payload.manager(), len);
    for index in 0..len {
        let (action, item) = (batch.action(index)?, sessions.of_action(index)?);
        let is_reused = is_same_address(item.session.svm, &well_known::BOUNDED)
            && sessions.is_reused(&leaves, index);
        let session = bounded::open(&item.session, &well_known::BOUNDED, user_op, is_reused)?;
        let svm = well_known::svm(session.svm);
        let data = item.call_specific_data;
        let is_key = rules::is_session_key(svm, &session, data, &action, &signer)?;
        targets.check(action.to, rules::is_typed(svm))?;
        // Every item is evaluated, so that an estimate with a dummy signature pays for all (7.2-D2).
        is_signed &= is_key;
        window = window.and(item.session.valid_until_secs, item.session.valid_after_secs);
    }
    let answer = if is_signed {
        validation_data::pack(false, window.valid_until_secs, window.valid_after_secs)
    } else {
        validation_data::pack(true, 0, 0)
    };
    Ok(word(&answer))
}

/// Whom the actions call (7.2-H).
struct Targets<'a> {
    account: &'a Address,
    manager: &'a Address,
    router: Address,
    /// Those that the account says are no modules of it.
    no_modules: Vec<&'a Address>,
}

impl<'a> Targets<'a> {
    fn new(account: &'a Address, manager: &'a Address, actions: usize) -> Self {
        Self {
            account,
            manager,
            router: address(),
            no_modules: with_capacity(actions),
        }
    }

    /// # Errors
    /// "SR Forbidden Target".
    fn check(&mut self, to: &'a Address, is_typed: bool) -> Result<(), Reject> {
        let own = [self.account, &self.router, self.manager];
        if target::is_forbidden(to, &own) || !(is_typed || self.is_no_module(to)) {
            return Err(reject!("SR Forbidden Target"));
        }
        Ok(())
    }

    /// Asks once for each target.
    fn is_no_module(&mut self, to: &'a Address) -> bool {
        let mut known = self.no_modules.iter();
        if known.any(|known| is_same_address(known, to)) {
            return true;
        }
        let is_none = is_no_module(self.account, to);
        if is_none {
            push(&mut self.no_modules, to);
        }
        is_none
    }
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
