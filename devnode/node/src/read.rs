//! Reading the chain.

use alloy::{
    consensus::{TxEnvelope, transaction::Recovered},
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U256},
    rpc::types::{Filter, FilterBlockOption, Log, Transaction},
};
use revm::{DatabaseRef, state::AccountInfo};

use crate::{Block, BlockError, CallError, Devnode, Receipt, state::View};

/// How much a chain holds, to see that it does not grow without bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Accounts of the state.
    pub accounts: usize,
    /// Slots that are not zero.
    pub slots: usize,
    /// Values that are kept to read older states and to revert.
    pub undo: usize,
    /// Transactions in the pool.
    pub pool: usize,
}

impl Devnode {
    /// Number of the newest block.
    pub fn block_number(&self) -> u64 {
        self.blocks.head().number()
    }

    /// The newest block.
    pub fn head(&self) -> &Block {
        self.blocks.head()
    }

    /// A mined block; the newest one of `pending` (see [`Self::pending_block`]).
    pub fn block(&self, id: impl Into<BlockId>) -> Option<&Block> {
        self.blocks.resolve(id.into()).ok()
    }

    /// The block that would be mined now. Costs running the pool's ready transactions.
    pub fn pending_block(&self) -> Block {
        let (_, executed) = self.run_pending();
        Block::seal(
            executed,
            self.config.arbos_version,
            self.blocks.head().hash(),
        )
    }

    /// A transaction of a block that is kept, or of the pool.
    pub fn transaction(&self, hash: B256) -> Option<Transaction> {
        if let Some((block, index)) = self.blocks.find(hash) {
            return block.rpc_transaction(index);
        }
        let pooled = self.pool.get(hash)?;
        Some(Transaction::from_transaction(
            pooled.tx.clone(),
            Default::default(),
        ))
    }

    /// The receipt of a transaction of a block that is kept.
    pub fn receipt(&self, hash: B256) -> Option<&Receipt> {
        let (block, index) = self.blocks.find(hash)?;
        block.receipts.get(index)
    }

    /// The transactions of the pool, by sender and nonce, those behind a gap included.
    pub fn pool(&self) -> impl Iterator<Item = &Recovered<TxEnvelope>> {
        self.pool.iter()
    }

    /// Wei of an account.
    ///
    /// # Errors
    /// If the block or its state is not there.
    pub fn balance(&self, address: Address, at: impl Into<BlockId>) -> Result<U256, CallError> {
        Ok(self.account(address, at)?.balance)
    }

    /// Nonce of an account; at `pending`, that of its next transaction.
    ///
    /// # Errors
    /// If the block or its state is not there.
    pub fn nonce(&self, address: Address, at: impl Into<BlockId>) -> Result<u64, CallError> {
        Ok(self.account(address, at)?.nonce)
    }

    /// Code of an account.
    ///
    /// # Errors
    /// If the block or its state is not there.
    pub fn code(&self, address: Address, at: impl Into<BlockId>) -> Result<Bytes, CallError> {
        let (view, _) = self.view(at.into())?;
        let Ok(info) = view.basic_ref(address);
        let Ok(code) = view.code_by_hash_ref(info.unwrap_or_default().code_hash);
        Ok(code.original_bytes())
    }

    /// An account's code hash: what the chain knows a program by. Zero if there is no account.
    ///
    /// # Errors
    /// If the block or its state is not there.
    pub fn code_hash(&self, address: Address, at: impl Into<BlockId>) -> Result<B256, CallError> {
        let (view, _) = self.view(at.into())?;
        let Ok(account) = view.basic_ref(address);
        Ok(account.map_or(B256::ZERO, |account| account.code_hash))
    }

    /// A storage slot of an account.
    ///
    /// # Errors
    /// If the block or its state is not there.
    pub fn storage_at(
        &self,
        address: Address,
        key: U256,
        at: impl Into<BlockId>,
    ) -> Result<U256, CallError> {
        let (view, _) = self.view(at.into())?;
        let Ok(value) = view.storage_ref(address, key);
        Ok(value)
    }

    /// The logs that a filter lets through, oldest first. Blocks that are not there yet have none.
    ///
    /// # Errors
    /// If the range is the wrong way round, reaches below what is kept, or the block hash is unknown.
    pub fn logs(&self, filter: &Filter) -> Result<Vec<Log>, BlockError> {
        let blocks: Vec<&Block> = match filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => vec![self.blocks.resolve(hash.into())?],
            FilterBlockOption::Range {
                from_block,
                to_block,
            } => {
                let from = self.number_of(from_block);
                let to = self.number_of(to_block);
                if from > to {
                    return Err(BlockError::Range { from, to });
                }
                let to = to.min(self.block_number());
                self.blocks.is_kept(from.max(1))?;
                (from..=to)
                    .filter_map(|number| self.blocks.get(number))
                    .collect()
            }
        };
        let possible = blocks
            .into_iter()
            .filter(|block| filter.matches_bloom(block.header.logs_bloom));
        let logs = possible.flat_map(Block::logs);
        let matching = logs.filter(|log| {
            filter.matches_address(log.address()) && filter.matches_topics(log.topics())
        });
        Ok(matching.cloned().collect())
    }

    /// How much the chain holds.
    pub fn sizes(&self) -> Sizes {
        let (accounts, slots, undo) = self.state.len();
        Sizes {
            accounts,
            slots,
            undo,
            pool: self.pool.len(),
        }
    }

    /// The state after a mined block.
    pub(crate) fn view_after(&self, number: u64) -> Result<View<'_>, BlockError> {
        if number == self.block_number() {
            return Ok(View::head(&self.state));
        }
        let oldest = self.state.history.floor();
        if number < oldest {
            return Err(BlockError::Pruned { number, oldest });
        }
        Ok(View::past(&self.state, number))
    }

    fn account(&self, address: Address, at: impl Into<BlockId>) -> Result<AccountInfo, CallError> {
        let (view, _) = self.view(at.into())?;
        let Ok(info) = view.basic_ref(address);
        Ok(info.unwrap_or_default())
    }

    fn number_of(&self, tag: Option<BlockNumberOrTag>) -> u64 {
        match tag.unwrap_or_default() {
            BlockNumberOrTag::Number(number) => number,
            BlockNumberOrTag::Earliest => 0,
            _ => self.block_number(),
        }
    }
}
