//! What the session validation modules (SVMs) allow: one file per SVM (§5, §10.3 to §10.6).
//!
//! All but [`abi`] check in one order: the session key data, the target, the value, the inner selector, the shape of the
//! inner call, its arguments. The inner call is read strictly: nothing in it may be left to interpretation.

pub mod abi;
pub mod bounded;
pub mod dex_swap;
pub mod erc1155_mint;
pub mod erc20_approval;
pub mod erc20_stake;
pub mod erc20_transfer;

use crate::{
    Address, Malformed, Reject, Word,
    abi::{Tuple, as_u64},
    execution::{self, Action},
};

/// What a session of one SVM grants: its session key data, decoded.
pub trait Rules<'a>: Sized {
    /// The outer selector is not that of `execute`.
    fn invalid_selector() -> Reject;

    /// Decodes session key data.
    ///
    /// # Errors
    /// "… Malformed Session", with the prefix of the SVM; of [`abi`] [`Reject::Malformed`].
    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject>;

    /// The session key, if the grant covers the action.
    ///
    /// # Errors
    /// The text of the first check that fails.
    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject>;

    /// The same for an action of a batch: only [`erc20_transfer`] has another text there.
    ///
    /// # Errors
    /// The text of the first check that fails.
    fn check_params(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        self.check(action)
    }
}

/// The session key that may make a userOp with this callData (`validateSessionUserOp`, but for the signature).
///
/// # Errors
/// The text of the first check that fails; [`Reject::Malformed`] if the callData can't be decoded.
pub fn check_call_data<'a, R: Rules<'a>>(
    call_data: &[u8],
    session_key_data: &'a [u8],
) -> Result<&'a Address, Reject> {
    let (selector, arguments) = execution::split(call_data)?;
    if !execution::is_execute(selector) {
        return Err(R::invalid_selector());
    }
    let grant = R::decode(session_key_data)?;
    grant.check(&execution::execute(arguments)?)
}

/// The session key that may do this action (`validateSessionParams`).
///
/// # Errors
/// The text of the first check that fails.
pub fn check_action<'a, R: Rules<'a>>(
    action: &Action<'_>,
    session_key_data: &'a [u8],
) -> Result<&'a Address, Reject> {
    R::decode(session_key_data)?.check_params(action)
}

/// The head of `abi.encode` of static words: exactly `words` of them, all of the data.
///
/// # Errors
/// If the data is shorter or longer.
pub fn exact(data: &[u8], words: usize) -> Result<Tuple<'_>, Malformed> {
    if Some(data.len()) != words.checked_mul(32) {
        return Err(Malformed);
    }
    Tuple::new(data, words)
}

/// Does the word hold a number of at most `bytes` bytes?
fn fits(words: &Tuple<'_>, index: usize, bytes: usize) -> Result<bool, Malformed> {
    let high = 32usize.saturating_sub(bytes);
    Ok(words.word(index)?.iter().take(high).all(|byte| *byte == 0))
}

/// Is the word this number?
fn is_number(words: &Tuple<'_>, index: usize, number: u64) -> Result<bool, Malformed> {
    Ok(as_u64(words.word(index)?) == Some(number))
}

const ZERO_ADDRESS: Address = [0; 20];

fn is_zero(word: &Word) -> bool {
    *word == [0; 32]
}
