//! The session key's own signature, and what the account wraps (§1.2, §6).

use alloy::{
    primitives::{Address, B256, Bytes, hex},
    signers::{SignerSync as _, local::PrivateKeySigner},
    sol_types::SolValue as _,
};
use session_core::digest;

use crate::NativeKeccak;

/// The released SDK's signature for gas estimates: well-formed, and of no key anybody holds (§6).
pub const DUMMY_SIGNATURE: [u8; 65] = hex!(
    "73c3ac716c487ca34bb858247b5ccf1dc354fbaabdd089af3b2ac8e78ba85a4959a2d76250325bd67c11771c31fccda87c33ceec17cc0de912690521bb95ffcb1b"
);

/// The key's signature of a userOp: 65 bytes r, s (low), v (27 or 28), over the EIP-191 digest of the hash.
///
/// # Errors
/// What the signer says. A key in memory always signs.
pub fn sign(signer: &PrivateKeySigner, user_op_hash: B256) -> Result<Bytes, alloy::signers::Error> {
    let digest = digest::eth_signed(&NativeKeccak, &user_op_hash);
    let signature = signer.sign_hash_sync(&digest.into())?;
    Ok(signature.as_bytes().into())
}

/// `userOp.signature`: `abi.encode(bytes moduleSignature, address module)`, module being the one that validates.
pub fn account_signature(module_signature: &[u8], module: Address) -> Bytes {
    (module_signature, module).abi_encode_params().into()
}
