//! What the chain knows of a program, by code hash.

use revm::primitives::U256;

use super::params::StylusParams;

/// The second that hours of activation count from.
pub const ARBITRUM_START_SECS: u64 = 1_421_388_000;

/// A program's record (embedded-chain.md §1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgramRecord {
    /// The Stylus version it was activated with; 0: never.
    pub version: u16,
    /// Gas, before the scalar and the least.
    pub init_cost: u16,
    /// Gas, before the scalar and the least.
    pub cached_cost: u16,
    /// WASM pages at the beginning of a call.
    pub footprint: u16,
    /// Hours since [`ARBITRUM_START_SECS`], 24 bits.
    pub activated_at_hours: u32,
    /// Size of the machine code that the chain reckons with, in KiB, 24 bits.
    pub asm_kb: u32,
    /// A cache manager pinned it.
    pub cached: bool,
}

/// Why a program does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inactive {
    /// It was never activated.
    #[error("it was never activated")]
    NotActivated,
    /// It was activated with another Stylus version than the chain's.
    #[error("it was activated with Stylus version {have}, the chain has {want}")]
    NeedsUpgrade {
        /// The program's version.
        have: u16,
        /// The chain's version.
        want: u16,
    },
    /// It outlived [`StylusParams::expiry_days`].
    #[error("it was activated {age_secs} seconds ago and has expired")]
    Expired {
        /// Seconds since activation or the last keepalive.
        age_secs: u64,
    },
}

impl ProgramRecord {
    /// The word that ArbOS keeps: the fields in their order, big-endian, left-aligned.
    pub fn to_word(&self) -> U256 {
        let mut word = [0; 32];
        word[0..2].copy_from_slice(&self.version.to_be_bytes());
        word[2..4].copy_from_slice(&self.init_cost.to_be_bytes());
        word[4..6].copy_from_slice(&self.cached_cost.to_be_bytes());
        word[6..8].copy_from_slice(&self.footprint.to_be_bytes());
        word[8..11].copy_from_slice(&self.activated_at_hours.to_be_bytes()[1..]);
        word[11..14].copy_from_slice(&self.asm_kb.to_be_bytes()[1..]);
        word[14] = self.cached.into();
        U256::from_be_bytes(word)
    }

    /// Reads [`to_word`](Self::to_word).
    pub fn from_word(word: U256) -> Self {
        let bytes: [u8; 32] = word.to_be_bytes();
        let u16_at = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let u24_at = |at: usize| u32::from_be_bytes([0, bytes[at], bytes[at + 1], bytes[at + 2]]);
        Self {
            version: u16_at(0),
            init_cost: u16_at(2),
            cached_cost: u16_at(4),
            footprint: u16_at(6),
            activated_at_hours: u24_at(8),
            asm_kb: u24_at(11),
            cached: bytes[14] != 0,
        }
    }

    /// Seconds since activation or the last keepalive.
    pub fn age_secs(&self, now_secs: u64) -> u64 {
        let since = ARBITRUM_START_SECS + u64::from(self.activated_at_hours) * 3_600;
        now_secs.saturating_sub(since)
    }

    /// Bytes of machine code that the data fee is reckoned with.
    pub fn asm_bytes(&self) -> u32 {
        self.asm_kb.saturating_mul(1_024)
    }

    /// Outlived its days?
    pub fn is_expired(&self, params: &StylusParams, now_secs: u64) -> bool {
        self.age_secs(now_secs) > params.expiry_secs()
    }

    /// The record itself if the program runs.
    ///
    /// # Errors
    /// The first reason against it, in Nitro's order.
    pub fn active(self, params: &StylusParams, now_secs: u64) -> Result<Self, Inactive> {
        if self.version == 0 {
            return Err(Inactive::NotActivated);
        }
        if self.version != params.version {
            return Err(Inactive::NeedsUpgrade {
                have: self.version,
                want: params.version,
            });
        }
        if self.is_expired(params, now_secs) {
            return Err(Inactive::Expired {
                age_secs: self.age_secs(now_secs),
            });
        }
        Ok(self)
    }
}

/// Whole hours since [`ARBITRUM_START_SECS`], at most 24 bits.
pub(crate) fn hours(now_secs: u64) -> u32 {
    let hours = now_secs.saturating_sub(ARBITRUM_START_SECS) / 3_600;
    hours.min(0xff_ffff) as u32
}
