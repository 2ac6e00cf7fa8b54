//! Transactions from clients.

use alloy::{
    primitives::{B256, Bytes},
    rpc::types::TransactionRequest,
};

use super::{ErrorObject, Rpc};

pub(super) fn raw(rpc: &mut Rpc, transaction: Bytes) -> Result<B256, ErrorObject> {
    Ok(rpc.node.send_raw(&transaction)?)
}

pub(super) fn unsigned(
    rpc: &mut Rpc,
    transaction: TransactionRequest,
) -> Result<B256, ErrorObject> {
    Ok(rpc.node.send(transaction)?)
}
