//! What the session validation modules (SVMs) allow: one file per SVM (§5, §10.3 to §10.6).
//!
//! All but [`abi`] check in one order: the session key data, the target, the value, the inner selector, the shape of the
//! inner call, its arguments. The inner call is read strictly: nothing in it may be left to interpretation.

pub mod abi;
pub mod bounded;
pub mod dex_swap;
pub mod erc1155_mint;
pub mod erc20_approval;
pub mod erc20_stake;
pub mod erc20_transfer;

use crate::{
    Address, Known, Malformed, Reject, Text, Word,
    abi::as_u64,
    execution::{self, Action},
    words::is_same_address,
};

/// An SVM of ours with rules, by its crate's name: `bounded` has none. Its number is the prefix of its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Svm {
    /// `abi`.
    Abi = Known::prefix("ABISV "),
    /// `dex-swap`.
    DexSwap = Known::prefix("DEXSV "),
    /// `erc1155-mint`.
    Erc1155Mint = Known::prefix("ERC1155MT "),
    /// `erc20-approval`.
    Erc20Approval = Known::prefix("ERC20AV "),
    /// `erc20-stake`.
    Erc20Stake = Known::prefix("ERC20STV "),
    /// `erc20-transfer`.
    Erc20Transfer = Known::prefix("ERC20SV "),
}

impl Svm {
    /// Are its rules typed: has the owner fixed the target, the SVM the methods, and is none of those a module's (7.2-H)? Those
    /// of `abi` are generic: they may allow anything.
    pub const fn is_typed(self) -> bool {
        !matches!(self, Self::Abi)
    }

    /// As [`check`], by its rules.
    ///
    /// # Errors
    /// As [`check`].
    pub fn check<'a>(
        self,
        request: Request<'_>,
        session_key_data: &'a [u8],
    ) -> Result<&'a Address, Reject> {
        let Some((action, is_params)) = action(request)? else {
            return Err(self.invalid_selector());
        };
        match self {
            Self::Abi => allow::<abi::Grant<'_>>(action, is_params, session_key_data),
            Self::DexSwap => allow::<dex_swap::Grant<'_>>(action, is_params, session_key_data),
            Self::Erc1155Mint => {
                allow::<erc1155_mint::Grant<'_>>(action, is_params, session_key_data)
            }
            Self::Erc20Approval => {
                allow::<erc20_approval::Grant<'_>>(action, is_params, session_key_data)
            }
            Self::Erc20Stake => {
                allow::<erc20_stake::Grant<'_>>(action, is_params, session_key_data)
            }
            Self::Erc20Transfer => {
                allow::<erc20_transfer::Grant<'_>>(action, is_params, session_key_data)
            }
        }
    }

    /// [`Rules::invalid_selector`] of its rules; of a function of each the compiler makes data.
    fn invalid_selector(self) -> Reject {
        let message = if self.is_typed() {
            const { Known::of("Invalid Selector") }
        } else {
            const { Known::of("Not Execute Selector") }
        };
        message.map_or(Reject::Malformed, |message| {
            Reject::Text(Text::Known(message.behind(self as u8)))
        })
    }
}

/// What an SVM is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// The callData of a userOp (`validateSessionUserOp`).
    CallData(&'a [u8]),
    /// One action of a batch (`validateSessionParams`).
    Params(Action<'a>),
}

/// What a session of one SVM grants: its session key data, decoded.
pub trait Rules<'a>: Sized {
    /// The outer selector is not that of `execute`.
    fn invalid_selector() -> Reject;

    /// Decodes session key data.
    ///
    /// # Errors
    /// "… Malformed Session", with the prefix of the SVM; of [`abi`] [`Reject::Malformed`].
    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject>;

    /// The only contract that the session may call.
    fn target(&self) -> &'a Address;

    /// The action calls another one. `is_params`: it is one of a batch; only [`erc20_transfer`] has another text there.
    fn wrong_target(is_params: bool) -> Reject;

    /// The session key, if the grant covers the action, whose target is the right one.
    ///
    /// # Errors
    /// The text of the first check that fails.
    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject>;
}

/// The session key that may do what is asked, but for its signature.
///
/// # Errors
/// The text of the first check that fails; [`Reject::Malformed`] if the callData can't be decoded.
pub fn check<'a, R: Rules<'a>>(
    request: Request<'_>,
    session_key_data: &'a [u8],
) -> Result<&'a Address, Reject> {
    let (action, is_params) = action(request)?.ok_or_else(R::invalid_selector)?;
    allow::<R>(action, is_params, session_key_data)
}

/// What is asked for, and whether it is an action of a batch; `None` if the userOp is none of `execute`.
fn action(request: Request<'_>) -> Result<Option<(Decoded<'_>, bool)>, Malformed> {
    let call_data = match request {
        Request::Params(action) => return Ok(Some((Ok(action), true))),
        Request::CallData(call_data) => call_data,
    };
    let (selector, arguments) = execution::split(call_data)?;
    let is_execute = execution::is_execute(selector);
    Ok(is_execute.then(|| (execution::execute(arguments), false)))
}

/// An action, which is looked at behind the session key data.
type Decoded<'a> = Result<Action<'a>, Malformed>;

fn allow<'a, R: Rules<'a>>(
    action: Decoded<'_>,
    is_params: bool,
    session_key_data: &'a [u8],
) -> Result<&'a Address, Reject> {
    let grant = R::decode(session_key_data)?;
    let action = action?;
    if !is_same_address(action.to, grant.target()) {
        return Err(R::wrong_target(is_params));
    }
    grant.check(&action)
}

/// Does the word hold a number of at most `bytes` bytes?
fn fits(word: &Word, bytes: usize) -> bool {
    let high = 32usize.saturating_sub(bytes);
    word.iter().take(high).fold(0, |any, byte| any | byte) == 0
}

/// Is the word this number?
fn is_number(word: &Word, number: u64) -> bool {
    as_u64(word) == Some(number)
}

const ZERO_ADDRESS: Address = [0; 20];
