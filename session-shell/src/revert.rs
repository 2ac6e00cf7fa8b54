//! Revert data.

use alloc::vec::Vec;

use session_core::{Malformed, Reject, Text};

use crate::encoding::Encoding;

/// `Error(string)`.
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];

/// What a program reverts with.
#[derive(Debug)]
pub struct Revert(pub Vec<u8>);

impl Revert {
    /// Nothing.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// `Error(string)`.
    pub fn text(text: &Text) -> Self {
        let mut data = Encoding::new(&ERROR, 1, text.as_bytes().len());
        data.bytes(0, text.as_bytes());
        Self(data.finish())
    }
}

impl From<Malformed> for Revert {
    fn from(_: Malformed) -> Self {
        Self::empty()
    }
}

impl From<Reject> for Revert {
    fn from(reject: Reject) -> Self {
        match reject {
            Reject::Malformed => Self::empty(),
            Reject::Text(text) => Self::text(&text),
        }
    }
}
