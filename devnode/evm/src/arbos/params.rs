//! The chain's Stylus parameters.

use revm::primitives::U256;

/// Gas that one unit of [`StylusParams::min_init_gas`] stands for.
pub const MIN_INIT_GAS_UNIT: u64 = 128;
/// Gas that one unit of [`StylusParams::min_cached_init_gas`] stands for.
pub const MIN_CACHED_GAS_UNIT: u64 = 32;
/// Percent that one unit of a cost scalar stands for.
pub const SCALAR_PERCENT: u64 = 2;
/// What `ArbWasm.pageRamp` answers; the page price's formula (embedded-chain.md §1.6) implies it.
pub const PAGE_RAMP: u64 = 620_674_314;

/// The Stylus parameters, which chain owners set (embedded-chain.md §1.5, §1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// The Stylus version; programs of another one do not run.
    pub version: u16,
    /// Ink per gas, 24 bits.
    pub ink_price: u32,
    /// Words (8 bytes each) of a call's stack.
    pub max_stack_depth: u32,
    /// WASM pages (64 KiB) that a transaction has for free.
    pub free_pages: u16,
    /// Gas for each further page, before the exponential part.
    pub page_gas: u16,
    /// The most pages that a program may begin with.
    pub page_limit: u16,
    /// The least init cost, in units of 128 gas.
    pub min_init_gas: u8,
    /// The least cost of a cached call, in units of 32 gas.
    pub min_cached_init_gas: u8,
    /// Factor on init costs, in units of 2 percent.
    pub init_cost_scalar: u8,
    /// Factor on cached costs, in units of 2 percent.
    pub cached_cost_scalar: u8,
    /// Days after which a program stops.
    pub expiry_days: u16,
    /// Days after which a program's life may be extended.
    pub keepalive_days: u16,
    /// How many recently called programs of a block count as cached (from ArbOS 60 on).
    pub block_cache_size: u16,
    /// Bytes that an uncompressed program may have.
    pub max_wasm_bytes: u32,
}

impl StylusParams {
    /// What a chain of this ArbOS version begins with.
    pub const fn at(arbos_version: u64) -> Self {
        Self {
            version: if arbos_version < 31 { 1 } else { 2 },
            ink_price: 10_000,
            max_stack_depth: if arbos_version < 50 { 262_144 } else { 22_000 },
            free_pages: 2,
            page_gas: 1_000,
            page_limit: 128,
            min_init_gas: if arbos_version < 31 { 72 } else { 69 },
            min_cached_init_gas: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_bytes: 128 * 1024,
        }
    }

    /// Gas for initialising a program that is not cached, without
    /// [`cached_gas`](Self::cached_gas), which version 2 charges in any case.
    pub fn init_gas(&self, init_cost: u16) -> u64 {
        let least = u64::from(self.min_init_gas) * MIN_INIT_GAS_UNIT;
        least + scaled(init_cost, self.init_cost_scalar)
    }

    /// Gas for calling a program that is cached.
    pub fn cached_gas(&self, cached_cost: u16) -> u64 {
        let least = u64::from(self.min_cached_init_gas) * MIN_CACHED_GAS_UNIT;
        least + scaled(cached_cost, self.cached_cost_scalar)
    }

    /// Seconds that a program lives.
    pub fn expiry_secs(&self) -> u64 {
        u64::from(self.expiry_days) * 86_400
    }

    /// Seconds after which a program's life may be extended.
    pub fn keepalive_secs(&self) -> u64 {
        u64::from(self.keepalive_days) * 86_400
    }

    /// The word that ArbOS keeps: the fields in their order, big-endian, left-aligned.
    ///
    /// (Nitro stores `max_wasm_bytes` from ArbOS 40 on only; here it is always there.)
    pub fn to_word(&self) -> U256 {
        let mut word = [0; 32];
        let mut rest = word.as_mut_slice();
        let mut put = |bytes: &[u8]| {
            let (field, tail) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            field.copy_from_slice(bytes);
            rest = tail;
        };
        put(&self.version.to_be_bytes());
        put(&self.ink_price.to_be_bytes()[1..]);
        put(&self.max_stack_depth.to_be_bytes());
        put(&self.free_pages.to_be_bytes());
        put(&self.page_gas.to_be_bytes());
        put(&self.page_limit.to_be_bytes());
        put(&[self.min_init_gas, self.min_cached_init_gas]);
        put(&[self.init_cost_scalar, self.cached_cost_scalar]);
        put(&self.expiry_days.to_be_bytes());
        put(&self.keepalive_days.to_be_bytes());
        put(&self.block_cache_size.to_be_bytes());
        put(&self.max_wasm_bytes.to_be_bytes());
        U256::from_be_bytes(word)
    }

    /// Reads [`to_word`](Self::to_word). A zero word (a state without ArbOS genesis) gives the
    /// parameters of ArbOS 51.
    pub fn from_word(word: U256) -> Self {
        if word.is_zero() {
            return Self::at(51);
        }
        let bytes: [u8; 32] = word.to_be_bytes();
        let mut at = 0;
        let mut take = |len: usize| {
            let field = &bytes[at..at + len];
            at += len;
            field
                .iter()
                .fold(0_u32, |value, byte| value << 8 | u32::from(*byte))
        };
        Self {
            version: take(2) as u16,
            ink_price: take(3),
            max_stack_depth: take(4),
            free_pages: take(2) as u16,
            page_gas: take(2) as u16,
            page_limit: take(2) as u16,
            min_init_gas: take(1) as u8,
            min_cached_init_gas: take(1) as u8,
            init_cost_scalar: take(1) as u8,
            cached_cost_scalar: take(1) as u8,
            expiry_days: take(2) as u16,
            keepalive_days: take(2) as u16,
            block_cache_size: take(2) as u16,
            max_wasm_bytes: take(4),
        }
    }
}

fn scaled(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * u64::from(scalar) * SCALAR_PERCENT).div_ceil(100)
}
