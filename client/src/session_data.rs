//! Session key data of our typed SVMs (§10.4 to §10.6), whose amounts are raw token units, per action; and the bounds that
//! any session can have (§10.7).

mod bounded;
mod dex_swap;
mod erc20_approval;
mod erc20_stake;

pub use bounded::{Bounds, Lane, PaymasterRule};
pub use dex_swap::DexSwap;
pub use erc20_approval::Erc20Approval;
pub use erc20_stake::{DEPOSIT, Erc20Stake, STAKE};

/// What the SVM would call a "Malformed Session".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionDataError {
    /// §10.4.
    #[error("the spender is the zero address")]
    ZeroSpender,
    /// §10.5: without one of the two there is no minimum.
    #[error("minOutNum and minOutDen must not be zero")]
    ZeroMinOut,
    /// §10.5: DEX routers give these addresses other meanings.
    #[error("the recipient {recipient} is an address that routers read in their own way")]
    SpecialRecipient {
        /// The recipient.
        recipient: alloy::primitives::Address,
    },
    /// §10.6.
    #[error("{selector} is no call to stake that the SVM knows")]
    UnknownSelector {
        /// The selector.
        selector: alloy::primitives::FixedBytes<4>,
    },
    /// §10.6.
    #[error("token must be zero for this selector")]
    UnusedToken,
    /// §10.6.
    #[error("onBehalfOf must be zero for this selector")]
    UnusedOnBehalfOf,
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
