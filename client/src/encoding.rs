//! Which form a module signature has, and what it costs.

use serde::{Deserialize, Serialize};

/// How a module signature is encoded. Each says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// `abi.encode`, as every other client does it.
    Canonical,
    /// The same to a decoder like solc's, but each value once and nothing padded. Programs of all deployments take it.
    Dense,
    /// Of a batch: each session once, all proven together, packed. Only a session-module takes it.
    Compact,
}

/// How a userOp was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The form.
    pub encoding: Encoding,
    /// Gas of the userOp's signature as calldata: [`calldata_gas`].
    pub calldata_gas: u64,
    /// What it would be with [`Encoding::Canonical`].
    pub canonical_calldata_gas: u64,
}

impl Encoded {
    /// Calldata gas that the form saves.
    pub const fn saved_calldata_gas(&self) -> u64 {
        self.canonical_calldata_gas
            .saturating_sub(self.calldata_gas)
    }
}

/// Gas of these bytes as calldata (EIP-2028): 4 for a zero, 16 for another. What a rollup charges for L1 data comes on top.
pub fn calldata_gas(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .map(|byte| if *byte == 0 { 4 } else { 16 })
        .sum()
}
