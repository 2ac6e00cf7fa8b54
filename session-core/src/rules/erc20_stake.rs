//! `erc20-stake`: put tokens to work in one contract, for the account (§10.6).

use super::{Rules, ZERO_ADDRESS, exact};
use crate::{Address, Malformed, Reject, Word, execution::Action, reject};

/// `stake(uint256)`: the credit goes to the caller.
pub const STAKE: [u8; 4] = [0xa6, 0x94, 0xfc, 0x3a];
/// ERC-4626 `deposit(uint256,address)`.
pub const DEPOSIT: [u8; 4] = [0x6e, 0x55, 0x3f, 0x65];

/// `abi.encode(address sessionKey, address staking, address token, address onBehalfOf, uint256 maxAmount,
/// bytes4 selector)`, 192 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The contract that takes the tokens.
    pub staking: &'a Address,
    /// Who gets the credit: the receiver of a deposit, zero for `stake`.
    pub on_behalf_of: &'a Address,
    /// Most raw token units of one action.
    pub max_amount: &'a Word,
    /// The only method: [`STAKE`] or [`DEPOSIT`].
    pub selector: [u8; 4],
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ERC20STV Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("ERC20STV Malformed Session"))
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if action.to != self.staking {
            return Err(reject!("ERC20STV Wrong Staking"));
        }
        if !action.has_no_value() {
            return Err(reject!("ERC20STV Non Zero Value"));
        }
        let arguments = match action.data.split_first_chunk() {
            Some((selector, arguments)) if *selector == self.selector => arguments,
            _ => return Err(reject!("ERC20STV Invalid Method")),
        };
        let Ok((amount, receiver)) = call(self.selector, arguments) else {
            return Err(reject!("ERC20STV Malformed Call"));
        };
        if receiver != self.on_behalf_of {
            return Err(reject!("ERC20STV Wrong Receiver"));
        }
        if amount > self.max_amount {
            return Err(reject!("ERC20STV Max Amount Exceeded"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let words = exact(data, 6)?;
    let (&selector, rest) = words.word(5)?.split_first_chunk().ok_or(Malformed)?;
    let (rest, _) = rest.as_chunks();
    if rest.iter().any(|bytes| u32::from_ne_bytes(*bytes) != 0) {
        return Err(Malformed);
    }
    let grant = Grant {
        session_key: words.address(0)?,
        staking: words.address(1)?,
        on_behalf_of: words.address(3)?,
        max_amount: words.word(4)?,
        selector,
    };
    let token = words.address(2)?;
    let fits = match selector {
        STAKE => *token == ZERO_ADDRESS && *grant.on_behalf_of == ZERO_ADDRESS,
        DEPOSIT => *token == ZERO_ADDRESS,
        _ => false,
    };
    if fits { Ok(grant) } else { Err(Malformed) }
}

/// Amount and receiver; the receiver of a `stake` is the caller: zero, as in the grant.
fn call(selector: [u8; 4], arguments: &[u8]) -> Result<(&Word, &Address), Malformed> {
    if selector == STAKE {
        return Ok((exact(arguments, 1)?.word(0)?, &ZERO_ADDRESS));
    }
    let words = exact(arguments, 2)?;
    Ok((words.word(0)?, words.address(1)?))
}
