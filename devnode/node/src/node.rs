//! [`Devnode`]: the chain.

use std::collections::BTreeMap;

use alloy::{
    primitives::{
        Address, B256,
        map::{AddressMap, AddressSet},
    },
    signers::local::PrivateKeySigner,
};
use devnode_evm::{ArbChain, cfg_env};
use revm::context::CfgEnv;

use crate::{
    Block, ControlError, NodeConfig,
    block::Blocks,
    clock::{L1Clock, Time},
    env::Env,
    genesis,
    mine::Executed,
    pool::Pool,
    state::State,
};

/// An Arbitrum chain in this process: blocks, state, pool and clock. Nothing happens in the
/// background; everything is a call of a method.
#[derive(Debug)]
pub struct Devnode {
    pub(crate) config: NodeConfig,
    pub(crate) cfg: CfgEnv,
    /// What every block's EVM starts with; clones share the cache of programs.
    pub(crate) chain: ArbChain,
    pub(crate) state: State,
    pub(crate) blocks: Blocks,
    pub(crate) pool: Pool,
    pub(crate) time: Time,
    pub(crate) l1: L1Clock,
    /// The next block's.
    pub(crate) base_fee: u64,
    pub(crate) automine: bool,
    pub(crate) signers: AddressMap<PrivateKeySigner>,
    pub(crate) impersonated: AddressSet,
    pub(crate) impersonate_all: bool,
    snapshots: BTreeMap<u64, Snapshot>,
    next_snapshot: u64,
}

/// Everything but the state, which its history brings back.
#[derive(Debug)]
struct Snapshot {
    position: u64,
    head: u64,
    pool: Pool,
    time: Time,
    l1: L1Clock,
    base_fee: u64,
}

impl Default for Devnode {
    fn default() -> Self {
        Self::new(NodeConfig::default())
    }
}

impl Devnode {
    /// A chain with its genesis block.
    pub fn new(config: NodeConfig) -> Self {
        let l1 = L1Clock {
            number: config.l1_block_number,
            since: config.genesis_timestamp,
        };
        let mut state = genesis::state(&config);
        let env = Env {
            number: 0,
            l1_block_number: l1.number,
            timestamp: config.genesis_timestamp,
            base_fee: config.base_fee,
        };
        let block = Block::seal(Executed::empty(env), config.arbos_version, B256::ZERO);
        state.block_hashes.push(block.hash());
        Self {
            cfg: cfg_env(&config.arb()),
            chain: ArbChain::new(config.arb()),
            state,
            blocks: Blocks::new(block),
            pool: Pool::default(),
            time: Time::new(config.clock),
            l1,
            base_fee: config.base_fee,
            automine: config.automine,
            signers: config
                .accounts
                .iter()
                .chain([&config.owner])
                .map(|signer| (signer.address(), signer.clone()))
                .collect(),
            impersonated: AddressSet::default(),
            impersonate_all: false,
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
            config,
        }
    }

    /// EIP-155 chain id.
    pub const fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// What it was started with.
    pub const fn config(&self) -> &NodeConfig {
        &self.config
    }

    /// The accounts whose transactions need no signature, in the order of the configuration.
    pub fn accounts(&self) -> Vec<Address> {
        self.config
            .accounts
            .iter()
            .map(PrivateKeySigner::address)
            .collect()
    }

    /// The chain owner.
    pub fn owner(&self) -> Address {
        self.config.owner.address()
    }

    /// The key of one of its accounts.
    pub fn signer(&self, address: Address) -> Option<&PrivateKeySigner> {
        self.signers.get(&address)
    }

    /// Remembers state, blocks, pool, time, base fee and L1 block number; not which accounts are
    /// impersonated, nor whether blocks are mined by themselves.
    ///
    /// Costs a copy of the pool. The changes made since are kept until it is reverted, at most one
    /// value for each account and slot that was touched.
    pub fn snapshot(&mut self) -> u64 {
        let head = self.block_number();
        let position = self.state.history.mark(head, &self.pins());
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        self.snapshots.insert(
            id,
            Snapshot {
                position,
                head,
                pool: self.pool.clone(),
                time: self.time,
                l1: self.l1,
                base_fee: self.base_fee,
            },
        );
        id
    }

    /// Brings back what [`Self::snapshot`] remembered, and forgets that snapshot and all later
    /// ones, and with the blocks since then their receipts and traces. Costs what was changed since.
    ///
    /// # Errors
    /// If there is no such snapshot (any more).
    pub fn revert(&mut self, id: u64) -> Result<(), ControlError> {
        let snapshot = self
            .snapshots
            .remove(&id)
            .ok_or(ControlError::NoSnapshot(id))?;
        self.snapshots.split_off(&id);
        self.state.rewind(snapshot.position);
        self.state.history.rewound(snapshot.head);
        self.state.history.begin(snapshot.head, &self.pins());
        self.blocks.truncate(snapshot.head);
        self.state
            .block_hashes
            .truncate(usize::try_from(snapshot.head).unwrap_or(0) + 1);
        self.pool = snapshot.pool;
        self.time = snapshot.time;
        self.l1 = snapshot.l1;
        self.base_fee = snapshot.base_fee;
        Ok(())
    }

    /// Forgets the blocks that are not to be kept.
    pub(crate) fn prune_blocks(&mut self) {
        let Some(kept) = self.config.kept_blocks else {
            return;
        };
        let oldest = (self.block_number() + 1).saturating_sub(kept);
        let pinned = self.snapshots.values().map(|snapshot| snapshot.head).min();
        self.blocks
            .prune(pinned.map_or(oldest, |pinned| oldest.min(pinned)));
    }

    /// Positions of the live snapshots.
    pub(crate) fn pins(&self) -> Vec<u64> {
        self.snapshots
            .values()
            .map(|snapshot| snapshot.position)
            .collect()
    }

    /// The block after the newest, as it would be now.
    pub(crate) fn next_env(&self) -> Env {
        let head = self.blocks.head();
        let timestamp = self.time.peek(head.timestamp());
        Env {
            number: head.number().saturating_add(1),
            l1_block_number: self.l1.at(timestamp),
            timestamp,
            base_fee: self.base_fee,
        }
    }
}
