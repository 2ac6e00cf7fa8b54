//! What gas costs. Tips are dropped, so they are never needed.

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{U64, U256},
    rpc::types::FeeHistory,
};

use super::{ErrorObject, Rpc};

/// Most blocks of a fee history, as in geth.
const HISTORY_LIMIT: u64 = 1_024;
/// Most percentiles of a fee history, as in geth.
const PERCENTILES_LIMIT: usize = 100;

pub(super) fn gas_price(rpc: &mut Rpc) -> Result<U256, ErrorObject> {
    Ok(U256::from(rpc.node.base_fee()))
}

pub(super) fn tip(_: &mut Rpc) -> Result<U256, ErrorObject> {
    Ok(U256::ZERO)
}

pub(super) fn history(
    rpc: &mut Rpc,
    count: U64,
    newest: BlockNumberOrTag,
    percentiles: Option<Vec<f64>>,
) -> Result<FeeHistory, ErrorObject> {
    let percentiles = percentiles.unwrap_or_default();
    check(&percentiles)?;
    let node = &rpc.node;
    let newest = node.blocks.resolve(newest.into())?.number();
    let oldest = match count.to::<u64>().min(HISTORY_LIMIT) {
        0 => return Ok(FeeHistory::default()),
        count => (newest + 1)
            .saturating_sub(count)
            .max(oldest_kept(rpc).min(newest)),
    };
    let blocks = || (oldest..=newest).filter_map(|number| node.block(number));
    let next = node.block(newest + 1);
    let next = next.map_or(node.base_fee(), |block| block.base_fee());
    let ratio = |used: u64, limit: u64| used as f64 / limit as f64;
    Ok(FeeHistory {
        oldest_block: oldest,
        base_fee_per_gas: blocks()
            .map(|block| block.base_fee())
            .chain([next])
            .map(u128::from)
            .collect(),
        gas_used_ratio: blocks()
            .map(|block| ratio(block.header.gas_used, block.header.gas_limit))
            .collect(),
        reward: (!percentiles.is_empty())
            .then(|| blocks().map(|_| vec![0; percentiles.len()]).collect()),
        ..FeeHistory::default()
    })
}

/// The oldest block from which on there is no gap. The genesis block is always there.
fn oldest_kept(rpc: &Rpc) -> u64 {
    match rpc.node.blocks.oldest() {
        1 => 0,
        oldest => oldest,
    }
}

fn check(percentiles: &[f64]) -> Result<(), ErrorObject> {
    let bad = |why| Err(ErrorObject::params(format!("param `percentiles`: {why}")));
    if percentiles.len() > PERCENTILES_LIMIT {
        return bad("over the query limit 100");
    }
    if percentiles.iter().any(|of| !(0.0..=100.0).contains(of)) {
        return bad("invalid reward percentile: not from 0 to 100");
    }
    if !percentiles.is_sorted() {
        return bad("invalid reward percentile: not in rising order");
    }
    Ok(())
}
