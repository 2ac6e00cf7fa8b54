//! Reading accounts.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U64, U256},
};

use super::{ErrorObject, Rpc};

pub(super) fn balance(
    rpc: &mut Rpc,
    address: Address,
    block: Option<BlockId>,
) -> Result<U256, ErrorObject> {
    Ok(rpc.node.balance(address, block.unwrap_or_default())?)
}

pub(super) fn code(
    rpc: &mut Rpc,
    address: Address,
    block: Option<BlockId>,
) -> Result<Bytes, ErrorObject> {
    Ok(rpc.node.code(address, block.unwrap_or_default())?)
}

pub(super) fn storage(
    rpc: &mut Rpc,
    address: Address,
    slot: U256,
    block: Option<BlockId>,
) -> Result<B256, ErrorObject> {
    let block = block.unwrap_or_default();
    Ok(rpc.node.storage_at(address, slot, block)?.into())
}

pub(super) fn nonce(
    rpc: &mut Rpc,
    address: Address,
    block: Option<BlockId>,
) -> Result<U64, ErrorObject> {
    let nonce = rpc.node.nonce(address, block.unwrap_or_default())?;
    Ok(U64::from(nonce))
}

pub(super) fn proof(
    _: &mut Rpc,
    _: Address,
    _: Vec<U256>,
    _: Option<BlockId>,
) -> Result<(), ErrorObject> {
    let why = "eth_getProof is not supported: this chain computes no state root";
    Err(ErrorObject::unsupported(why))
}
