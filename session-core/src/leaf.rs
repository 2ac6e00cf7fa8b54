//! Leaves of an account's session tree (§2.2).

use crate::{Keccak, Word, user_op::Session};

/// keccak of the session: validUntil (6 bytes), validAfter (6), SVM (20), session key data. Neither account
/// nor chain is in it.
#[inline(never)]
pub fn leaf(keccak: &impl Keccak, session: &Session<'_>) -> Word {
    let [_, _, until @ ..] = session.valid_until_secs.to_be_bytes();
    let [_, _, after @ ..] = session.valid_after_secs.to_be_bytes();
    keccak.keccak(&[&until, &after, session.svm, session.session_key_data])
}

/// 2^48 - 1: the only word with bit 47 that a session may carry, as validUntil.
pub const FOREVER_SECS: u64 = (1 << 48) - 1;

/// May the words of a validity window stand in a leaf? EntryPoint v0.9 reads bit 47 as "block numbers", so it is
/// refused, but for [`FOREVER_SECS`] (§10.8).
pub fn is_window_allowed(valid_until_secs: u64, valid_after_secs: u64) -> bool {
    let bit = |secs: u64| secs >> 47 & 1 == 1;
    (!bit(valid_until_secs) || valid_until_secs == FOREVER_SECS) && !bit(valid_after_secs)
}
