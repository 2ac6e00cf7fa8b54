//! `erc20-stake`: put tokens to work in one contract, for the account (§10.6).

use super::{Rules, ZERO_ADDRESS, fits};
use crate::{
    Address, Malformed, Reject, Word,
    execution::Action,
    reject,
    words::{address, exact, is_less, is_same_address, is_zero_address},
};

/// `stake(uint256)`: the credit goes to the caller.
pub const STAKE: [u8; 4] = [0xa6, 0x94, 0xfc, 0x3a];
/// ERC-4626 `deposit(uint256,address)`.
pub const DEPOSIT: [u8; 4] = [0x6e, 0x55, 0x3f, 0x65];
/// Aave V3's `supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)`.
pub const SUPPLY: [u8; 4] = [0x61, 0x7b, 0xa0, 0x37];

/// `abi.encode(address sessionKey, address staking, address token, address onBehalfOf, uint256 maxAmount,
/// bytes4 selector)`, 192 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The contract that takes the tokens.
    pub staking: &'a Address,
    /// The token that is supplied: a pool can pull every one that it has an allowance for. Zero for `stake` and
    /// `deposit`, where the contract fixes its token.
    pub token: &'a Address,
    /// Who gets the credit: of a deposit and a supply. Zero for `stake`.
    pub on_behalf_of: &'a Address,
    /// Most raw token units of one action.
    pub max_amount: &'a Word,
    /// The only method: [`STAKE`], [`DEPOSIT`] or [`SUPPLY`].
    pub selector: [u8; 4],
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ERC20STV Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("ERC20STV Malformed Session"))
    }

    fn target(&self) -> &'a Address {
        self.staking
    }

    fn wrong_target(_: bool) -> Reject {
        reject!("ERC20STV Wrong Staking")
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if !action.has_no_value() {
            return Err(reject!("ERC20STV Non Zero Value"));
        }
        let arguments = match action.data.split_first_chunk() {
            Some((selector, arguments)) if *selector == self.selector => arguments,
            _ => return Err(reject!("ERC20STV Invalid Method")),
        };
        let Ok(call) = call(self.selector, arguments) else {
            return Err(reject!("ERC20STV Malformed Call"));
        };
        if !is_same_address(call.token, self.token) {
            return Err(reject!("ERC20STV Wrong Token"));
        }
        if !is_same_address(call.on_behalf_of, self.on_behalf_of) {
            return Err(reject!("ERC20STV Wrong Receiver"));
        }
        if is_less(self.max_amount, call.amount) {
            return Err(reject!("ERC20STV Max Amount Exceeded"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let [
        session_key,
        staking,
        token,
        on_behalf_of,
        max_amount,
        selector,
    ] = exact(data)?;
    let (&selector, rest) = selector.split_first_chunk().ok_or(Malformed)?;
    let (rest, _) = rest.as_chunks();
    if rest.iter().any(|bytes| u32::from_ne_bytes(*bytes) != 0) {
        return Err(Malformed);
    }
    let grant = Grant {
        session_key: address(session_key)?,
        staking: address(staking)?,
        token: address(token)?,
        on_behalf_of: address(on_behalf_of)?,
        max_amount,
        selector,
    };
    let is_granted = match selector {
        STAKE => is_zero_address(grant.token) && is_zero_address(grant.on_behalf_of),
        DEPOSIT => is_zero_address(grant.token),
        SUPPLY => true,
        _ => false,
    };
    if is_granted {
        Ok(grant)
    } else {
        Err(Malformed)
    }
}

/// What the rules look at; zero, as in the grant, what a method has no argument for.
struct Call<'a> {
    token: &'a Address,
    on_behalf_of: &'a Address,
    amount: &'a Word,
}

fn call(selector: [u8; 4], arguments: &[u8]) -> Result<Call<'_>, Malformed> {
    match selector {
        STAKE => Ok(Call {
            token: &ZERO_ADDRESS,
            on_behalf_of: &ZERO_ADDRESS,
            amount: exact(arguments).map(|[amount]| amount)?,
        }),
        DEPOSIT => {
            let [amount, receiver] = exact(arguments)?;
            Ok(Call {
                token: &ZERO_ADDRESS,
                on_behalf_of: address(receiver)?,
                amount,
            })
        }
        _ => supply(arguments),
    }
}

fn supply(arguments: &[u8]) -> Result<Call<'_>, Malformed> {
    let [token, amount, on_behalf_of, referral_code] = exact(arguments)?;
    // The referral code (uint16) is free, but must be what the pool's decoder takes.
    if !fits(referral_code, 2) {
        return Err(Malformed);
    }
    Ok(Call {
        token: address(token)?,
        on_behalf_of: address(on_behalf_of)?,
        amount,
    })
}
