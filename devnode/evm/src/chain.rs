//! What a chain knows beyond revm's block, transaction and configuration.

use std::collections::VecDeque;

use revm::primitives::{Address, AddressMap, B256, hardfork::SpecId};

use crate::stylus::{MOST_BYTES, ProgramCache};

/// What is fixed for the life of a chain, but for upgrades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArbConfig {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// ArbOS version: 30 and up (Stylus); 51 is the newest in production.
    pub arbos_version: u64,
    /// `AllowDebugPrecompiles`: console hostios and ArbDebug work.
    pub debug: bool,
}

impl Default for ArbConfig {
    /// Nitro's dev chain (412346) at ArbOS 51, debug precompiles on.
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            arbos_version: 51,
            debug: true,
        }
    }
}

impl ArbConfig {
    /// The Ethereum rules that an ArbOS version executes (embedded-chain.md §1.9).
    pub const fn spec(&self) -> SpecId {
        match self.arbos_version {
            0..40 => SpecId::CANCUN,
            40..50 => SpecId::PRAGUE,
            _ => SpecId::OSAKA,
        }
    }
}

/// Code hashes of the programs that a block called last: from ArbOS 60 on, these count as cached
/// (embedded-chain.md §1.6). A new block starts with an empty one.
#[derive(Clone, Debug, Default)]
pub struct RecentPrograms(VecDeque<B256>);

impl RecentPrograms {
    /// Notes a call; tells whether the program was among the `capacity` most recent ones.
    pub fn insert(&mut self, code_hash: B256, capacity: usize) -> bool {
        let known = self.0.iter().position(|hash| *hash == code_hash);
        if let Some(index) = known {
            self.0.remove(index);
        }
        self.0.push_front(code_hash);
        self.0.truncate(capacity);
        known.is_some()
    }
}

/// Memory pages of a transaction's Stylus frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pages {
    /// In frames that are open now.
    pub(crate) open: u16,
    /// The most that were ever open at once in this transaction.
    pub(crate) ever: u16,
}

impl Pages {
    /// Opens `count` more pages; returns how many were open before.
    pub(crate) fn open(&mut self, count: u16) -> u16 {
        let before = self.open;
        self.open = self.open.saturating_add(count);
        self.ever = self.ever.max(self.open);
        before
    }
}

/// What one frame of a program spent, but for its return data. `own + hostios + calls` is the ink that it spent after its
/// start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Whose storage it acted on.
    pub address: Address,
    /// Gas for its start: init, or what a cached program's call costs, and pages.
    pub start_gas: u64,
    /// Ink of its own WASM instructions.
    pub own_ink: u64,
    /// Ink of host functions, but for what is in `calls_ink`.
    pub hostios_ink: u64,
    /// Ink of calls and creates that became frames: their own price, and what the callees spent.
    pub calls_ink: u64,
}

/// The chain's part of the context of an EVM.
#[derive(Clone, Debug, Default)]
pub struct ArbChain {
    /// Chain id, ArbOS version and debug switch.
    pub config: ArbConfig,
    /// Number of the L2 block. (`NUMBER` and the `block_number` hostio give revm's
    /// `block.number`, which is the L1 block's.)
    pub l2_block_number: u64,
    /// Programs that this block called; carry it from one transaction of a block to the next.
    pub recent: RecentPrograms,
    /// Instrumented and translated programs by code hash; clones share one.
    pub programs: ProgramCache,
    /// What the programs of this transaction spent, in the order in which their frames ended. An inspector's `call_end` finds
    /// its frame's at the end.
    pub spent: Vec<Spent>,
    /// Pages of this transaction.
    pub(crate) pages: Pages,
    /// Bytes that this transaction may still print.
    pub(crate) console_left: usize,
    /// Open non-delegate contexts by acting address, for `msg_reentrant`.
    pub(crate) contexts: AddressMap<u32>,
}

impl ArbChain {
    /// A chain with an empty program cache.
    pub fn new(config: ArbConfig) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    /// Forgets what belongs to one transaction.
    pub(crate) fn begin_transaction(&mut self) {
        self.pages = Pages::default();
        self.console_left = MOST_BYTES;
        self.contexts.clear();
        self.spent.clear();
    }

    /// A non-delegate context of `address` opens.
    pub(crate) fn push_context(&mut self, address: Address) {
        *self.contexts.entry(address).or_default() += 1;
    }

    /// A non-delegate context of `address` ends.
    pub(crate) fn pop_context(&mut self, address: Address) {
        if let Some(count) = self.contexts.get_mut(&address) {
            *count = count.saturating_sub(1);
        }
    }

    /// Is more than one context of `address` open?
    pub(crate) fn is_reentrant(&self, address: Address) -> bool {
        self.contexts.get(&address).is_some_and(|count| *count > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_called_last_are_recent_whatever_the_order_of_their_first_calls() {
        let hash = B256::with_last_byte;
        let mut recent = RecentPrograms::default();
        assert!(!recent.insert(hash(1), 2));
        assert!(!recent.insert(hash(2), 2));
        assert!(recent.insert(hash(1), 2), "1 is the newest now");
        assert!(!recent.insert(hash(3), 2), "2 goes, not 1");
        assert!(recent.insert(hash(1), 2));
        assert!(recent.insert(hash(1), 2), "a hash is there once");
        assert!(recent.insert(hash(3), 2));
        assert!(!recent.insert(hash(2), 2));
        assert!(!recent.insert(hash(1), 0), "no room at all");
        assert!(!recent.insert(hash(1), 0));
    }
}
