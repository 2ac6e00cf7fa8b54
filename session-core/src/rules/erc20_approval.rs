//! `erc20-approval`: ERC-20 `approve` to one spender (§10.4).
//!
//! The limit is per action: every approval arms the allowance again.

use super::Rules;
use crate::{
    Address, Malformed, Reject, Word,
    execution::Action,
    reject,
    words::{address, exact, is_less, is_same_address, is_zero_address},
};

/// `approve(address,uint256)`.
pub const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];

/// `abi.encode(address sessionKey, address token, address spender, uint256 maxAmount)`, 128 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The token.
    pub token: &'a Address,
    /// Who may spend it. Not zero.
    pub spender: &'a Address,
    /// Most raw token units of one approval.
    pub max_amount: &'a Word,
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ERC20AV Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("ERC20AV Malformed Session"))
    }

    fn target(&self) -> &'a Address {
        self.token
    }

    fn wrong_target(_: bool) -> Reject {
        reject!("ERC20AV Wrong Token")
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if !action.has_no_value() {
            return Err(reject!("ERC20AV Non Zero Value"));
        }
        let arguments = match action.data.split_first_chunk() {
            Some((selector, arguments)) if *selector == APPROVE => arguments,
            _ => return Err(reject!("ERC20AV Invalid Method")),
        };
        let Ok((spender, amount)) = approve(arguments) else {
            return Err(reject!("ERC20AV Malformed Call"));
        };
        if !is_same_address(spender, self.spender) {
            return Err(reject!("ERC20AV Wrong Spender"));
        }
        if is_less(self.max_amount, amount) {
            return Err(reject!("ERC20AV Max Amount Exceeded"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let [session_key, token, spender, max_amount] = exact(data)?;
    let grant = Grant {
        session_key: address(session_key)?,
        token: address(token)?,
        spender: address(spender)?,
        max_amount,
    };
    if is_zero_address(grant.spender) {
        return Err(Malformed);
    }
    Ok(grant)
}

fn approve(arguments: &[u8]) -> Result<(&Address, &Word), Malformed> {
    let [spender, amount] = exact(arguments)?;
    Ok((address(spender)?, amount))
}
