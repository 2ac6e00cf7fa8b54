//! What a userOp can cost, in ether or in a token: to be shown and compared with a balance before it is signed.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue as _,
};

use crate::{UserOp, calldata_gas};

/// Of the transaction, and of the EntryPoint's work outside of what it measures: by userOp, and by word of calldata, which it copies
/// several times. Bundlers often count less for a word, and then pay for long proofs themselves.
const BUNDLE_GAS: u64 = 21_000;
const USER_OP_GAS: u64 = 18_300;
const WORD_GAS: u64 = 30;
/// Of the four bytes of handleOps' selector.
const SELECTOR_GAS: u64 = 64;

/// Why there is no quote in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// A price for nothing.
    #[error("price.wei: expected a number above zero, got 0. Give the price of so many wei")]
    ZeroWei,
    /// Wei times raw units are more than 256 bits hold.
    #[error(
        "price.raw_units: expected a product with {wei} wei below 2^256. Give the price of fewer wei, or look at the userOp's fees"
    )]
    TooMuch {
        /// Wei to be paid.
        wei: U256,
    },
}

/// The price of ether: so many raw units of a token for so many wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPrice {
    /// Raw units.
    pub raw_units: U256,
    /// Wei, not zero.
    pub wei: U256,
}

impl TokenPrice {
    /// Raw units of the token for so many wei, rounded up.
    ///
    /// # Errors
    /// See [`QuoteError`].
    pub fn quote(&self, wei: U256) -> Result<U256, QuoteError> {
        if self.wei.is_zero() {
            return Err(QuoteError::ZeroWei);
        }
        let product = wei.checked_mul(self.raw_units);
        let product = product.ok_or(QuoteError::TooMuch { wei })?;
        Ok(product.div_ceil(self.wei))
    }
}

/// Most wei that the userOp can cost whoever pays, the account or the paymaster that it names: what EntryPoint v0.6 wants to
/// be there before it validates. With a paymaster, verification counts three times. It ends at 2^256 - 1.
pub fn max_cost_wei(op: &UserOp) -> U256 {
    let paymaster = op.paymasterAndData.first_chunk::<20>();
    let has_paymaster = paymaster.is_some_and(|paymaster| *paymaster != Address::ZERO.0);
    let factor = U256::from(if has_paymaster { 3 } else { 1 });
    let gas = factor
        .saturating_mul(op.verificationGasLimit)
        .saturating_add(op.callGasLimit)
        .saturating_add(op.preVerificationGas);
    gas.saturating_mul(op.maxFeePerGas)
}

/// `preVerificationGas` for a userOp that is alone in its bundle and has all of its bytes: those of a signature for an estimate
/// ([`SessionKey::sign_dummy`](crate::SessionKey::sign_dummy)) do. On a chain that charges for L1 data, that comes on top.
pub fn pre_verification_gas(op: &UserOp) -> U256 {
    // handleOps: its selector, the userOp, and who is paid
    let arguments = (vec![op.clone()], Address::repeat_byte(1)).abi_encode_params();
    let words = arguments.len().div_ceil(32) as u64;
    let gas = SELECTOR_GAS + calldata_gas(&arguments) + words * WORD_GAS;
    U256::from(BUNDLE_GAS + USER_OP_GAS + gas)
}
