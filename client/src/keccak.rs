//! keccak for [`session_core`], on the machine that runs the client.

use alloy::primitives::Keccak256;
use session_core::{Keccak, Word};

/// keccak-256 as alloy does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeKeccak;

impl Keccak for NativeKeccak {
    fn keccak(&self, parts: &[&[u8]]) -> Word {
        let mut hasher = Keccak256::new();
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize().0
    }
}
