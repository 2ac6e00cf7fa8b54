//! A chain's state outside of the process.

mod file;

use std::collections::BTreeMap;

use alloy::{
    consensus::{Header, Sealable},
    primitives::{Address, B256, Bytes, U256},
};
use revm::{
    DatabaseRef,
    primitives::KECCAK_EMPTY,
    state::{AccountInfo, Bytecode},
};
use serde::{Deserialize, Serialize};

use crate::{
    Block, Devnode, NodeConfig, block::Blocks, clock::L1Clock, history::History, state::State,
};

pub use file::DumpError;

/// The state of a chain at its newest block: accounts, code, storage (ArbOS' with it, so programs
/// stay active and cached), time and L1 block number. Older blocks are gone but for their hashes,
/// so are transactions and receipts, the pool and snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    chain_id: u64,
    arbos_version: u64,
    body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    genesis: SavedBlock,
    head: SavedBlock,
    /// Of all blocks, from the genesis block to the newest.
    block_hashes: Vec<B256>,
    base_fee: u64,
    clock_ahead_secs: i64,
    l1_number: u64,
    l1_since: u64,
    accounts: BTreeMap<Address, SavedAccount>,
    code: BTreeMap<B256, Bytes>,
}

/// A block without its transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedBlock {
    l1_block_number: u64,
    header: Header,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavedAccount {
    nonce: u64,
    balance: U256,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_hash: Option<B256>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    storage: BTreeMap<U256, U256>,
}

impl From<&Block> for SavedBlock {
    fn from(block: &Block) -> Self {
        Self {
            l1_block_number: block.l1_block_number,
            header: block.header.inner().clone(),
        }
    }
}

impl From<SavedBlock> for Block {
    fn from(saved: SavedBlock) -> Self {
        Self {
            header: saved.header.seal_slow(),
            l1_block_number: saved.l1_block_number,
            transactions: Vec::new(),
            receipts: Vec::new(),
        }
    }
}

impl Devnode {
    /// Copies the state out.
    pub fn dump(&self) -> Dump {
        let mut accounts = BTreeMap::new();
        let mut code = BTreeMap::new();
        for (address, info, storage) in self.state.accounts() {
            let code_hash = (info.code_hash != KECCAK_EMPTY).then_some(info.code_hash);
            if let Some(hash) = code_hash {
                let Ok(bytecode) = self.state.code_by_hash_ref(hash);
                code.insert(hash, bytecode.original_bytes());
            }
            let saved = SavedAccount {
                nonce: info.nonce,
                balance: info.balance,
                code_hash,
                storage: storage.iter().map(|(key, word)| (*key, *word)).collect(),
            };
            accounts.insert(address, saved);
        }
        let genesis = self.blocks.get(0).unwrap_or_else(|| self.blocks.head());
        Dump {
            chain_id: self.config.chain_id,
            arbos_version: self.config.arbos_version,
            body: Body {
                genesis: genesis.into(),
                head: self.blocks.head().into(),
                block_hashes: self.state.block_hashes.clone(),
                base_fee: self.base_fee,
                clock_ahead_secs: self.time.ahead(),
                l1_number: self.l1.number,
                l1_since: self.l1.since,
                accounts,
                code,
            },
        }
    }

    /// A chain that goes on from a dump: the next block follows the dump's newest. Accounts of the
    /// configuration that the dump does not know get their balance; its genesis time, base fee
    /// and L1 block number are not used.
    ///
    /// # Errors
    /// If the dump is of another chain id or ArbOS version, or contradicts itself.
    pub fn restore(config: NodeConfig, dump: Dump) -> Result<Self, DumpError> {
        same("chain id", dump.chain_id, config.chain_id)?;
        same("ArbOS version", dump.arbos_version, config.arbos_version)?;
        let body = dump.body;
        let (genesis, head) = (Block::from(body.genesis), Block::from(body.head));
        let number = head.number();
        let in_line = genesis.number() == 0
            && u64::try_from(body.block_hashes.len()) == Ok(number.saturating_add(1))
            && body.block_hashes.first() == Some(&genesis.hash())
            && body.block_hashes.last() == Some(&head.hash());
        if !in_line {
            return Err(DumpError::Contradiction("its blocks are no chain"));
        }
        let mut state = load(&config, &body.accounts, body.code)?;
        state.block_hashes = body.block_hashes;
        state.history = History::starting(config.history, number);
        let mut blocks = Blocks::new(genesis);
        if number > 0 {
            blocks.push(head);
        }
        let mut node = Self::new(config);
        node.state = state;
        node.blocks = blocks;
        node.base_fee = body.base_fee;
        node.time = node.time.with_ahead(body.clock_ahead_secs);
        node.l1 = L1Clock {
            number: body.l1_number,
            since: body.l1_since,
        };
        Ok(node)
    }
}

/// # Errors
/// If code is missing, malformed, or not what its hash says.
fn load(
    config: &NodeConfig,
    accounts: &BTreeMap<Address, SavedAccount>,
    code: BTreeMap<B256, Bytes>,
) -> Result<State, DumpError> {
    let mut parsed = BTreeMap::new();
    for (hash, code) in code {
        let bytecode = Bytecode::new_raw_checked(code)
            .map_err(|_| DumpError::Contradiction("its code is malformed"))?;
        if bytecode.hash_slow() != hash {
            return Err(DumpError::Contradiction("code does not match its hash"));
        }
        parsed.insert(hash, bytecode);
    }
    let mut state = State::new(config.history);
    for (address, saved) in accounts {
        let mut info = AccountInfo::from_balance(saved.balance).with_nonce(saved.nonce);
        if let Some(hash) = saved.code_hash {
            let code = parsed.get(&hash);
            let code = code.ok_or(DumpError::Contradiction("an account's code is missing"))?;
            info.set_code_and_hash(code.clone(), hash);
        }
        state.set_account(*address, info);
        for (key, word) in &saved.storage {
            state.set_slot(*address, *key, *word);
        }
    }
    for signer in config.accounts.iter().chain([&config.owner]) {
        if !accounts.contains_key(&signer.address()) {
            state.set_account(signer.address(), AccountInfo::from_balance(config.balance));
        }
    }
    Ok(state)
}

const fn same(what: &'static str, have: u64, want: u64) -> Result<(), DumpError> {
    if have == want {
        Ok(())
    } else {
        Err(DumpError::Other { what, have, want })
    }
}
