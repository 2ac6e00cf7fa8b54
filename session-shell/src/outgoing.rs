//! Calls out. Of a successful answer at most a word is read; a revert is passed on whole (7.2-B).

use alloc::vec::Vec;

use session_core::{Address, Word, abi::as_bool, signature::Recover};

use crate::{
    Host, Revert, buffer,
    encoding::Encoding,
    host::{self, read_returned},
};

/// The first word of what a successful call returned, if it returned one.
pub type Returned = Option<Word>;

/// A call that may write. Whoever has no code answers nothing.
///
/// # Errors
/// What the callee reverted with.
pub fn call(to: &Address, data: &[u8]) -> Result<Returned, Revert> {
    first_word(host::call(to, data))
}

/// A call that may not write.
///
/// # Errors
/// What the callee reverted with.
pub fn static_call(to: &Address, data: &[u8]) -> Result<Returned, Revert> {
    first_word(host::static_call(to, data))
}

fn first_word((is_ok, len): (bool, usize)) -> Result<Returned, Revert> {
    if !is_ok {
        return Err(Revert::Returned(len));
    }
    let mut word = [0; 32];
    if len < word.len() {
        return Ok(None);
    }
    read_returned(&mut word);
    Ok(Some(word))
}

/// All that the last call returned.
pub(crate) fn returned(len: usize) -> Vec<u8> {
    let mut data = buffer::with_capacity(len);
    buffer::append_zeros(&mut data, len);
    read_returned(&mut data);
    data
}

/// `isModuleEnabled(address)` of Biconomy's SmartAccount V2.
const IS_MODULE_ENABLED: [u8; 4] = [0x2d, 0x9a, 0xd5, 0x3d];

/// The account's answer to `isModuleEnabled`, if it is a bool.
///
/// # Errors
/// What the account reverted with.
pub fn is_module_enabled(account: &Address, module: &Address) -> Result<Option<bool>, Revert> {
    let mut data = Encoding::call(IS_MODULE_ENABLED, 1, 0);
    data.address(0, module);
    let answer = static_call(account, &data.finish())?;
    Ok(answer.as_ref().and_then(as_bool))
}

/// Is `to` surely no enabled module of the account? Only a word of exactly 0 says so (7.2-H).
pub fn is_no_module(account: &Address, to: &Address) -> bool {
    matches!(is_module_enabled(account, to), Ok(Some(false)))
}

impl Recover for Host {
    fn ecrecover(&self, digest: &Word, v: u8, rs: &[u8; 64]) -> Option<Address> {
        let mut v_word = [0; 32];
        if let Some(last) = v_word.last_mut() {
            *last = v;
        }
        let input = buffer::concat(&[digest, &v_word, rs]);
        let mut precompile = [0; 20];
        if let Some(last) = precompile.last_mut() {
            *last = 1;
        }
        // The precompile answers nothing if there is no signer.
        let answer = static_call(&precompile, &input).ok()??;
        answer.last_chunk().copied()
    }
}
