//! Revert data.

use alloc::vec::Vec;

use session_core::{Malformed, Reject};

use crate::{encoding::Encoding, outgoing::returned};

/// `Error(string)`.
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];

/// Why a program reverts.
#[derive(Clone, Copy, Debug)]
pub enum Revert {
    /// It refuses what is asked: reverts with nothing or `Error(string)`.
    Rejected(Reject),
    /// Its last call reverted, with so many bytes: it reverts with the same.
    Returned(usize),
}

impl Revert {
    /// Nothing.
    pub const EMPTY: Self = Self::Rejected(Reject::Malformed);

    /// What it reverts with.
    pub(crate) fn data(self) -> Vec<u8> {
        match self {
            Self::Rejected(Reject::Malformed) => Vec::new(),
            Self::Rejected(Reject::Text(text)) => {
                let mut data = Encoding::call(ERROR, 1, Encoding::TEXT_BYTES);
                data.text(0, text);
                data.finish()
            }
            Self::Returned(len) => returned(len),
        }
    }
}

impl From<Malformed> for Revert {
    fn from(_: Malformed) -> Self {
        Self::EMPTY
    }
}

impl From<Reject> for Revert {
    fn from(reject: Reject) -> Self {
        Self::Rejected(reject)
    }
}
