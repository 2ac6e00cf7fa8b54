//! Entry and dispatch.

use alloc::vec::Vec;

use session_core::{Text, Word};
use stylus_sdk::keccak_const::Keccak256;

use crate::{Revert, buffer, encoding::Encoding, host};

/// What a function answers: returndata, or revert data.
pub type Answer = Result<Vec<u8>, Revert>;

/// The answer of a function that returns one word.
pub fn word(word: &Word) -> Vec<u8> {
    buffer::concat(&[word])
}

/// The answer of a function that returns `bytes4`.
pub fn bytes4(bytes: [u8; 4]) -> Vec<u8> {
    let mut answer = buffer::with_capacity(32);
    buffer::append(&mut answer, &bytes);
    buffer::append_zeros(&mut answer, 28);
    answer
}

/// The answer of a function that returns `string`.
#[inline(never)]
pub fn string(text: Text) -> Vec<u8> {
    let mut answer = Encoding::tuple(1, Encoding::TEXT_BYTES);
    answer.text(0, text);
    answer.finish()
}

/// A row of the dispatch table.
#[derive(Clone, Copy)]
pub struct Entry {
    /// May it be called while another call of this program is open?
    pub is_reentrant: bool,
    /// Gets the calldata behind the selector.
    pub run: fn(&[u8]) -> Answer,
}

/// The dispatch table.
pub type Dispatch = fn(u32) -> Option<Entry>;

/// A program: its dispatch table, which reads like an interface. `guarded` functions refuse to be called while another
/// call of the program is open, `reentrant` ones do not. None takes ether.
///
/// ```ignore
/// session_shell::program! {
///     guarded "setMerkleRoot(bytes32)" => set_merkle_root;
///     reentrant "getSessionKeys(address)" => session_keys;
/// }
/// ```
#[macro_export]
macro_rules! program {
    ($($guard:ident $signature:literal => $run:path;)+) => {
        fn dispatch(selector: u32) -> Option<$crate::program::Entry> {
            match selector {
                $(selector if selector == const { $crate::program::selector($signature) } => {
                    Some($crate::program::Entry { is_reentrant: $crate::is_reentrant!($guard), run: $run })
                })+
                _ => None,
            }
        }

        $crate::export!(dispatch, concat!($($signature, "\n"),+));
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! is_reentrant {
    (guarded) => {
        false
    };
    (reentrant) => {
        true
    };
}

/// The first four bytes of the signature's hash, worked out by the compiler.
pub const fn selector(signature: &str) -> u32 {
    let [a, b, c, d, ..] = Keccak256::new().update(signature.as_bytes()).finalize();
    u32::from_be_bytes([a, b, c, d])
}

/// A text as an array, for a static.
#[doc(hidden)]
pub const fn bytes<const LEN: usize>(text: &str) -> [u8; LEN] {
    match text.as_bytes().first_chunk() {
        Some(bytes) => *bytes,
        None => [0; LEN],
    }
}

/// What the program answers to this calldata, and 0 for success, 1 for a revert.
pub(crate) fn answer(input: &[u8], dispatch: Dispatch) -> (Vec<u8>, usize) {
    match run(input, dispatch) {
        Ok(data) => (data, 0),
        Err(revert) => (revert.data(), 1),
    }
}

fn run(input: &[u8], dispatch: Dispatch) -> Answer {
    let (selector, arguments) = session_core::execution::split(input)?;
    let entry = dispatch(u32::from_be_bytes(*selector)).ok_or(Revert::EMPTY)?;
    if !host::has_no_value() || (!entry.is_reentrant && host::is_reentrant()) {
        return Err(Revert::EMPTY);
    }
    (entry.run)(arguments)
}
