//! Whether an account has approved a session (§2.2, 7.2-D, §10.8).

use crate::{
    Keccak, Reject, Word,
    leaf::{self, is_window_allowed},
    merkle, reject,
    user_op::Session,
};

/// The account has approved no such session.
pub fn not_approved() -> Reject {
    reject!("SessionNotApproved")
}

/// The session's leaf, if it is in the account's tree.
///
/// # Errors
/// [`not_approved`].
#[inline(never)]
pub fn prove(keccak: &impl Keccak, root: &Word, session: &Session<'_>) -> Result<Word, Reject> {
    let leaf = leaf::leaf(keccak, session);
    if !is_allowed(session) || !merkle::is_in(keccak, root, leaf, session.proof) {
        return Err(not_approved());
    }
    Ok(leaf)
}

/// May there be such a session, in whatever tree?
#[inline(never)]
pub fn is_allowed(session: &Session<'_>) -> bool {
    !is_node(session.session_key_data)
        && is_window_allowed(session.valid_until, session.valid_after)
}

/// Could the leaf's preimage be that of an inner node? With 32 bytes of session key data it has the 64 bytes of one.
/// A session whose data is one address (12 zero bytes before it) is let through: no node's children look like it, unless
/// someone finds 96 bits of zeros in a hash (7.2-D).
pub fn is_node(session_key_data: &[u8]) -> bool {
    session_key_data.len() == 32 && !session_key_data.starts_with(&[0; 12])
}
