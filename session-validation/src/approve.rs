//! What a router asks: are these sessions approved? The answer is a digest of all that was proven (§10.1).

use alloc::vec::Vec;

use session_core::{
    Address, Reject, Word,
    abi::Tuple,
    approval::approval,
    proof::{not_approved, prove},
    user_op::Session,
};
use session_shell::{Answer, Host, word};

use crate::{
    root,
    sessions::{self, Item},
};

/// `validateSessionKey`: one session, of the reference's routers. They don't look at the answer.
///
/// # Errors
/// [`not_approved`].
pub fn validate_session_key(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 6)?;
    let account = arguments.address(0)?;
    let session = Session::decode(&arguments, 1)?;
    approve(account, &[Item::of(0, session)])
}

/// `validateSessionKeys`: all sessions of a batch.
///
/// # Errors
/// [`not_approved`], also of none.
pub fn validate_session_keys(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 2)?;
    let account = arguments.address(0)?;
    let items = sessions::decode(&arguments.array(1)?)?;
    if items.is_empty() {
        return Err(not_approved().into());
    }
    approve(account, &items)
}

fn approve(account: &Address, items: &[Item<'_>]) -> Answer {
    let leaves = leaves(account, items)?;
    Ok(word(&approved(account, &leaves)))
}

/// The leaf of each session, in the account's tree by its own proof.
///
/// # Errors
/// [`not_approved`].
pub fn leaves(account: &Address, items: &[Item<'_>]) -> Result<Vec<Word>, Reject> {
    let root = root::of(account);
    sessions::leaves(items, |session| prove(&Host, &root, session))
}

/// The digest of what is approved: a leaf for each action.
#[inline(never)]
pub fn approved(account: &Address, leaves: &[Word]) -> Word {
    approval(&Host, account, leaves.as_flattened())
}
