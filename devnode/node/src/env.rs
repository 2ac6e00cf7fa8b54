//! What a transaction sees of its block, and transactions in revm's terms.

use alloy::{
    consensus::{Transaction, TxEnvelope, transaction::Recovered},
    primitives::TxKind,
};
use revm::context::{BlockEnv, TxEnv, either::Either};

/// revm's type 2: the base fee is paid, the tip limited (to nothing, here).
const DYNAMIC_FEE: u8 = 2;
/// revm's type 4: the same, with authorizations.
const SET_CODE: u8 = 4;

/// What a transaction sees of its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Env {
    /// L2 block number.
    pub(crate) number: u64,
    /// What `NUMBER` gives.
    pub(crate) l1_block_number: u64,
    pub(crate) timestamp: u64,
    pub(crate) base_fee: u64,
}

impl Env {
    pub(crate) fn block_env(&self) -> BlockEnv {
        devnode_evm::block_env(self.l1_block_number, self.timestamp, self.base_fee)
    }
}

/// The type that runs a transaction as Nitro does: the tip is dropped whatever the type is, so the
/// sender pays the base fee and needs the money for the whole fee.
pub(crate) const fn tip_free_type(has_authorizations: bool) -> u8 {
    if has_authorizations {
        SET_CODE
    } else {
        DYNAMIC_FEE
    }
}

pub(crate) fn tx_env(tx: &Recovered<TxEnvelope>, chain_id: u64) -> TxEnv {
    let authorizations = tx.authorization_list();
    TxEnv {
        tx_type: tip_free_type(authorizations.is_some()),
        caller: tx.signer(),
        gas_limit: tx.gas_limit(),
        gas_price: tx.max_fee_per_gas(),
        gas_priority_fee: Some(0),
        kind: tx.to().map_or(TxKind::Create, TxKind::Call),
        value: tx.value(),
        data: tx.input().clone(),
        nonce: tx.nonce(),
        chain_id: Some(chain_id),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        authorization_list: authorizations
            .unwrap_or_default()
            .iter()
            .cloned()
            .map(Either::Left)
            .collect(),
        ..TxEnv::default()
    }
}
