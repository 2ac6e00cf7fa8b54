//! Sessions of our SVMs, each with an action that it allows.

mod abi;
mod bounded;
mod typed;

pub use bounded::{MOCK, odd};

use alloy::primitives::U256;
use differential::calldata::Choices;

use crate::{chain::Chain, keys::Keys, request::Request};

/// An SVM: the program, the oracle, and what they say.
pub struct Svm {
    pub program: &'static str,
    pub oracle: &'static str,
    /// Before each text.
    pub prefix: &'static str,
    pub texts: &'static [&'static str],
    /// A valid call.
    pub request: fn(&Keys, &mut Choices<'_>) -> Request,
}

pub const ABI: Svm = Svm {
    program: "abi",
    oracle: "AbiOracle",
    prefix: "ABISV",
    texts: &[
        "Not Execute Selector",
        "Destination Forbidden",
        "Selector Forbidden",
        "Permitted Value Exceeded",
        "Arg Rule Violated",
    ],
    request: abi::request,
};

pub const BOUNDED: Svm = Svm {
    program: "bounded",
    oracle: "BoundedOracle",
    prefix: "BND",
    texts: &[
        "Malformed Session",
        "Wrong Lane",
        "Max Uses",
        "Wrong Paymaster",
        "Max Fee",
        "Max Gas",
        "Max Op Cost",
        "Needs User Operation",
    ],
    request: bounded::request,
};

pub const DEX_SWAP: Svm = Svm {
    program: "dex-swap",
    oracle: "DexSwapOracle",
    prefix: "DEXSV",
    texts: &[
        "Invalid Selector",
        "Malformed Session",
        "Wrong Dex",
        "Non Zero Value",
        "Invalid Method",
        "Malformed Call",
        "Wrong Token",
        "Wrong Recipient",
        "Max Amount Exceeded",
        "Min Out Too Low",
    ],
    request: typed::dex_swap,
};

pub const ERC1155_MINT: Svm = Svm {
    program: "erc1155-mint",
    oracle: "Erc1155MintOracle",
    prefix: "ERC1155MT",
    texts: &[
        "Invalid Selector",
        "Malformed Session",
        "Wrong Token",
        "Non Zero Value",
        "Invalid Method",
        "Malformed Call",
        "Wrong Recipient",
        "Wrong Amount",
    ],
    request: typed::erc1155_mint,
};

pub const ERC20_APPROVAL: Svm = Svm {
    program: "erc20-approval",
    oracle: "Erc20ApprovalOracle",
    prefix: "ERC20AV",
    texts: &[
        "Invalid Selector",
        "Malformed Session",
        "Wrong Token",
        "Non Zero Value",
        "Invalid Method",
        "Malformed Call",
        "Wrong Spender",
        "Max Amount Exceeded",
    ],
    request: typed::erc20_approval,
};

pub const ERC20_STAKE: Svm = Svm {
    program: "erc20-stake",
    oracle: "Erc20StakeOracle",
    prefix: "ERC20STV",
    texts: &[
        "Invalid Selector",
        "Malformed Session",
        "Wrong Staking",
        "Non Zero Value",
        "Invalid Method",
        "Malformed Call",
        "Wrong Token",
        "Wrong Receiver",
        "Max Amount Exceeded",
    ],
    request: typed::erc20_stake,
};

pub const ERC20_TRANSFER: Svm = Svm {
    program: "erc20-transfer",
    oracle: "Erc20TransferOracle",
    prefix: "ERC20SV",
    texts: &[
        "Invalid Selector",
        "Malformed Session",
        "Wrong Token",
        "Invalid Token",
        "Non Zero Value",
        "Invalid Method",
        "Malformed Call",
        "Wrong Recipient",
        "Max Amount Exceeded",
    ],
    request: typed::erc20_transfer,
};

/// A limit, and an amount within it: often exactly as much.
fn limited(choices: &mut Choices<'_>) -> (U256, U256) {
    let number = U256::from(choices.number());
    let limit = choices.pick(&[number, number << 130, U256::MAX, U256::ZERO]);
    let amount = choices.pick(&[limit, limit >> 1, U256::ZERO]);
    (limit, amount)
}

/// Puts the SVMs on the chain that sessions of `bounded` hold.
pub fn place_inner_svms(chain: &mut Chain) {
    chain.place(ERC20_APPROVAL.oracle, bounded::APPROVAL);
    chain.place("MockSVM", bounded::MOCK);
    // A word, how many bytes of it are answered, and is it a revert? One more has no code.
    let odd = [
        (U256::from(2), 32, false),
        (U256::ONE << 255, 32, false),
        (U256::ONE, 31, false),
        (U256::ZERO, 64, false),
        (U256::MAX, 7, true),
    ];
    for (last, (word, len, is_revert)) in (0..).zip(odd) {
        chain.answering(bounded::odd(last), word.into(), len, is_revert);
    }
}
