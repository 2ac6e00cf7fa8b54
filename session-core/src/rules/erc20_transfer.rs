//! `erc20-transfer`: ERC-20 `transfer` and `approve` to one recipient, with session key data and texts of Biconomy's
//! deployed ERC20 module (§5.2, §10.3).
//!
//! The limit is per action.

use super::{Rules, erc20_approval::APPROVE};
use crate::{
    Address, Malformed, Reject, Word,
    execution::Action,
    reject,
    words::{address, exact, is_less, is_same_address},
};

/// `transfer(address,uint256)`.
pub const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

/// `abi.encode(address sessionKey, address token, address recipient, uint256 maxAmount)`, 128 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The token.
    pub token: &'a Address,
    /// Who may get it, or be approved to spend it.
    pub recipient: &'a Address,
    /// Most raw token units of one transfer or approval.
    pub max_amount: &'a Word,
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ERC20SV Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("ERC20SV Malformed Session"))
    }

    fn target(&self) -> &'a Address {
        self.token
    }

    fn wrong_target(is_params: bool) -> Reject {
        if is_params {
            reject!("ERC20SV Invalid Token")
        } else {
            reject!("ERC20SV Wrong Token")
        }
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if !action.has_no_value() {
            return Err(reject!("ERC20SV Non Zero Value"));
        }
        let arguments = match action.data.split_first_chunk() {
            Some((selector, arguments)) if *selector == TRANSFER || *selector == APPROVE => {
                arguments
            }
            _ => return Err(reject!("ERC20SV Invalid Method")),
        };
        let Ok((recipient, amount)) = call(arguments) else {
            return Err(reject!("ERC20SV Malformed Call"));
        };
        if !is_same_address(recipient, self.recipient) {
            return Err(reject!("ERC20SV Wrong Recipient"));
        }
        if is_less(self.max_amount, amount) {
            return Err(reject!("ERC20SV Max Amount Exceeded"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let [session_key, token, recipient, max_amount] = exact(data)?;
    Ok(Grant {
        session_key: address(session_key)?,
        token: address(token)?,
        recipient: address(recipient)?,
        max_amount,
    })
}

fn call(arguments: &[u8]) -> Result<(&Address, &Word), Malformed> {
    let [recipient, amount] = exact(arguments)?;
    Ok((address(recipient)?, amount))
}
