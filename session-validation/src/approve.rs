//! What a router asks: are these sessions approved? The answer is a digest of all that was proven (§10.1).

use alloc::vec::Vec;

use session_core::{
    Address, Word,
    abi::Tuple,
    approval::approval,
    proof::{not_approved, prove},
    user_op::Session,
};
use session_shell::{
    Answer, Host, Revert,
    buffer::{append, push, with_capacity},
    word,
};

use crate::{root, sessions::Sessions};

/// `validateSessionKey`: one session, of the reference's routers. They don't look at the answer.
///
/// # Errors
/// [`not_approved`].
pub fn validate_session_key(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 6)?;
    let account = arguments.address(0)?;
    let session = Session::decode(&arguments, 1)?;
    let leaf = prove(&Host, &root::of(account), &session)?;
    Ok(word(&approved(account, &leaf)))
}

/// `validateSessionKeys`: all sessions of a batch.
///
/// # Errors
/// [`not_approved`], also of none.
pub fn validate_session_keys(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 2)?;
    let account = arguments.address(0)?;
    let sessions = Sessions::decode(&arguments.array(1)?)?;
    if sessions.list.is_empty() {
        return Err(not_approved().into());
    }
    let leaves = leaves(account, &sessions)?;
    Ok(word(&of_all(account, &sessions, &leaves)))
}

/// The leaves of a batch's sessions, each in the account's tree by its own proof.
///
/// # Errors
/// [`not_approved`].
pub fn leaves(account: &Address, sessions: &Sessions<'_>) -> Result<Vec<Word>, Revert> {
    let root = root::of(account);
    let mut leaves = with_capacity(sessions.list.len());
    for item in &sessions.list {
        push(&mut leaves, prove(&Host, &root, &item.session)?);
    }
    Ok(leaves)
}

/// The approval of a batch's sessions, a leaf for each action.
pub fn of_all(account: &Address, sessions: &Sessions<'_>, leaves: &[Word]) -> Word {
    let mut of_actions = with_capacity(sessions.uses.len().wrapping_mul(32));
    for session in &sessions.uses {
        append(
            &mut of_actions,
            leaves.get(session.place).map_or(&[], |leaf| leaf),
        );
    }
    approved(account, &of_actions)
}

#[inline(never)]
fn approved(account: &Address, leaves: &[u8]) -> Word {
    approval(&Host, account, leaves)
}
