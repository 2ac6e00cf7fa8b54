//! What a userOp costs, part by part.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, hex},
    rpc::types::trace::geth::CallFrame,
};
use serde::{Deserialize, Serialize};
use session_keys::UserOp;
use world::{Bundle, World, WorldError};

/// `validateUserOp(UserOperation,bytes32,uint256)` of an account, v0.6.
const VALIDATE_USER_OP: [u8; 4] = hex!("3a871cdd");

/// Gas of one userOp in its own transaction, and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gas {
    /// Of the whole transaction. There is no L1 fee.
    pub handle_ops: u64,
    /// Of the EntryPoint's call `account.validateUserOp`, all its calls included.
    pub account: u64,
    /// Of the account's call `module.validateUserOp`, all its calls included.
    pub module: u64,
    /// Of the module's calls: whom, and how much each time.
    pub calls: BTreeMap<String, Vec<u64>>,
    /// Of the EntryPoint's call of the account's `execute` or `executeBatch`.
    pub execution: u64,
    /// Of the transaction's calldata: 4 for a zero byte, 16 for another.
    pub calldata: u64,
    /// Of the transaction's calldata.
    pub calldata_bytes: usize,
    /// Of the userOp's signature.
    pub signature_bytes: usize,
}

impl Gas {
    /// Reads a bundle of this one userOp.
    pub(crate) fn of(
        world: &World,
        bundle: &Bundle,
        op: &UserOp,
        module: Address,
    ) -> Result<Self, WorldError> {
        let what = "EntryPoint.handleOps";
        let tree = world
            .chain
            .trace_transaction(bundle.receipt.transaction_hash);
        let tree = tree.map_err(|error| WorldError::chain(what, error))?;
        let missing = |frame: &str| WorldError::Answer {
            what: what.into(),
            reason: format!("no call of {frame}"),
        };
        let account = first(&tree, &|call| {
            call.to == Some(op.sender) && call.input.starts_with(&VALIDATE_USER_OP)
        });
        let account = account.ok_or_else(|| missing("account.validateUserOp"))?;
        let validation = first(account, &|call| call.to == Some(module));
        let validation = validation.ok_or_else(|| missing("module.validateUserOp"))?;
        let execution = first(&tree, &|call| {
            call.to == Some(op.sender) && call.input == op.callData
        });
        let execution = execution.ok_or_else(|| missing("the account's callData"))?;
        let mut calls = BTreeMap::<_, Vec<_>>::new();
        for call in &validation.calls {
            let to = call.to.unwrap_or_default();
            let is_ecrecover = to == Address::with_last_byte(1);
            let name = if is_ecrecover {
                "ecrecover".into()
            } else {
                world.name(to)
            };
            calls.entry(name).or_default().push(call.gas_used.to());
        }
        let byte_gas = |byte: &u8| if *byte == 0 { 4 } else { 16 };
        Ok(Self {
            handle_ops: bundle.receipt.gas_used - bundle.receipt.gas_used_for_l1,
            account: account.gas_used.to(),
            module: validation.gas_used.to(),
            calls,
            execution: execution.gas_used.to(),
            calldata: tree.input.iter().map(byte_gas).sum(),
            calldata_bytes: bundle.calldata_bytes,
            signature_bytes: op.signature.len(),
        })
    }

    /// Of the module itself, without its calls.
    pub fn own(&self) -> u64 {
        let calls: u64 = self.calls.values().flatten().sum();
        self.module.saturating_sub(calls)
    }
}

/// The first call of a tree, in the order of execution, that is so.
fn first<'a>(tree: &'a CallFrame, is: &dyn Fn(&CallFrame) -> bool) -> Option<&'a CallFrame> {
    if is(tree) {
        return Some(tree);
    }
    tree.calls.iter().find_map(|call| first(call, is))
}
