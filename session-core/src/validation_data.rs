//! What `validateUserOp` answers: authorizer (160 bits), validUntil (48), validAfter (48) from the low end (ERC-4337).

use crate::{Word, leaf::FOREVER_SECS};

/// The signature is not the session key's. The EntryPoint says AA24.
pub const SIG_VALIDATION_FAILED: u8 = 1;

/// The packed word.
pub fn pack(failed: bool, valid_until_secs: u64, valid_after_secs: u64) -> Word {
    let mut word = [0; 32];
    let [_, _, until @ ..] = valid_until_secs.to_be_bytes();
    let [_, _, after @ ..] = valid_after_secs.to_be_bytes();
    let authorizer = u8::from(failed) * SIG_VALIDATION_FAILED;
    for (byte, value) in word.iter_mut().zip(after.iter().chain(&until)) {
        *byte = *value;
    }
    if let Some(last) = word.last_mut() {
        *last = authorizer;
    }
    word
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
