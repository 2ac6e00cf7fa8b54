//! Transactions and receipts.

use alloy::{
    eips::{BlockId, BlockNumberOrTag, Encodable2718},
    primitives::{B256, Bytes, U64},
    rpc::types::Transaction,
};

use super::{ErrorObject, Rpc, blocks};
use crate::Receipt;

pub(super) fn by_hash(rpc: &mut Rpc, hash: B256) -> Result<Option<Transaction>, ErrorObject> {
    Ok(rpc.node.transaction(hash))
}

pub(super) fn by_number(
    rpc: &mut Rpc,
    block: BlockNumberOrTag,
    index: U64,
) -> Result<Option<Transaction>, ErrorObject> {
    by_index(rpc, block.into(), index)
}

pub(super) fn by_block_hash(
    rpc: &mut Rpc,
    hash: B256,
    index: U64,
) -> Result<Option<Transaction>, ErrorObject> {
    by_index(rpc, hash.into(), index)
}

fn by_index(rpc: &Rpc, id: BlockId, index: U64) -> Result<Option<Transaction>, ErrorObject> {
    let block = blocks::find(&rpc.node, id)?;
    Ok(block.and_then(|block| block.rpc_transaction(index.saturating_to())))
}

pub(super) fn raw(rpc: &mut Rpc, hash: B256) -> Result<Option<Bytes>, ErrorObject> {
    let tx = rpc.node.transaction(hash);
    Ok(tx.map(|tx| tx.inner.encoded_2718().into()))
}

pub(super) fn receipt(rpc: &mut Rpc, hash: B256) -> Result<Option<Receipt>, ErrorObject> {
    Ok(rpc.node.receipt(hash).cloned())
}
