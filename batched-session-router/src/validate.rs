//! The validation of a batch, in the order of §10.2.

use alloc::vec::Vec;

use session_core::{
    Address, Reject,
    abi::Tuple,
    approval::approval,
    execution::{self, Batch},
    leaf::leaf,
    reject,
    rules::bounded,
    signature::recover,
    target,
    user_op::{BatchedSession, RouterSignature, UserOp},
    validation_data::{self, Window},
};
use session_shell::{
    Answer, Host, Revert, address,
    buffer::{append, push, with_capacity},
    encoding::Encoding,
    outgoing::{call, is_module_enabled, is_no_module},
    svm, word,
};

/// `validateSessionKeys(address,SessionData[])`.
const VALIDATE_SESSION_KEYS: [u8; 4] = [0xac, 0xb8, 0xf7, 0x12];

fn invalid_manager() -> Reject {
    reject!("SR Invalid SKM")
}

/// Answers validationData, to any caller.
pub(crate) fn validate_user_op(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 2)?;
    let user_op = UserOp::new(&arguments, 0)?;
    let (selector, call) = execution::split(user_op.call_data()?)?;
    if !execution::is_execute_batch(selector) {
        return Err(reject!("SR Invalid Selector").into());
    }
    let mut items = Vec::new();
    let signature =
        RouterSignature::decode(user_op.module_signature()?, |item| push(&mut items, item))?;
    let account = user_op.sender()?;
    if is_module_enabled(account, signature.manager)? != Some(true) {
        return Err(invalid_manager().into());
    }
    let signer = recover(&Host, arguments.word(1)?, signature.session_key_signature)?;
    let batch = Batch::decode(call)?;
    batch.check_len(items.len())?;
    let leaves = prove(account, &signature, &items)?;

    let mut window = Window::default();
    let mut is_signed = true;
    let mut targets = Targets::new(account, signature.manager);
    for (index, item) in items.iter().enumerate() {
        let action = batch.action(index)?;
        let session = bounded::open(&item.session, &well_known::BOUNDED, &user_op, || {
            is_reused(&leaves, index)
        })?;
        let session_key = svm::ask_params(&session, item.call_specific_data, &action)?;
        targets.check(action.to, session.svm)?;
        // Every item is evaluated, so that an estimate with a dummy signature pays for all (7.2-D2).
        is_signed &= session_key == signer;
        window = window.and(item.session.valid_until_secs, item.session.valid_after_secs);
    }
    let answer = if is_signed {
        validation_data::pack(false, window.valid_until_secs, window.valid_after_secs)
    } else {
        validation_data::pack(true, 0, 0)
    };
    Ok(word(&answer))
}

/// The leaves of the sessions, all of which the account has approved: its manager says so in one call, with a digest of
/// what it has proven, which must be what this program has decoded (7.2-B).
fn prove(
    account: &Address,
    signature: &RouterSignature<'_>,
    items: &[BatchedSession<'_>],
) -> Result<Vec<u8>, Revert> {
    let mut data = Encoding::new(&VALIDATE_SESSION_KEYS, 2, signature.encoded_sessions.len());
    data.address(0, account);
    data.encoded(1, signature.encoded_sessions);
    let approved = call(signature.manager, &data.finish())?;

    let mut leaves = with_capacity(items.len().wrapping_mul(32));
    for item in items {
        append(&mut leaves, &leaf(&Host, &item.session));
    }
    if approved != Some(approval(&Host, account, &leaves)) {
        return Err(invalid_manager().into());
    }
    Ok(leaves)
}

/// Has an earlier session this leaf too?
fn is_reused(leaves: &[u8], index: usize) -> bool {
    let (leaves, _) = leaves.as_chunks::<32>();
    let leaf = leaves.get(index);
    leaves
        .iter()
        .take(index)
        .any(|earlier| Some(earlier) == leaf)
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
    fn new(account: &'a Address, manager: &'a Address) -> Self {
        Self {
            account,
            manager,
            router: address(),
            no_modules: Vec::new(),
        }
    }

    /// # Errors
    /// "SR Forbidden Target".
    fn check(&mut self, to: &'a Address, svm: &Address) -> Result<(), Reject> {
        let own = [self.account, &self.router, self.manager];
        if target::is_forbidden(to, &own) || !(well_known::is_typed(svm) || self.is_no_module(to)) {
            return Err(reject!("SR Forbidden Target"));
        }
        Ok(())
    }

    /// Asks once for each target.
    fn is_no_module(&mut self, to: &'a Address) -> bool {
        if self.no_modules.contains(&to) {
            return true;
        }
        let is_none = is_no_module(self.account, to);
        if is_none {
            push(&mut self.no_modules, to);
        }
        is_none
    }
}
