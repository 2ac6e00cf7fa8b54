//! Events for `tracing`: what calls and transactions did.

use alloy::{
    consensus::{Transaction, TxEnvelope, transaction::Recovered},
    primitives::{Address, Log},
    sol_types::SolEvent,
};
use devnode_evm::arbos::{ARB_WASM, ARB_WASM_CACHE, ArbWasm, ArbWasmCache};
use revm::context::result::ExecutionResult;

use crate::{CREATE2_FACTORY, CallError};

/// A call that failed.
pub(crate) fn call(to: Option<&Address>, error: &CallError) {
    let to = to.copied().unwrap_or_default();
    match error {
        CallError::Revert(revert) => {
            let reason = revert.reason.as_deref().unwrap_or_default();
            tracing::info!(%to, data = %revert.data, reason, "call reverted");
        }
        error => tracing::info!(%to, %error, "call failed"),
    }
}

/// A transaction that ran.
pub(crate) fn transaction(tx: &Recovered<TxEnvelope>, result: &ExecutionResult) {
    let (hash, from, to) = (tx.tx_hash(), tx.signer(), tx.to().unwrap_or_default());
    match result {
        ExecutionResult::Success { output, logs, .. } => {
            let created = match output.address() {
                Some(address) => Some(*address),
                None if to == CREATE2_FACTORY => Address::try_from(&output.data()[..]).ok(),
                None => None,
            };
            if let Some(address) = created {
                tracing::info!(%address, %from, %hash, "contract created");
            }
            logs.iter().for_each(log);
        }
        ExecutionResult::Revert { output, .. } => {
            let revert = crate::Revert::new(output.clone());
            let reason = revert.reason.as_deref().unwrap_or_default();
            tracing::info!(%hash, %from, %to, data = %revert.data, reason, "transaction reverted");
        }
        ExecutionResult::Halt { reason, gas, .. } => {
            let gas = gas.tx_gas_used();
            tracing::info!(%hash, %from, %to, %reason, gas, "transaction stopped");
        }
    }
}

/// What the chain says of programs.
fn log(log: &Log) {
    if log.address == ARB_WASM
        && let Ok(event) = ArbWasm::ProgramActivated::decode_log(log)
    {
        let (program, version, data_fee) = (event.program, event.version, event.dataFee);
        tracing::info!(%program, version, %data_fee, "program activated");
    } else if log.address == ARB_WASM_CACHE
        && let Ok(event) = ArbWasmCache::UpdateProgramCache::decode_log(log)
    {
        let (codehash, cached) = (event.codehash, event.cached);
        tracing::info!(%codehash, cached, "program cache");
    }
}
