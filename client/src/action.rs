//! What an account is asked to do, as callData of a userOp (§1.1).

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall as _,
};

use crate::calls::SmartAccount;

/// One call that the account makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// Whom it calls.
    pub to: Address,
    /// Wei that go with it.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

/// callData of one action: `execute_ncC`, what the manager expects.
pub fn execute(action: &Action) -> Bytes {
    SmartAccount::execute_ncCCall {
        dest: action.to,
        value: action.value,
        func: action.data.clone(),
    }
    .abi_encode()
    .into()
}

/// callData of a batch: `executeBatch_y6U`, what the router expects. The account refuses an empty batch.
pub fn execute_batch(actions: &[Action]) -> Bytes {
    SmartAccount::executeBatch_y6UCall {
        dest: actions.iter().map(|action| action.to).collect(),
        value: actions.iter().map(|action| action.value).collect(),
        func: actions.iter().map(|action| action.data.clone()).collect(),
    }
    .abi_encode()
    .into()
}
