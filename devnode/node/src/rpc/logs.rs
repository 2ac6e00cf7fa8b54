//! `eth_getLogs`.

use alloy::{
    eips::BlockNumberOrTag,
    rpc::types::{Filter, FilterBlockOption, Log},
};

use super::{ErrorObject, Rpc};
use crate::Devnode;

pub(super) fn get(rpc: &mut Rpc, filter: Filter) -> Result<Vec<Log>, ErrorObject> {
    matching(&rpc.node, &filter)
}

/// The logs that a filter lets through. A range that begins above the newest block and is open has
/// none: clients that poll ask for it.
pub(super) fn matching(node: &Devnode, filter: &Filter) -> Result<Vec<Log>, ErrorObject> {
    if let FilterBlockOption::Range {
        from_block: Some(BlockNumberOrTag::Number(from)),
        to_block,
    } = filter.block_option
        && from > node.block_number()
        && !matches!(to_block, Some(BlockNumberOrTag::Number(to)) if to < from)
    {
        return Ok(Vec::new());
    }
    Ok(node.logs(filter)?)
}
