//! Two keys, and what they have signed.

use alloy::{
    primitives::{Address, B256, U256, uint},
    signers::{SignerSync, local::PrivateKeySigner},
};
use differential::calldata::Choices;

/// The order of the curve's group.
const CURVE_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// A userOp hash, and signatures of it: 65 bytes r, s, v.
pub struct Signed {
    pub hash: B256,
    pub key: Vec<u8>,
    pub other_key: Vec<u8>,
    /// The key's other signature, whose s is in the upper half.
    pub high_s: Vec<u8>,
}

/// Signing is slow: a few hashes have been signed, which is as good, as no hash means anything to an SVM.
pub struct Keys {
    /// The session key's.
    pub address: Address,
    key: PrivateKeySigner,
    signed: Vec<Signed>,
}

impl Keys {
    pub fn new() -> Self {
        let [key, other_key] = [0x5e, 0x07].map(|byte| {
            PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).expect("a valid key")
        });
        let signed: Vec<_> = (1..=16)
            .map(|byte| {
                let hash = B256::repeat_byte(byte);
                let signature = sign(&key, hash);
                let mut high_s = signature.clone();
                let s = CURVE_ORDER - U256::from_be_slice(&signature[32..64]);
                high_s[32..64].copy_from_slice(&s.to_be_bytes::<32>());
                high_s[64] = 27 + 28 - high_s[64];
                Signed {
                    hash,
                    key: signature,
                    other_key: sign(&other_key, hash),
                    high_s,
                }
            })
            .collect();
        Self {
            address: key.address(),
            key,
            signed,
        }
    }

    /// The session key's signature of any other hash.
    pub fn sign(&self, hash: B256) -> Vec<u8> {
        sign(&self.key, hash)
    }

    /// One of the hashes.
    pub fn any(&self, choices: &mut Choices<'_>) -> &Signed {
        &self.signed[choices.below(self.signed.len())]
    }
}

fn sign(key: &PrivateKeySigner, hash: B256) -> Vec<u8> {
    let signature = key.sign_message_sync(hash.as_slice()).unwrap();
    signature.as_bytes().to_vec()
}
