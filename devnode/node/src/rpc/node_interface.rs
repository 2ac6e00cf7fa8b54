//! Nitro's virtual contract at 0xC8, which only `eth_call` knows: what a transaction costs.

use alloy::{
    primitives::{Address, Bytes, TxKind, U256, address},
    rpc::types::TransactionRequest,
    sol,
    sol_types::{SolCall, SolInterface},
};

use super::{ErrorObject, Rpc};
use crate::{CallContext, Revert};

const ADDRESS: Address = address!("00000000000000000000000000000000000000C8");

sol! {
    /// The part of it that bundlers and wallets call.
    interface NodeInterface {
        function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
    }
}

/// What it answers, if the call is of it. What it does not know reverts. Posting to L1 costs
/// nothing on this chain.
pub(super) fn call(
    rpc: &Rpc,
    request: &TransactionRequest,
    context: &CallContext,
) -> Option<Result<Bytes, ErrorObject>> {
    use NodeInterface::NodeInterfaceCalls as Calls;
    if request.to != Some(TxKind::Call(ADDRESS)) {
        return None;
    }
    let base_fee = U256::from(rpc.node.base_fee());
    let input = request.input.input().map_or(&[][..], |input| input);
    Some(match Calls::abi_decode(input) {
        Ok(Calls::gasEstimateL1Component(_)) => {
            let answer = NodeInterface::gasEstimateL1ComponentReturn {
                gasEstimateForL1: 0,
                baseFee: base_fee,
                l1BaseFeeEstimate: U256::ZERO,
            };
            Ok(NodeInterface::gasEstimateL1ComponentCall::abi_encode_returns(&answer).into())
        }
        Ok(Calls::gasEstimateComponents(call)) => {
            estimate(rpc, request, context, call).map(|gas| {
                let answer = NodeInterface::gasEstimateComponentsReturn {
                    gasEstimate: gas,
                    gasEstimateForL1: 0,
                    baseFee: base_fee,
                    l1BaseFeeEstimate: U256::ZERO,
                };
                NodeInterface::gasEstimateComponentsCall::abi_encode_returns(&answer).into()
            })
        }
        Err(_) => Err(ErrorObject::revert(&Revert::new(Bytes::new()))),
    })
}

/// Gas of the transaction that the call describes, from the same sender with the same value.
fn estimate(
    rpc: &Rpc,
    request: &TransactionRequest,
    context: &CallContext,
    call: NodeInterface::gasEstimateComponentsCall,
) -> Result<u64, ErrorObject> {
    let described = TransactionRequest {
        to: Some(match call.contractCreation {
            true => TxKind::Create,
            false => TxKind::Call(call.to),
        }),
        input: call.data.into(),
        ..request.clone()
    };
    Ok(rpc.node.estimate_gas(&described, context.clone())?)
}
