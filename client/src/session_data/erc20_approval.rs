use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue as _,
};

use super::SessionDataError;

/// erc20-approval: `approve(spender, amount)` on one token, and nothing else (§10.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erc20Approval {
    /// Who signs.
    pub session_key: Address,
    /// The only contract that may be called.
    pub token: Address,
    /// The only spender, not zero.
    pub spender: Address,
    /// Most that the allowance is set to, each time. Setting it to 0 is always allowed.
    pub max_amount: U256,
}

impl Erc20Approval {
    /// The four words.
    ///
    /// # Errors
    /// [`SessionDataError::ZeroSpender`].
    pub fn encode(&self) -> Result<Bytes, SessionDataError> {
        if self.spender.is_zero() {
            return Err(SessionDataError::ZeroSpender);
        }
        let fields = (self.session_key, self.token, self.spender, self.max_amount);
        Ok(fields.abi_encode().into())
    }
}
