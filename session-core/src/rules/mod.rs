//! What the session validation modules (SVMs) allow: one file per SVM (§10.3 to §10.6).
//!
//! All of them check in one order: the session key data, the target, the value, the inner selector, the shape of the
//! inner call, its arguments. The inner call is read strictly: nothing in it may be left to interpretation.

pub mod bounded;
pub mod dex_swap;
pub mod erc20_approval;
pub mod erc20_stake;

use crate::{
    Address, Malformed, Reject, Word,
    abi::Tuple,
    execution::{self, Action},
};

/// What a session of one SVM grants: its session key data, decoded.
pub trait Rules<'a>: Sized {
    /// The outer selector is not that of `execute`.
    fn invalid_selector() -> Reject;

    /// Decodes session key data.
    ///
    /// # Errors
    /// "… Malformed Session", with the prefix of the SVM.
    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject>;

    /// The session key, if the grant covers the action.
    ///
    /// # Errors
    /// The text of the first check that fails.
    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject>;
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
    R::decode(session_key_data)?.check(action)
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

const ZERO_ADDRESS: Address = [0; 20];

fn is_zero(word: &Word) -> bool {
    *word == [0; 32]
}
