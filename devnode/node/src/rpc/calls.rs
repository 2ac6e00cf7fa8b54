//! Calls that leave no trace.

use alloy::{
    eips::BlockId,
    primitives::{Bytes, U64, U256},
    rpc::types::{AccessListResult, BlockOverrides, TransactionRequest, state::StateOverride},
};
use revm_inspectors::access_list::AccessListInspector;

use super::{ErrorObject, Rpc, node_interface};
use crate::{CallContext, CallError, ExecutionResult, HaltReason, Revert};

/// How often a call is run to find its access list. What it reads can depend on what it costs.
const ACCESS_LIST_RUNS: usize = 8;

pub(super) fn context(
    block: Option<BlockId>,
    state: Option<StateOverride>,
    overrides: Option<BlockOverrides>,
) -> CallContext {
    CallContext {
        block: block.unwrap_or_default(),
        state: state.unwrap_or_default(),
        overrides: overrides.unwrap_or_default(),
    }
}

pub(super) fn call(
    rpc: &mut Rpc,
    transaction: TransactionRequest,
    block: Option<BlockId>,
    state: Option<StateOverride>,
    overrides: Option<BlockOverrides>,
) -> Result<Bytes, ErrorObject> {
    let context = context(block, state, overrides);
    if let Some(answer) = node_interface::call(rpc, &transaction, &context) {
        return answer;
    }
    Ok(rpc.node.call(&transaction, context)?)
}

pub(super) fn estimate(
    rpc: &mut Rpc,
    transaction: TransactionRequest,
    block: Option<BlockId>,
    state: Option<StateOverride>,
    overrides: Option<BlockOverrides>,
) -> Result<U64, ErrorObject> {
    let context = context(block, state, overrides);
    match rpc.node.estimate_gas(&transaction, context) {
        Ok(gas) => Ok(U64::from(gas)),
        Err(CallError::Halt {
            reason: HaltReason::OutOfGas(_),
            gas_used,
        }) => {
            let text = format!("gas required exceeds allowance ({gas_used})");
            Err(ErrorObject::server(text))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn access_list(
    rpc: &mut Rpc,
    transaction: TransactionRequest,
    block: Option<BlockId>,
    state: Option<StateOverride>,
) -> Result<AccessListResult, ErrorObject> {
    let context = context(block, state, None);
    let mut transaction = transaction;
    let mut runs = 0;
    loop {
        runs += 1;
        let before = transaction.access_list.clone().unwrap_or_default();
        let inspector = AccessListInspector::new(before.clone());
        let (result, inspector) =
            rpc.node
                .inspect_call(&transaction, context.clone(), inspector)?;
        let access_list = inspector.into_access_list();
        if access_list == before || runs == ACCESS_LIST_RUNS {
            return Ok(AccessListResult {
                access_list,
                gas_used: U256::from(result.tx_gas_used()),
                error: failure(&result),
            });
        }
        transaction.access_list = Some(access_list);
    }
}

fn failure(result: &ExecutionResult) -> Option<String> {
    match result {
        ExecutionResult::Success { .. } => None,
        ExecutionResult::Revert { output, .. } => Some(
            ErrorObject::revert(&Revert::new(output.clone()))
                .message
                .into(),
        ),
        ExecutionResult::Halt { reason, .. } => Some(super::error::halt(reason)),
    }
}
