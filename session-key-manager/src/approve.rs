//! What a router asks: are these sessions approved? The answer is a digest of all that was proven (§10.1).

use alloc::vec::Vec;

use session_core::{
    Address,
    abi::Tuple,
    approval::approval,
    proof::{not_approved, prove},
    user_op::{BatchedSession, Session},
};
use session_shell::{
    Answer, Host,
    buffer::{append, with_capacity},
    word,
};

use crate::root;

/// One session, of the reference's routers. They don't look at the answer.
pub(crate) fn validate_session_key(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 6)?;
    let account = arguments.address(0)?;
    let session = Session::decode(&arguments, 1)?;
    let leaf = prove(&Host, &root::of(account), &session)?;
    Ok(answer(account, &leaf))
}

/// All sessions of a batch.
pub(crate) fn validate_session_keys(arguments: &[u8]) -> Answer {
    let arguments = Tuple::new(arguments, 2)?;
    let account = arguments.address(0)?;
    let sessions = arguments.array(1)?;
    if sessions.is_empty() {
        return Err(not_approved().into());
    }
    let root = root::of(account);
    let mut leaves = with_capacity(sessions.len().wrapping_mul(32));
    for index in 0..sessions.len() {
        let item = BatchedSession::at(&sessions, index)?;
        append(&mut leaves, &prove(&Host, &root, &item.session)?);
    }
    Ok(answer(account, &leaves))
}

fn answer(account: &Address, leaves: &[u8]) -> Vec<u8> {
    word(&approval(&Host, account, leaves))
}
