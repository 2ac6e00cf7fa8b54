//! Blocks, receipts, and where to find them.

use std::collections::BTreeMap;

use alloy::{
    consensus::{
        Header, ReceiptEnvelope, Sealed, TxEnvelope, TxReceipt,
        constants::EMPTY_OMMER_ROOT_HASH,
        proofs::{calculate_receipt_root, calculate_transaction_root},
        transaction::{Recovered, TransactionInfo},
    },
    eips::{BlockId, BlockNumberOrTag},
    network::primitives::BlockTransactions,
    primitives::{B64, B256, Bloom, Bytes, Sealable, map::B256Map},
    rpc::types::{self as rpc, Log, Transaction, TransactionReceipt},
};
use serde::Serialize;

use crate::{BlockError, env::Env, mine::Executed};

/// A mined block with everything in it.
#[derive(Clone, Debug)]
pub struct Block {
    /// The header and its hash. The state root is zero: it is not computed.
    pub header: Sealed<Header>,
    /// What `NUMBER` gave in this block.
    pub l1_block_number: u64,
    /// Transactions with their senders.
    pub transactions: Vec<Recovered<TxEnvelope>>,
    /// One receipt for each transaction.
    pub receipts: Vec<Receipt>,
}

/// A receipt with Arbitrum's own fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// What every chain has.
    #[serde(flatten)]
    pub inner: TransactionReceipt,
    /// Gas for posting to L1: always 0, it is not modelled.
    #[serde(with = "alloy::serde::quantity")]
    pub gas_used_for_l1: u64,
    /// The L1 block number that the transaction saw.
    #[serde(with = "alloy::serde::quantity")]
    pub l1_block_number: u64,
}

impl std::ops::Deref for Receipt {
    type Target = TransactionReceipt;

    fn deref(&self) -> &TransactionReceipt {
        &self.inner
    }
}

impl Block {
    /// Seals a block. Receipts come with all but block hash and log positions.
    pub(crate) fn seal(executed: Executed, arbos_version: u64, parent_hash: B256) -> Self {
        let Executed {
            env,
            mut transactions,
            mut receipts,
            ..
        } = executed;
        // a block is kept: one transaction with its receipt would else hold memory for four
        transactions.shrink_to_fit();
        receipts.shrink_to_fit();
        let block_env = env.block_env();
        let bare: Vec<_> = receipts
            .iter()
            .map(|receipt| receipt.inner.inner.clone().into_primitives_receipt())
            .collect();
        let envelopes: Vec<_> = transactions.iter().map(|tx| tx.inner().clone()).collect();
        let header = Header {
            parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: block_env.beneficiary,
            transactions_root: calculate_transaction_root(&envelopes),
            receipts_root: calculate_receipt_root(&bare),
            logs_bloom: bare
                .iter()
                .fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom()),
            difficulty: block_env.difficulty,
            number: env.number,
            gas_limit: block_env.gas_limit,
            gas_used: receipts.iter().map(|receipt| receipt.gas_used).sum(),
            timestamp: env.timestamp,
            extra_data: Bytes::from(B256::ZERO.to_vec()), // Nitro: the root of messages to L1
            mix_hash: mix_hash(env.l1_block_number, arbos_version),
            nonce: B64::ZERO,
            base_fee_per_gas: Some(env.base_fee),
            ..Header::default()
        }
        .seal_slow();
        let mut log_index = 0;
        for receipt in &mut receipts {
            receipt.inner.block_hash = Some(header.hash());
            for log in logs_mut(&mut receipt.inner.inner) {
                log.block_hash = Some(header.hash());
                log.log_index = Some(log_index);
                log_index += 1;
            }
        }
        Self {
            header,
            l1_block_number: env.l1_block_number,
            transactions,
            receipts,
        }
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.header.number
    }

    /// Its hash.
    pub fn hash(&self) -> B256 {
        self.header.hash()
    }

    /// Its time in seconds.
    pub fn timestamp(&self) -> u64 {
        self.header.timestamp
    }

    /// Wei per gas in it.
    pub fn base_fee(&self) -> u64 {
        self.header.base_fee_per_gas.unwrap_or_default()
    }

    /// What a transaction in it saw of it.
    pub(crate) fn env(&self) -> Env {
        Env {
            number: self.number(),
            l1_block_number: self.l1_block_number,
            timestamp: self.timestamp(),
            base_fee: self.base_fee(),
        }
    }

    /// One of its transactions as JSON-RPC shows it.
    pub fn rpc_transaction(&self, index: usize) -> Option<Transaction> {
        let tx = self.transactions.get(index)?;
        let info = TransactionInfo {
            hash: Some(*tx.tx_hash()),
            index: Some(index as u64),
            block_hash: Some(self.hash()),
            block_number: Some(self.number()),
            base_fee: Some(self.base_fee()),
            block_timestamp: Some(self.timestamp()),
        };
        let mut shown = Transaction::from_transaction(tx.clone(), info);
        shown.effective_gas_price = Some(self.base_fee().into()); // tips are dropped
        Some(shown)
    }

    /// The block as JSON-RPC shows it, with whole transactions if `full`.
    pub fn rpc(&self, full: bool) -> rpc::Block {
        let transactions = if full {
            let all = (0..self.transactions.len()).filter_map(|index| self.rpc_transaction(index));
            BlockTransactions::Full(all.collect())
        } else {
            BlockTransactions::Hashes(self.transactions.iter().map(|tx| *tx.tx_hash()).collect())
        };
        let header = rpc::Header::from_consensus(self.header.clone(), None, None);
        rpc::Block::new(header, transactions)
    }

    /// The logs of all its transactions.
    pub fn logs(&self) -> impl Iterator<Item = &Log> {
        self.receipts
            .iter()
            .flat_map(|receipt| receipt.inner.inner.logs())
    }
}

/// Nitro's use of the field: messages sent to L1 (none here), L1 block number, ArbOS version.
fn mix_hash(l1_block_number: u64, arbos_version: u64) -> B256 {
    let mut bytes = B256::ZERO;
    bytes[8..16].copy_from_slice(&l1_block_number.to_be_bytes());
    bytes[16..24].copy_from_slice(&arbos_version.to_be_bytes());
    bytes
}

fn logs_mut(receipt: &mut ReceiptEnvelope<Log>) -> &mut [Log] {
    match receipt {
        ReceiptEnvelope::Legacy(inner)
        | ReceiptEnvelope::Eip2930(inner)
        | ReceiptEnvelope::Eip1559(inner)
        | ReceiptEnvelope::Eip4844(inner)
        | ReceiptEnvelope::Eip7702(inner) => &mut inner.receipt.logs,
    }
}

/// Blocks by number, with indexes by hash.
#[derive(Debug)]
pub(crate) struct Blocks {
    /// Boxed, as a third or more of the tree's places are free.
    list: BTreeMap<u64, Box<Block>>,
    by_hash: B256Map<u64>,
    transactions: B256Map<(u64, usize)>,
    head: u64,
}

impl Blocks {
    pub(crate) fn new(genesis: Block) -> Self {
        let mut blocks = Self {
            list: BTreeMap::new(),
            by_hash: B256Map::default(),
            transactions: B256Map::default(),
            head: 0,
        };
        blocks.push(genesis);
        blocks
    }

    pub(crate) fn push(&mut self, block: Block) {
        self.head = block.number();
        self.by_hash.insert(block.hash(), block.number());
        for (index, tx) in block.transactions.iter().enumerate() {
            self.transactions
                .insert(*tx.tx_hash(), (block.number(), index));
        }
        self.list.insert(block.number(), Box::new(block));
    }

    /// The newest block. There always is one: neither it nor the genesis block is ever removed.
    pub(crate) fn head(&self) -> &Block {
        &self.list[&self.head]
    }

    /// The oldest block that is there, beside the genesis block.
    pub(crate) fn oldest(&self) -> u64 {
        self.list.range(1..).next().map_or(0, |(number, _)| *number)
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Block> {
        self.list.get(&number).map(Box::as_ref)
    }

    pub(crate) fn by_hash(&self, hash: B256) -> Option<&Block> {
        self.get(*self.by_hash.get(&hash)?)
    }

    /// Block and position of a transaction.
    pub(crate) fn find(&self, transaction: B256) -> Option<(&Block, usize)> {
        let (number, index) = self.transactions.get(&transaction)?;
        Some((self.get(*number)?, *index))
    }

    /// Removes all blocks above `head`.
    pub(crate) fn truncate(&mut self, head: u64) {
        for block in self.list.split_off(&(head + 1)).into_values() {
            self.forget(&block);
        }
        self.head = self.head.min(head);
    }

    /// Removes the blocks below `oldest`, but for the genesis block.
    pub(crate) fn prune(&mut self, oldest: u64) {
        let oldest = oldest.min(self.head).max(1);
        while let Some((number, _)) = self.list.range(1..oldest).next() {
            let number = *number;
            if let Some(block) = self.list.remove(&number) {
                self.forget(&block);
            }
        }
    }

    fn forget(&mut self, block: &Block) {
        self.by_hash.remove(&block.hash());
        for tx in &block.transactions {
            self.transactions.remove(tx.tx_hash());
        }
    }

    /// # Errors
    /// If a block was there and is not kept.
    pub(crate) fn is_kept(&self, number: u64) -> Result<(), BlockError> {
        let oldest = self.oldest();
        if (1..oldest).contains(&number) {
            return Err(BlockError::NotKept { number, oldest });
        }
        Ok(())
    }

    /// A mined block; of `pending` the newest.
    pub(crate) fn resolve(&self, id: BlockId) -> Result<&Block, BlockError> {
        let unknown = || BlockError::Unknown(id.to_string());
        match id {
            BlockId::Hash(hash) => self.by_hash(hash.block_hash).ok_or_else(unknown),
            BlockId::Number(tag) => match tag {
                BlockNumberOrTag::Number(number) => {
                    self.is_kept(number)?;
                    self.get(number).ok_or_else(unknown)
                }
                BlockNumberOrTag::Earliest => self.get(0).ok_or_else(unknown),
                BlockNumberOrTag::Latest
                | BlockNumberOrTag::Pending
                | BlockNumberOrTag::Safe
                | BlockNumberOrTag::Finalized => Ok(self.head()),
            },
        }
    }
}
