//! What the node is, and its pool.

use std::collections::BTreeMap;

use alloy::{
    consensus::Transaction as _,
    primitives::{Address, B256, Bytes, U64, keccak256},
    rpc::types::Transaction,
};
use serde::Serialize;

use super::{ErrorObject, Rpc};

pub(super) fn client_version(_: &mut Rpc) -> Result<&'static str, ErrorObject> {
    Ok(concat!("devnode/v", env!("CARGO_PKG_VERSION")))
}

pub(super) fn sha3(_: &mut Rpc, data: Bytes) -> Result<B256, ErrorObject> {
    Ok(keccak256(data))
}

pub(super) fn net_version(rpc: &mut Rpc) -> Result<String, ErrorObject> {
    Ok(rpc.node.chain_id().to_string())
}

pub(super) fn listening(_: &mut Rpc) -> Result<bool, ErrorObject> {
    Ok(true)
}

pub(super) fn peer_count(_: &mut Rpc) -> Result<U64, ErrorObject> {
    Ok(U64::ZERO)
}

pub(super) fn modules(_: &mut Rpc) -> Result<BTreeMap<&'static str, &'static str>, ErrorObject> {
    let names = super::METHODS
        .iter()
        .filter_map(|name| name.split_once('_'));
    Ok(names.map(|(module, _)| (module, "1.0")).collect())
}

pub(super) fn chain_id(rpc: &mut Rpc) -> Result<U64, ErrorObject> {
    Ok(U64::from(rpc.node.chain_id()))
}

pub(super) fn syncing(_: &mut Rpc) -> Result<bool, ErrorObject> {
    Ok(false)
}

/// The accounts whose keys are here, the chain owner last.
pub(super) fn accounts(rpc: &mut Rpc) -> Result<Vec<Address>, ErrorObject> {
    let mut accounts = rpc.node.accounts();
    let owner = rpc.node.owner();
    if !accounts.contains(&owner) {
        accounts.push(owner);
    }
    Ok(accounts)
}

pub(super) fn block_number(rpc: &mut Rpc) -> Result<U64, ErrorObject> {
    Ok(U64::from(rpc.node.block_number()))
}

/// Transactions that the next block takes, and those behind a gap of nonces.
#[derive(Debug, Default, Serialize)]
pub(super) struct Pool<T> {
    pending: T,
    queued: T,
}

type Content = BTreeMap<Address, BTreeMap<u64, Transaction>>;

pub(super) fn pool_status(rpc: &mut Rpc) -> Result<Pool<U64>, ErrorObject> {
    let ready = rpc.node.ready().len() as u64;
    let all = rpc.node.pool().count() as u64;
    Ok(Pool {
        pending: U64::from(ready),
        queued: U64::from(all.saturating_sub(ready)),
    })
}

pub(super) fn pool_content(rpc: &mut Rpc) -> Result<Pool<Content>, ErrorObject> {
    let ready = rpc.node.ready();
    let mut pool = Pool::default();
    for tx in rpc.node.pool() {
        let is_ready = ready.iter().any(|ready| ready.tx.tx_hash() == tx.tx_hash());
        let part: &mut Content = match is_ready {
            true => &mut pool.pending,
            false => &mut pool.queued,
        };
        let shown = Transaction::from_transaction(tx.clone(), Default::default());
        part.entry(tx.signer())
            .or_default()
            .insert(tx.nonce(), shown);
    }
    Ok(pool)
}
