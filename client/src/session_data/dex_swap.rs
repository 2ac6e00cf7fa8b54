use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue as _,
};

use super::SessionDataError;

/// Recipients that Uniswap's routers give other meanings: themselves, or the caller.
const SPECIAL: [Address; 3] = [
    Address::ZERO,
    Address::with_last_byte(1),
    Address::with_last_byte(2),
];

/// dex-swap: one pair, in one direction, at no worse than a price (§10.5).
///
/// Whoever holds the key can take the difference between the market and the minimum, on every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DexSwap {
    /// Who signs.
    pub session_key: Address,
    /// The only contract that may be called: Uniswap V3's SwapRouter or SwapRouter02, or a V2 router.
    pub dex: Address,
    /// The token that is sold.
    pub token_in: Address,
    /// The token that is bought.
    pub token_out: Address,
    /// Who receives it. Set it to the account (7.2-J). Not 0, 1, 2 or `dex`.
    pub recipient: Address,
    /// Most raw units of `token_in` that one swap sells.
    pub max_amount_in: U256,
    /// Raw units of `token_out` that `min_out_den` raw units of `token_in` must at least buy. Not zero.
    pub min_out_num: U256,
    /// See `min_out_num`. Not zero.
    pub min_out_den: U256,
}

impl DexSwap {
    /// The eight words.
    ///
    /// # Errors
    /// [`SessionDataError::ZeroMinOut`] and [`SessionDataError::SpecialRecipient`].
    pub fn encode(&self) -> Result<Bytes, SessionDataError> {
        if self.min_out_num.is_zero() || self.min_out_den.is_zero() {
            return Err(SessionDataError::ZeroMinOut);
        }
        if SPECIAL.contains(&self.recipient) || self.recipient == self.dex {
            return Err(SessionDataError::SpecialRecipient {
                recipient: self.recipient,
            });
        }
        let fields = (
            self.session_key,
            self.dex,
            self.token_in,
            self.token_out,
            self.recipient,
            self.max_amount_in,
            self.min_out_num,
            self.min_out_den,
        );
        Ok(fields.abi_encode().into())
    }
}
