//! Traces.

use alloy::{
    eips::BlockId,
    primitives::B256,
    rpc::types::{
        TransactionRequest,
        trace::geth::{GethDebugTracingCallOptions, GethDebugTracingOptions, GethTrace},
    },
};

use super::{ErrorObject, Rpc, calls::context};

pub(super) fn trace_call(
    rpc: &mut Rpc,
    transaction: TransactionRequest,
    block: Option<BlockId>,
    options: Option<GethDebugTracingCallOptions>,
) -> Result<GethTrace, ErrorObject> {
    let options = options.unwrap_or_default();
    if options.tx_index.is_some() {
        let why = "param `options`: txIndex is not supported, a call is traced after its block";
        return Err(ErrorObject::unsupported(why));
    }
    let context = context(block, options.state_overrides, options.block_overrides);
    let tracing = options.tracing_options;
    Ok(rpc.node.debug_trace_call(&transaction, context, tracing)?)
}

pub(super) fn trace_transaction(
    rpc: &mut Rpc,
    hash: B256,
    options: Option<GethDebugTracingOptions>,
) -> Result<GethTrace, ErrorObject> {
    let options = options.unwrap_or_default();
    Ok(rpc.node.debug_trace_transaction(hash, options)?)
}
