//! What `validateUserOp` answers: authorizer (160 bits), validUntil (48), validAfter (48) from the low end (ERC-4337).

use crate::{Word, leaf::FOREVER_SECS};

/// The signature is not the session key's. The EntryPoint says AA24.
pub const SIG_VALIDATION_FAILED: u8 = 1;

/// The packed word.
#[inline(never)]
pub fn pack(failed: bool, valid_until_secs: u64, valid_after_secs: u64) -> Word {
    let authorizer = u64::from(failed) * u64::from(SIG_VALIDATION_FAILED);
    let limbs = [
        valid_after_secs << 16 | valid_until_secs >> 32,
        valid_until_secs << 32,
        0,
        authorizer,
    ];
    let limbs = limbs.map(u64::to_be_bytes);
    limbs
        .as_flattened()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}

/// The time in which all of some sessions are valid (§4, step 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The earliest end.
    pub valid_until_secs: u64,
    /// The latest beginning.
    pub valid_after_secs: u64,
}

impl Default for Window {
    /// Always.
    fn default() -> Self {
        Self {
            valid_until_secs: FOREVER_SECS,
            valid_after_secs: 0,
        }
    }
}

impl Window {
    /// What is left of it for one more session. An end of 0 is none.
    #[must_use]
    pub fn and(self, valid_until_secs: u64, valid_after_secs: u64) -> Self {
        let until = if valid_until_secs == 0 {
            FOREVER_SECS
        } else {
            valid_until_secs
        };
        Self {
            valid_until_secs: self.valid_until_secs.min(until),
            valid_after_secs: self.valid_after_secs.max(valid_after_secs),
        }
    }
}
