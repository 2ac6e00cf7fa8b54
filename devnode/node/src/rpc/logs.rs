//! `eth_getLogs`.

use alloy::{
    eips::BlockNumberOrTag,
    rpc::types::{Filter, FilterBlockOption, Log},
};

use super::{ErrorObject, Rpc};
use crate::Devnode;

/// Most addresses of a filter, and most topics in one place, as in geth.
const ALTERNATIVES: usize = 1_000;

pub(super) fn get(rpc: &mut Rpc, filter: Filter) -> Result<Vec<Log>, ErrorObject> {
    check(&filter)?;
    matching(&rpc.node, &filter)
}

/// Is a filter small enough to be kept?
pub(super) fn check(filter: &Filter) -> Result<(), ErrorObject> {
    let mut topics = filter.topics.iter();
    if filter.address.len() > ALTERNATIVES || topics.any(|place| place.len() > ALTERNATIVES) {
        let why = "exceed max addresses or topics per search position";
        return Err(ErrorObject::params(why));
    }
    Ok(())
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
