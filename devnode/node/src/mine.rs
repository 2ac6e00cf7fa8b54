//! Running transactions and making blocks of them.

use std::convert::Infallible;

use alloy::{
    consensus::{Eip658Value, ReceiptEnvelope, Transaction, TxEnvelope, transaction::Recovered},
    primitives::B256,
    rpc::types::{Log, TransactionReceipt},
};
use devnode_evm::{ArbChain, ArbEvm};
use revm::{
    DatabaseCommit, DatabaseRef, ExecuteEvm,
    context::{
        CfgEnv,
        result::{EVMError, ExecutionResult, InvalidTransaction},
    },
    database::{CacheDB, WrapDatabaseRef},
    inspector::NoOpInspector,
};

use crate::{
    Block, Devnode, Receipt, TxError,
    env::{Env, tx_env},
    notes,
    pool::Pooled,
    state::State,
};

/// What [`Devnode::mine`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mined {
    /// The new block's number.
    pub number: u64,
    /// The new block's hash.
    pub hash: B256,
    /// Transactions that turned out not to be valid and left the pool.
    pub dropped: Vec<(B256, TxError)>,
}

/// Transactions that ran, and those that could not.
#[derive(Debug)]
pub(crate) struct Executed {
    /// The block that they ran in.
    pub(crate) env: Env,
    pub(crate) transactions: Vec<Recovered<TxEnvelope>>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) refused: Vec<(B256, TxError)>,
}

impl Executed {
    pub(crate) const fn empty(env: Env) -> Self {
        Self {
            env,
            transactions: Vec::new(),
            receipts: Vec::new(),
            refused: Vec::new(),
        }
    }
}

pub(crate) fn tx_error(error: EVMError<Infallible, InvalidTransaction>) -> TxError {
    match error {
        EVMError::Transaction(error) => error.into(),
        other => TxError::Evm(other.to_string()),
    }
}

impl Devnode {
    /// Mines one block of all ready transactions (of none, if there is none).
    pub fn mine(&mut self) -> Mined {
        let ready = self.ready();
        let executed = self.run_on_state(&ready);
        for (hash, error) in &executed.refused {
            tracing::warn!(%hash, %error, "transaction dropped from the pool");
        }
        let dropped = self.leave_pool(&executed);
        let block = self.seal(executed);
        Mined {
            number: block.number(),
            hash: block.hash(),
            dropped,
        }
    }

    /// Mines `count` blocks; the first one takes the ready transactions.
    pub fn mine_many(&mut self, count: u64) -> Vec<Mined> {
        (0..count).map(|_| self.mine()).collect()
    }

    /// Mines a block of one ready transaction of the pool.
    ///
    /// # Errors
    /// If it is not valid. Then it leaves the pool and there is no block.
    pub(crate) fn mine_one(&mut self, pooled: Pooled) -> Result<(), TxError> {
        let mut executed = self.run_on_state(&[pooled]);
        self.leave_pool(&executed);
        match executed.refused.pop() {
            Some((_, error)) => {
                self.state.history.begin(self.block_number(), &self.pins());
                Err(error)
            }
            None => {
                self.seal(executed);
                Ok(())
            }
        }
    }

    /// The transactions that the next block would take.
    pub(crate) fn ready(&self) -> Vec<Pooled> {
        self.pool.ready(|sender| self.state.account(sender).nonce)
    }

    /// The state after the ready transactions, and their results.
    pub(crate) fn run_pending(&self) -> (CacheDB<&State>, Executed) {
        let env = self.next_env();
        let mut state = CacheDB::new(&self.state);
        let executed = run(
            &mut state,
            &self.cfg,
            self.block_chain(&env),
            env,
            &self.ready(),
            |_, _| {},
        );
        (state, executed)
    }

    fn run_on_state(&mut self, transactions: &[Pooled]) -> Executed {
        let env = self.next_env();
        self.state.history.begin(env.number, &self.pins());
        let chain = self.block_chain(&env);
        run(
            &mut self.state,
            &self.cfg,
            chain,
            env,
            transactions,
            notes::transaction,
        )
    }

    /// Takes what ran and what can never run out of the pool; returns the latter.
    fn leave_pool(&mut self, executed: &Executed) -> Vec<(B256, TxError)> {
        for tx in &executed.transactions {
            self.pool.remove(*tx.tx_hash());
        }
        let mut dropped = executed.refused.clone();
        dropped.retain(|(_, error)| !matches!(error, TxError::NonceTooHigh { .. }));
        for (hash, _) in &dropped {
            self.pool.remove(*hash);
        }
        let state = &self.state;
        self.pool.prune(|sender| state.account(sender).nonce);
        dropped
    }

    fn seal(&mut self, executed: Executed) -> &Block {
        self.time.mined();
        let parent = self.blocks.head().hash();
        let block = Block::seal(executed, self.config.arbos_version, parent);
        self.state.block_hashes.push(block.hash());
        self.blocks.push(block);
        self.prune_blocks();
        self.blocks.head()
    }
}

/// Runs transactions one after the other; each sees what those before it did.
fn run<S>(
    state: &mut S,
    cfg: &CfgEnv,
    mut chain: ArbChain,
    env: Env,
    transactions: &[Pooled],
    note: impl Fn(&Recovered<TxEnvelope>, &ExecutionResult),
) -> Executed
where
    S: DatabaseRef<Error = Infallible> + DatabaseCommit,
{
    let mut executed = Executed::empty(env);
    let mut cumulative_gas = 0;
    for pooled in transactions {
        let mut cfg = cfg.clone();
        cfg.disable_eip3607 = pooled.impersonated;
        let tx = tx_env(&pooled.tx, cfg.chain_id);
        let db = WrapDatabaseRef(&*state);
        let mut evm = ArbEvm::new(db, cfg, env.block_env(), chain, NoOpInspector);
        let result = evm.transact(tx);
        (_, chain, _) = evm.into_parts();
        match result {
            Ok(done) => {
                state.commit(done.state);
                note(&pooled.tx, &done.result);
                cumulative_gas += done.result.tx_gas_used();
                let index = executed.receipts.len() as u64;
                let receipt = receipt(&pooled.tx, &env, index, cumulative_gas, done.result);
                executed.receipts.push(receipt);
                executed.transactions.push(pooled.tx.clone());
            }
            Err(error) => executed
                .refused
                .push((*pooled.tx.tx_hash(), tx_error(error))),
        }
    }
    executed
}

/// The receipt of a transaction, but for what depends on the whole block.
fn receipt(
    tx: &Recovered<TxEnvelope>,
    env: &Env,
    index: u64,
    cumulative_gas_used: u64,
    result: ExecutionResult,
) -> Receipt {
    let gas_used = result.tx_gas_used();
    let contract_address = match &result {
        ExecutionResult::Success { output, .. } => output.address().copied(),
        _ => None,
    };
    let status = Eip658Value::Eip658(result.is_success());
    let logs = match result {
        ExecutionResult::Success { logs, .. } => logs,
        _ => Vec::new(),
    };
    let logs = logs.into_iter().map(|inner| Log {
        inner,
        block_number: Some(env.number),
        block_timestamp: Some(env.timestamp),
        transaction_hash: Some(*tx.tx_hash()),
        transaction_index: Some(index),
        ..Log::default()
    });
    let receipt = alloy::consensus::Receipt {
        status,
        cumulative_gas_used,
        logs: logs.collect(),
    };
    let inner = TransactionReceipt {
        inner: ReceiptEnvelope::from_typed(tx.tx_type(), receipt.with_bloom()),
        transaction_hash: *tx.tx_hash(),
        transaction_index: Some(index),
        block_hash: None,
        block_number: Some(env.number),
        gas_used,
        effective_gas_price: env.base_fee.into(),
        blob_gas_used: None,
        blob_gas_price: None,
        from: tx.signer(),
        to: tx.to(),
        contract_address,
    };
    Receipt {
        inner,
        gas_used_for_l1: 0,
        l1_block_number: env.l1_block_number,
    }
}
