//! Call trees, geth's tracers, and inspectors of one's own.
//!
//! In programs' frames every inspector sees host functions as EVM opcodes; see
//! [`devnode_evm::ArbEvm`].

mod budget;
mod debug;
mod tracer;

use alloy::{
    consensus::Transaction,
    primitives::B256,
    rpc::types::{
        TransactionRequest,
        trace::geth::{CallConfig, CallFrame},
    },
};
use devnode_evm::{ArbContext, ArbEvm};
use revm::{
    DatabaseCommit, ExecuteEvm, InspectEvm, Inspector,
    context::result::{ExecutionResult, ResultAndState},
    database::CacheDB,
};
use revm_inspectors::tracing::{TracingInspector, TracingInspectorConfig};

use crate::{
    CallContext, CallError, Devnode, TraceError, TxError,
    call::{Call, Scratch},
    env::tx_env,
    mine::tx_error,
};

const WITH_LOGS: CallConfig = CallConfig {
    only_top_call: None,
    with_log: Some(true),
};

impl Devnode {
    /// Runs a call and returns its call tree with logs, as geth's callTracer does. A failed call
    /// has a tree too. Stylus frames are calls like others.
    ///
    /// # Errors
    /// If the call can not begin.
    pub fn trace_call(
        &self,
        request: &TransactionRequest,
        context: impl Into<CallContext>,
    ) -> Result<CallFrame, CallError> {
        let call = self.prepare(request, &context.into())?;
        let gas_limit = call.tx.gas_limit;
        let (result, inspector) = call.inspect(tracer())?;
        Ok(tree(inspector, gas_limit, &result))
    }

    /// The call tree of a mined transaction.
    ///
    /// # Errors
    /// If the transaction or the state before it is not there.
    pub fn trace_transaction(&self, hash: B256) -> Result<CallFrame, TraceError> {
        let (result, inspector) = self.inspect_transaction(hash, tracer())?;
        let (block, index) = self.blocks.find(hash).ok_or(TraceError::Unknown(hash))?;
        let gas_limit = block.transactions[index].gas_limit();
        Ok(tree(inspector, gas_limit, &result))
    }

    /// Runs a call under an inspector.
    ///
    /// # Errors
    /// If the call can not begin.
    pub fn inspect_call<'a, I: Inspector<ArbContext<Scratch<'a>>>>(
        &'a self,
        request: &TransactionRequest,
        context: impl Into<CallContext>,
        inspector: I,
    ) -> Result<(ExecutionResult, I), CallError> {
        self.prepare(request, &context.into())?.inspect(inspector)
    }

    /// Runs a mined transaction again under an inspector, after those before it in its block.
    ///
    /// # Errors
    /// If the transaction or the state before it is not there.
    pub fn inspect_transaction<'a, I: Inspector<ArbContext<Scratch<'a>>>>(
        &'a self,
        hash: B256,
        inspector: I,
    ) -> Result<(ExecutionResult, I), TraceError> {
        let run = inspect(self.replay(hash)?, inspector);
        Ok((run.done?.result, run.inspector))
    }

    /// A mined transaction as a call, to be run after those before it in its block.
    fn replay(&self, hash: B256) -> Result<Call<'_>, TraceError> {
        let (block, index) = self.blocks.find(hash).ok_or(TraceError::Unknown(hash))?;
        let env = block.env();
        let mut db = CacheDB::new(self.view_after(block.number() - 1)?);
        let mut chain = self.block_chain(&env);
        // who was impersonated then is not kept
        let mut cfg = self.cfg.clone();
        cfg.disable_eip3607 = true;
        for earlier in &block.transactions[..index] {
            let mut evm = ArbEvm::new(db, cfg.clone(), env.block_env(), chain, ());
            let done = evm
                .transact(tx_env(earlier, self.chain_id()))
                .map_err(tx_error)?;
            (db, chain, _) = evm.into_parts();
            db.commit(done.state);
        }
        Ok(Call {
            db,
            cfg,
            block: env.block_env(),
            chain,
            tx: tx_env(&block.transactions[index], self.chain_id()),
        })
    }
}

/// What a run under an inspector leaves: the inspector, the state before it, and the result.
struct Run<'a, I> {
    inspector: I,
    db: Scratch<'a>,
    done: Result<ResultAndState, TxError>,
}

fn inspect<'a, I: Inspector<ArbContext<Scratch<'a>>>>(call: Call<'a>, inspector: I) -> Run<'a, I> {
    let mut evm = ArbEvm::new(call.db, call.cfg, call.block, call.chain, inspector);
    let done = evm.inspect_tx(call.tx).map_err(tx_error);
    let (db, _, inspector) = evm.into_parts();
    Run {
        inspector,
        db,
        done,
    }
}

fn tracer() -> TracingInspector {
    TracingInspector::new(TracingInspectorConfig::from_geth_call_config(&WITH_LOGS))
}

fn tree(inspector: TracingInspector, gas_limit: u64, result: &ExecutionResult) -> CallFrame {
    inspector
        .with_transaction_gas_limit(gas_limit)
        .into_geth_builder()
        .geth_call_traces(WITH_LOGS, result.tx_gas_used())
}
