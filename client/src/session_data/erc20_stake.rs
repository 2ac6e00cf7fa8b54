use alloy::{
    primitives::{Address, Bytes, FixedBytes, U256},
    sol_types::SolValue as _,
};
use session_core::rules::erc20_stake;

use super::SessionDataError;

/// `stake(uint256)`.
pub const STAKE: FixedBytes<4> = FixedBytes(erc20_stake::STAKE);
/// ERC-4626's `deposit(uint256,address)`.
pub const DEPOSIT: FixedBytes<4> = FixedBytes(erc20_stake::DEPOSIT);

/// Aave V3's `supply(address,uint256,address,uint16)`.
pub const SUPPLY: FixedBytes<4> = FixedBytes(erc20_stake::SUPPLY);

/// erc20-stake: one way to put one contract's token in (§10.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erc20Stake {
    /// Who signs.
    pub session_key: Address,
    /// The only contract that may be called.
    pub staking: Address,
    /// What is supplied. Zero for [`STAKE`] and [`DEPOSIT`]: the contract fixes its token.
    pub token: Address,
    /// Who gets the credit; zero for [`STAKE`], where it is the caller.
    pub on_behalf_of: Address,
    /// Most raw units that one action puts in.
    pub max_amount: U256,
    /// [`STAKE`], [`DEPOSIT`] or [`SUPPLY`].
    pub selector: FixedBytes<4>,
}

impl Erc20Stake {
    /// `stake(amount)`: the account gets the credit.
    pub const fn stake(session_key: Address, staking: Address, max_amount: U256) -> Self {
        Self {
            session_key,
            staking,
            token: Address::ZERO,
            on_behalf_of: Address::ZERO,
            max_amount,
            selector: STAKE,
        }
    }

    /// `deposit(assets, receiver)` on a vault. The receiver of the shares is the account, unless told otherwise in so
    /// many words (7.2-J).
    pub const fn deposit(
        session_key: Address,
        vault: Address,
        receiver: Address,
        max_amount: U256,
    ) -> Self {
        Self {
            session_key,
            staking: vault,
            token: Address::ZERO,
            on_behalf_of: receiver,
            max_amount,
            selector: DEPOSIT,
        }
    }

    /// `supply(asset, amount, onBehalfOf, referralCode)` to an Aave V3 pool. The aTokens go to the account, unless told
    /// otherwise in so many words (7.2-J).
    pub const fn supply(
        session_key: Address,
        pool: Address,
        asset: Address,
        on_behalf_of: Address,
        max_amount: U256,
    ) -> Self {
        Self {
            session_key,
            staking: pool,
            token: asset,
            on_behalf_of,
            max_amount,
            selector: SUPPLY,
        }
    }

    /// The six words.
    ///
    /// # Errors
    /// [`SessionDataError::UnknownSelector`], [`SessionDataError::UnusedToken`] and
    /// [`SessionDataError::UnusedOnBehalfOf`].
    pub fn encode(&self) -> Result<Bytes, SessionDataError> {
        let selector = self.selector;
        if ![STAKE, DEPOSIT, SUPPLY].contains(&selector) {
            return Err(SessionDataError::UnknownSelector { selector });
        }
        if selector != SUPPLY && !self.token.is_zero() {
            return Err(SessionDataError::UnusedToken);
        }
        if selector == STAKE && !self.on_behalf_of.is_zero() {
            return Err(SessionDataError::UnusedOnBehalfOf);
        }
        let fields = (
            self.session_key,
            self.staking,
            self.token,
            self.on_behalf_of,
            self.max_amount,
            selector,
        );
        Ok(fields.abi_encode().into())
    }
}
