//! What `validateUserOp` answers: authorizer (160 bits), validUntil (48), validAfter (48) from the low end (ERC-4337).

use crate::{
    Word,
    secs::{FOREVER, Secs, to_u64},
};

/// The signature is not the session key's. The EntryPoint says AA24.
pub const SIG_VALIDATION_FAILED: u8 = 1;

/// The packed word.
#[inline(never)]
pub fn pack(failed: bool, valid_until: &Secs, valid_after: &Secs) -> Word {
    let mut word = [0; 32];
    if let [window @ .., authorizer] = word.as_mut_slice()
        && let Some((after, rest)) = window.split_first_chunk_mut()
        && let Some(until) = rest.first_chunk_mut()
    {
        *after = *valid_after;
        *until = *valid_until;
        *authorizer = u8::from(failed) * SIG_VALIDATION_FAILED;
    }
    word
}

/// The time in which all of some sessions are valid (§4, step 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The earliest end.
    pub valid_until: Secs,
    /// The latest beginning.
    pub valid_after: Secs,
}

impl Default for Window {
    /// Always.
    fn default() -> Self {
        Self {
            valid_until: FOREVER,
            valid_after: [0; 6],
        }
    }
}

impl Window {
    /// Zeros: what goes with a failed signature (§4, step 11).
    pub const NONE: Self = Self {
        valid_until: [0; 6],
        valid_after: [0; 6],
    };

    /// Leaves what is left of it for one more session. An end of 0 is none.
    pub fn and(&mut self, valid_until: &Secs, valid_after: &Secs) {
        let until = to_u64(valid_until);
        if until != 0 && until < to_u64(&self.valid_until) {
            self.valid_until = *valid_until;
        }
        if to_u64(valid_after) > to_u64(&self.valid_after) {
            self.valid_after = *valid_after;
        }
    }
}
