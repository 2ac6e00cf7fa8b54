//! The decisions of the session-key programs, as pure functions of byte slices.
//!
//! No host, no SDK, no allocation, no unsafe: the programs are shells around this crate, and the client
//! uses it for every encoding and digest that a program computes too. What the host gives (keccak, ecrecover)
//! comes in as a trait. References such as "§2.2" are to the specification of the V2 session-key family.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod abi;
pub mod approval;
pub mod compact;
pub mod digest;
pub mod execution;
pub mod leaf;
pub mod merkle;
pub mod proof;
pub mod rules;
pub mod secs;
pub mod signature;
pub mod target;
#[doc(hidden)]
pub mod text;
pub mod user_op;
pub mod validation_data;
mod wide;
pub mod words;

use core::fmt;

pub use secs::Secs;
pub use text::{Known, Text};

/// A 20-byte address.
pub type Address = [u8; 20];
/// A 32-byte word: a hash, or an unsigned integer, big-endian (so that words compare as integers do).
pub type Word = [u8; 32];

/// keccak-256, as the host does it.
pub trait Keccak {
    /// The hash of the parts, one after the other.
    fn keccak(&self, parts: &[&[u8]]) -> Word;

    /// Puts the hash of two words in the place of the first.
    fn keccak_pair(&self, pair: &mut [Word; 2]) {
        let hash = self.keccak(&[pair.as_flattened()]);
        let [first, _] = pair;
        *first = hash;
    }
}

/// The calldata is not what its decoder takes: an empty revert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Why a request is refused: what the program reverts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// Nothing. The EntryPoint says "AA23 reverted (or OOG)".
    Malformed,
    /// `Error(string)`. The EntryPoint says "AA23 reverted: " and the text.
    Text(Text),
}

impl fmt::Display for Reject {
    /// The text, or none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => Ok(()),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl From<Malformed> for Reject {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// A word with an address in its low bytes.
pub fn pad(address: &Address) -> Word {
    let mut word = [0; 32];
    if let Some(low) = word.get_mut(12..) {
        low.copy_from_slice(address);
    }
    word
}
