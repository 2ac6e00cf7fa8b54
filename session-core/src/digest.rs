//! What a session key signs.

use crate::{Keccak, Word, word};

/// The 28 bytes before a hash, and four more that make it a word.
const EIP191_PREFIX: Word = *b"\x19Ethereum Signed Message:\n32\0\0\0\0";

/// EIP-191's digest (version 0x45) of a userOp hash.
pub fn eth_signed(keccak: &impl Keccak, user_op_hash: &Word) -> Word {
    let [prefix @ .., _, _, _, _] = &word!(EIP191_PREFIX);
    keccak.keccak(&[prefix, user_op_hash])
}
