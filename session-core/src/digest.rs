//! What a session key signs.

use crate::{Keccak, Word};

const EIP191_PREFIX: &[u8] = b"\x19Ethereum Signed Message:\n32";

/// EIP-191's digest (version 0x45) of a userOp hash.
pub fn eth_signed(keccak: &impl Keccak, user_op_hash: &Word) -> Word {
    keccak.keccak(&[EIP191_PREFIX, user_op_hash])
}
