//! Session key data of our SVMs (§5, §10.4 to §10.6), whose amounts are raw token units, per action; and the bounds that
//! any session can have (§10.7).

mod abi_rules;
mod bounded;
mod dex_swap;
mod erc1155_mint;
mod erc20_approval;
mod erc20_stake;
mod erc20_transfer;

use alloy::primitives::{Address, FixedBytes, U256};

pub use abi_rules::{AbiRule, AbiRules, Condition, Value};
pub use bounded::{Bounds, Lane, PaymasterRule};
pub use dex_swap::DexSwap;
pub use erc20_approval::Erc20Approval;
pub use erc20_stake::{DEPOSIT, Erc20Stake, STAKE, SUPPLY};
pub use erc20_transfer::Erc20Transfer;
pub use erc1155_mint::Erc1155Mint;

/// What the SVM would call a "Malformed Session", or could not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionDataError {
    /// §10.4.
    #[error(
        "spender: expected a contract, got the zero address. Name the contract that is to spend the token"
    )]
    ZeroSpender,
    /// §10.5: without one of the two there is no minimum.
    #[error(
        "min_out_num and min_out_den: expected two numbers above zero, got a zero. Give the least price as a fraction of raw units, tokenOut / tokenIn"
    )]
    ZeroMinOut,
    /// §10.5: DEX routers give these addresses other meanings.
    #[error(
        "recipient: expected the account, got {recipient}, which DEX routers read in their own way (0, 1, 2, the DEX). Name the account"
    )]
    SpecialRecipient {
        /// The recipient.
        recipient: Address,
    },
    /// §10.6.
    #[error(
        "selector: expected that of stake, deposit or supply, got {selector}. Use STAKE, DEPOSIT or SUPPLY"
    )]
    UnknownSelector {
        /// The selector.
        selector: FixedBytes<4>,
    },
    /// §10.6.
    #[error(
        "token: expected zero, as stake and deposit name no token. Leave it zero, or use supply"
    )]
    UnusedToken,
    /// §10.6.
    #[error(
        "on_behalf_of: expected zero, as stake credits its caller. Leave it zero, or use deposit or supply"
    )]
    UnusedOnBehalfOf,
    /// §5.3: the limit has 16 bytes.
    #[error("max_value: expected less than 2^128 wei, got {max_value}. Lower it")]
    MaxValue {
        /// The limit.
        max_value: U256,
    },
    /// §5.3: the number of rules has 2 bytes, and those that it does not count would be ignored.
    #[error(
        "rules: expected at most 65,535 rules, got {rules}. Leave some out, or grant several sessions"
    )]
    TooManyRules {
        /// How many.
        rules: usize,
    },
    /// §5.3: an offset has 2 bytes.
    #[error(
        "argument: expected a number up to 2,047, got {argument}. No rule reaches further; use another method or SVM"
    )]
    FarArgument {
        /// Number of the argument's word.
        argument: usize,
    },
    /// §5.3: to the SVM, -1 is more than every positive number.
    #[error(
        "rules[{rule}]: expected Equal or NotEqual for a signed number, got {condition:?}, which compares without sign. Give an unsigned number if the argument is never negative"
    )]
    SignedOrder {
        /// Index of the rule.
        rule: usize,
        /// Its condition.
        condition: Condition,
    },
    /// §10.7.
    #[error("lane 0 is the owner's: draw another one")]
    ZeroLane,
    /// §10.7.
    #[error("lane {lane} has had {uses} userOps, which would count as uses: draw another one")]
    UsedLane {
        /// The lane.
        lane: alloy::primitives::aliases::U192,
        /// Its next sequence number.
        uses: u64,
    },
    /// §10.7.
    #[error("the paymaster is the zero address: for no paymaster say Nobody")]
    ZeroPaymaster,
    /// §10.7.
    #[error("the session validation module is the zero address")]
    ZeroSvm,
    /// §10.7.
    #[error("the session is bounded already: change its bounds instead")]
    BoundedTwice,
}
