//! Leaves of an account's session tree (§2.2).

use crate::{
    Keccak, Word,
    secs::{FOREVER, Secs},
    user_op::Session,
};

/// keccak of the session: validUntil (6 bytes), validAfter (6), SVM (20), session key data. Neither account
/// nor chain is in it.
#[inline(never)]
pub fn leaf(keccak: &impl Keccak, session: &Session<'_>) -> Word {
    keccak.keccak(&[
        session.valid_until,
        session.valid_after,
        session.svm,
        session.session_key_data,
    ])
}

/// May these times stand in a leaf? EntryPoint v0.9 reads bit 47 as "block numbers", so it is refused, but for
/// [`FOREVER`] as the end (§10.8).
pub fn is_window_allowed(valid_until: &Secs, valid_after: &Secs) -> bool {
    let bit_47 = |[first, ..]: &Secs| first >> 7 == 1;
    (!bit_47(valid_until) || *valid_until == FOREVER) && !bit_47(valid_after)
}
