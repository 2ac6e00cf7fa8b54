//! Who signed a userOp: OpenZeppelin's `ECDSA.recover` 4.9, with its texts (§5.1).

use crate::{
    Address, Keccak, Malformed, Reject, Word,
    digest::eth_signed,
    reject, word,
    words::{is_less, is_zero_address},
};

/// The ecrecover precompile.
pub trait Recover {
    /// The signer of a digest, if there is one. `rs` is r and s.
    fn ecrecover(&self, digest: &Word, v: u8, rs: &[u8; 64]) -> Option<Address>;
}

/// The largest s that is accepted: half of the curve's order, since only one of two signatures may be valid.
pub const MAX_S: Word = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Who signed the userOp hash by EIP-191: 65 bytes r, s, v. Never the zero address.
///
/// # Errors
/// "ECDSA: invalid signature length", "ECDSA: invalid signature 's' value", "ECDSA: invalid signature".
pub fn recover(
    host: &(impl Keccak + Recover),
    user_op_hash: &Word,
    signature: &[u8],
) -> Result<Address, Reject> {
    let Some((rs, [v])) = signature.split_first_chunk() else {
        return Err(reject!("ECDSA: invalid signature length"));
    };
    let (_, s) = rs.split_last_chunk().ok_or(Malformed)?;
    if is_less(&word!(MAX_S), s) {
        return Err(reject!("ECDSA: invalid signature 's' value"));
    }
    host.ecrecover(&eth_signed(host, user_op_hash), *v, rs)
        .filter(|signer| !is_zero_address(signer))
        .ok_or_else(|| reject!("ECDSA: invalid signature"))
}
