//! Blocks and what is in them.

use std::borrow::Cow;

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{B256, U64},
    rpc::types::{self as rpc},
};
use serde::Serialize;

use super::{ErrorObject, Rpc};
use crate::{Block, BlockError, Devnode, Receipt};

/// A block with Nitro's own fields.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArbBlock {
    #[serde(flatten)]
    inner: rpc::Block,
    l1_block_number: U64,
    /// Messages to L1: none.
    send_count: U64,
    /// The root of messages to L1.
    send_root: B256,
}

impl ArbBlock {
    fn new(block: &Block, full: Option<bool>) -> Self {
        Self {
            inner: block.rpc(full.unwrap_or_default()),
            l1_block_number: U64::from(block.l1_block_number),
            send_count: U64::ZERO,
            send_root: B256::ZERO,
        }
    }
}

/// A block; of `pending` the one that would be mined now.
pub(super) fn find(node: &Devnode, id: BlockId) -> Result<Option<Cow<'_, Block>>, ErrorObject> {
    if id.is_pending() {
        return Ok(Some(Cow::Owned(node.pending_block())));
    }
    match node.blocks.resolve(id) {
        Ok(block) => Ok(Some(Cow::Borrowed(block))),
        Err(BlockError::Unknown(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn by_number(
    rpc: &mut Rpc,
    block: BlockNumberOrTag,
    full: Option<bool>,
) -> Result<Option<ArbBlock>, ErrorObject> {
    let block = find(&rpc.node, block.into())?;
    Ok(block.map(|block| ArbBlock::new(&block, full)))
}

pub(super) fn by_hash(
    rpc: &mut Rpc,
    hash: B256,
    full: Option<bool>,
) -> Result<Option<ArbBlock>, ErrorObject> {
    let block = find(&rpc.node, hash.into())?;
    Ok(block.map(|block| ArbBlock::new(&block, full)))
}

pub(super) fn receipts(rpc: &mut Rpc, block: BlockId) -> Result<Option<Vec<Receipt>>, ErrorObject> {
    let block = find(&rpc.node, block)?;
    Ok(block.map(|block| block.into_owned().receipts))
}

pub(super) fn count_by_number(
    rpc: &mut Rpc,
    block: BlockNumberOrTag,
) -> Result<Option<U64>, ErrorObject> {
    count(rpc, block.into())
}

pub(super) fn count_by_hash(rpc: &mut Rpc, hash: B256) -> Result<Option<U64>, ErrorObject> {
    count(rpc, hash.into())
}

fn count(rpc: &Rpc, id: BlockId) -> Result<Option<U64>, ErrorObject> {
    let block = find(&rpc.node, id)?;
    Ok(block.map(|block| U64::from(block.transactions.len())))
}

pub(super) fn uncles_by_number(
    rpc: &mut Rpc,
    block: BlockNumberOrTag,
) -> Result<Option<U64>, ErrorObject> {
    Ok(find(&rpc.node, block.into())?.map(|_| U64::ZERO))
}

pub(super) fn uncles_by_hash(rpc: &mut Rpc, hash: B256) -> Result<Option<U64>, ErrorObject> {
    Ok(find(&rpc.node, hash.into())?.map(|_| U64::ZERO))
}
