//! What a wallet asks a service for: gas, quotes of fees.

use std::error::Error;

use alloy::{
    primitives::{Address, Bytes, U256, hex},
    rpc::types::TransactionRequest,
    sol,
    sol_types::{SolError as _, SolValue as _},
};
use devnode::CallError;
use session_keys::{TokenPrice, UserOp, max_cost_wei, pre_verification_gas};
use world::{ChainError, World, describe};

sol! {
    /// What `simulateHandleOp` of EntryPoint v0.6 ends with: in this way it changes nothing.
    error ExecutionResult(uint256 preOpGas, uint256 paid, uint48 validAfter, uint48 validUntil, bool targetSuccess, bytes targetResult);
}

/// `simulateHandleOp(UserOperation,address,bytes)`
const SIMULATE_HANDLE_OP: [u8; 4] = hex!("d6383f94");
const GAS: u64 = 30_000_000;
/// What an estimate may use. A bounded session must allow as much, or the estimate is refused.
pub(crate) const CALL_GAS: u64 = 700_000;
pub(crate) const VERIFICATION_GAS: u64 = 1_000_000;
const PRE_VERIFICATION_GAS: u64 = 100_000;
/// The sum of them.
pub(crate) const MOST_GAS: u64 = CALL_GAS + VERIFICATION_GAS + PRE_VERIFICATION_GAS;

/// What a userOp can cost at most: Particle's `feeQuote`s.
pub(crate) struct Quotes {
    /// If the account pays.
    pub(crate) native_wei: U256,
    /// If a paymaster pays and takes a token, in raw units.
    pub(crate) token: U256,
}

/// Fills the three gas limits of a userOp whose signature and paymaster are those for estimates: what a simulation uses,
/// and a tenth more. The programs are not in the chain's cache here; where they are, estimate as if they were not, for they can
/// be thrown out at any time.
pub(crate) fn estimate(world: &World, op: &mut UserOp) -> Result<(), Box<dyn Error>> {
    let final_fees = (op.maxFeePerGas, op.maxPriorityFeePerGas);
    // at one wei for a gas what is paid is gas
    (op.maxFeePerGas, op.maxPriorityFeePerGas) = (U256::ONE, U256::ONE);
    op.callGasLimit = U256::from(CALL_GAS);
    op.verificationGasLimit = U256::from(VERIFICATION_GAS);
    op.preVerificationGas = U256::from(PRE_VERIFICATION_GAS);
    let arguments = (op.clone(), Address::ZERO, Bytes::new()).abi_encode_params();
    let request = TransactionRequest::default()
        .to(world.entry_point)
        .input(Bytes::from([&SIMULATE_HANDLE_OP[..], &arguments].concat()).into())
        .gas_limit(GAS);
    let data = match world.chain.call(&request) {
        Err(ChainError::Call(CallError::Revert(revert))) => revert.data,
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("simulateHandleOp did not revert".into()),
    };
    let result = ExecutionResult::abi_decode(&data).map_err(|_| describe(&data))?;
    let tenth_more = |gas: U256| gas + gas / U256::from(10);
    op.callGasLimit = tenth_more(result.paid - result.preOpGas);
    op.verificationGasLimit = tenth_more(result.preOpGas - op.preVerificationGas);
    (op.maxFeePerGas, op.maxPriorityFeePerGas) = final_fees;
    op.preVerificationGas = pre_verification_gas(op);
    Ok(())
}

/// The quotes for a userOp that has its gas limits and fees. A paymaster lets verification count three times.
pub(crate) fn quotes(
    op: &UserOp,
    token_paymaster: Address,
    price: TokenPrice,
) -> Result<Quotes, Box<dyn Error>> {
    let with = |paymaster: &[u8]| {
        let paymaster_and_data = Bytes::copy_from_slice(paymaster);
        max_cost_wei(&UserOp {
            paymasterAndData: paymaster_and_data,
            ..op.clone()
        })
    };
    Ok(Quotes {
        native_wei: with(&[]),
        token: price.quote(with(token_paymaster.as_slice()))?,
    })
}
