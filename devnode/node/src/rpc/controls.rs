//! What only a test may do: the methods of Hardhat and Anvil.

use alloy::primitives::{Address, B256, Bytes, U64, U256};
use serde::Deserialize;
use serde_json::Value;

use super::{ErrorObject, Rpc};

/// Most blocks that one request mines.
const MINE_LIMIT: u64 = 100_000;
/// The end of the year 9999: no block is later.
const LAST_TIMESTAMP: u64 = 253_402_300_799;

/// What `evm_mine` may be told.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Mine {
    /// The block's timestamp.
    At(U64),
    /// The first block's timestamp, and how many blocks.
    Options {
        timestamp: Option<U64>,
        blocks: Option<U64>,
    },
}

pub(super) fn snapshot(rpc: &mut Rpc) -> Result<U64, ErrorObject> {
    Ok(U64::from(rpc.node.snapshot()))
}

/// False if there is no such snapshot (any more).
pub(super) fn revert(rpc: &mut Rpc, snapshot: U64) -> Result<bool, ErrorObject> {
    let done = rpc.node.revert(snapshot.to()).is_ok();
    if done {
        rpc.reverts.push(rpc.node.block_number());
    }
    Ok(done)
}

pub(super) fn mine_one(rpc: &mut Rpc, options: Option<Mine>) -> Result<&'static str, ErrorObject> {
    let (timestamp, blocks) = match options {
        None => (None, None),
        Some(Mine::At(timestamp)) => (Some(timestamp), None),
        Some(Mine::Options { timestamp, blocks }) => (timestamp, blocks),
    };
    let blocks = count(blocks)?;
    if let Some(timestamp) = timestamp {
        set_next_timestamp(rpc, timestamp)?;
    }
    for _ in 0..blocks {
        rpc.node.mine();
    }
    Ok("0x0")
}

/// Mines blocks, `interval` seconds apart if that is given.
pub(super) fn mine(
    rpc: &mut Rpc,
    blocks: Option<U64>,
    interval: Option<U64>,
) -> Result<(), ErrorObject> {
    let blocks = count(blocks)?;
    let interval = interval.map(|secs| secs.to::<u64>());
    if let Some(secs) = interval {
        let last = rpc.node.next_timestamp();
        later(last, secs.saturating_mul(blocks))?;
    }
    for mined in 0..blocks {
        if let Some(secs) = interval.filter(|_| mined > 0) {
            let parent = rpc.node.head().timestamp();
            rpc.node.set_next_timestamp(parent.saturating_add(secs))?;
        }
        rpc.node.mine();
    }
    Ok(())
}

/// One block, if it is not said how many.
fn count(blocks: Option<U64>) -> Result<u64, ErrorObject> {
    match blocks.map_or(1, |blocks| blocks.to()) {
        many @ ..=MINE_LIMIT => Ok(many),
        _ => Err(ErrorObject::params(format!(
            "param `blocks`: {MINE_LIMIT} blocks at most"
        ))),
    }
}

/// A time `secs` after another.
fn later(timestamp: u64, secs: u64) -> Result<u64, ErrorObject> {
    let sum = timestamp.checked_add(secs);
    sum.filter(|sum| *sum <= LAST_TIMESTAMP)
        .ok_or_else(|| ErrorObject::params("timestamp after the year 9999"))
}

pub(super) fn set_automine(rpc: &mut Rpc, on: bool) -> Result<(), ErrorObject> {
    rpc.node.set_automine(on);
    Ok(())
}

pub(super) fn automine(rpc: &mut Rpc) -> Result<bool, ErrorObject> {
    Ok(rpc.node.automine())
}

pub(super) fn increase_time(rpc: &mut Rpc, seconds: U64) -> Result<u64, ErrorObject> {
    later(rpc.node.next_timestamp(), seconds.to())?;
    rpc.node.increase_time(seconds.to());
    Ok(seconds.to())
}

pub(super) fn set_next_timestamp(rpc: &mut Rpc, timestamp: U64) -> Result<(), ErrorObject> {
    let timestamp = later(timestamp.to(), 0)?;
    Ok(rpc.node.set_next_timestamp(timestamp)?)
}

/// Of all blocks from the next one on: the base fee does not follow demand.
pub(super) fn set_base_fee(rpc: &mut Rpc, fee: U64) -> Result<(), ErrorObject> {
    rpc.node.set_base_fee(fee.to());
    Ok(())
}

pub(super) fn set_balance(
    rpc: &mut Rpc,
    address: Address,
    balance: U256,
) -> Result<(), ErrorObject> {
    rpc.node.set_balance(address, balance);
    Ok(())
}

pub(super) fn set_code(rpc: &mut Rpc, address: Address, code: Bytes) -> Result<(), ErrorObject> {
    Ok(rpc.node.set_code(address, code)?)
}

pub(super) fn set_nonce(rpc: &mut Rpc, address: Address, nonce: U64) -> Result<(), ErrorObject> {
    rpc.node.set_nonce(address, nonce.to());
    Ok(())
}

pub(super) fn set_storage(
    rpc: &mut Rpc,
    address: Address,
    slot: U256,
    value: B256,
) -> Result<bool, ErrorObject> {
    rpc.node.set_storage_at(address, slot, value.into());
    Ok(true)
}

pub(super) fn impersonate(rpc: &mut Rpc, address: Address) -> Result<(), ErrorObject> {
    rpc.node.impersonate(address);
    Ok(())
}

pub(super) fn stop_impersonating(rpc: &mut Rpc, address: Address) -> Result<(), ErrorObject> {
    rpc.node.stop_impersonating(address);
    Ok(())
}

pub(super) fn impersonate_all(rpc: &mut Rpc, on: bool) -> Result<(), ErrorObject> {
    rpc.node.impersonate_all(on);
    Ok(())
}

/// The transaction's hash, if it was in the pool.
pub(super) fn drop_transaction(rpc: &mut Rpc, hash: B256) -> Result<Option<B256>, ErrorObject> {
    Ok(rpc.node.pool.remove(hash).map(|_| hash))
}

pub(super) fn reset(_: &mut Rpc, _: Option<Value>) -> Result<(), ErrorObject> {
    let why = "reset is not supported: take a snapshot first and revert to it";
    Err(ErrorObject::unsupported(why))
}
