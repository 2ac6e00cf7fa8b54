//! The rules, re-stated.

use crate::support::Request;
use alloy_primitives::{Address, U256, Uint};
use alloy_sol_types::{SolCall, SolValue, sol};

type U512 = Uint<512, 8>;

sol! {
    struct Approval { address sessionKey; address token; address spender; uint256 maxAmount; }
    function approve(address spender, uint256 amount);

    struct Transfer { address sessionKey; address token; address recipient; uint256 maxAmount; }
    function transfer(address to, uint256 amount);

    struct Mint { address sessionKey; address nft; address recipient; uint256 tokenId; }
    function mintTo(address to, uint256 tokenId, uint256 amount);

    struct Swap {
        address sessionKey; address dex; address tokenIn; address tokenOut; address recipient;
        uint256 maxAmountIn; uint256 minOutNum; uint256 minOutDen;
    }
    struct ExactInputSingleParams {
        address tokenIn; address tokenOut; uint24 fee; address recipient;
        uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
    }
    function exactInputSingle(ExactInputSingleParams params);
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);

    struct Stake {
        address sessionKey; address staking; address token; address onBehalfOf; uint256 maxAmount; bytes4 selector;
    }
    function stake(uint256 amount);
    function deposit(uint256 assets, address receiver);
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode);
}

/// SwapRouter02's.
pub(super) mod without_deadline {
    alloy_sol_types::sol! {
        struct ExactInputSingleParams {
            address tokenIn; address tokenOut; uint24 fee; address recipient;
            uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
        }
        function exactInputSingle(ExactInputSingleParams params);
    }
}

fn strict_session<S: SolValue + From<<S::SolType as alloy_sol_types::SolType>::RustType>>(
    data: &[u8],
) -> Option<S> {
    let session = S::abi_decode(data).ok()?;
    (session.abi_encode() == data).then_some(session)
}

fn strict_call<C: SolCall>(data: &[u8]) -> Option<C> {
    let call = C::abi_decode(data).ok()?;
    (call.abi_encode() == data).then_some(call)
}

fn is_call_of(to: Address, request: &Request) -> bool {
    to.into_word() == request.to && request.value == [0; 32]
}

/// The session key, if the request is covered.
pub(super) fn approval(request: &Request) -> Option<Address> {
    let session: Approval = strict_session(&request.session)?;
    let call: approveCall = strict_call(&request.inner)?;
    let covered = is_call_of(session.token, request)
        && !session.spender.is_zero()
        && call.spender == session.spender
        && call.amount <= session.maxAmount;
    covered.then_some(session.sessionKey)
}

/// The session key, if the request is covered.
pub(super) fn transfer(request: &Request) -> Option<Address> {
    let session: Transfer = strict_session(&request.session)?;
    let (recipient, amount) = match strict_call::<transferCall>(&request.inner) {
        Some(call) => (call.to, call.amount),
        None => {
            let call: approveCall = strict_call(&request.inner)?;
            (call.spender, call.amount)
        }
    };
    let covered = is_call_of(session.token, request)
        && recipient == session.recipient
        && amount <= session.maxAmount;
    covered.then_some(session.sessionKey)
}

/// The session key, if the request is covered.
pub(super) fn mint(request: &Request) -> Option<Address> {
    let session: Mint = strict_session(&request.session)?;
    let call: mintToCall = strict_call(&request.inner)?;
    let covered = is_call_of(session.nft, request)
        && call.to == session.recipient
        && call.tokenId == session.tokenId
        && call.amount == U256::ONE;
    covered.then_some(session.sessionKey)
}

/// Token in, token out, recipient, amount in, least amount out.
fn swap_call(inner: &[u8]) -> Option<(Address, Address, Address, U256, U256)> {
    if let Some(call) = strict_call::<exactInputSingleCall>(inner) {
        let call = call.params;
        let (amount, min_out) = (call.amountIn, call.amountOutMinimum);
        return Some((call.tokenIn, call.tokenOut, call.recipient, amount, min_out));
    }
    if let Some(call) = strict_call::<without_deadline::exactInputSingleCall>(inner) {
        let call = call.params;
        let (amount, min_out) = (call.amountIn, call.amountOutMinimum);
        return Some((call.tokenIn, call.tokenOut, call.recipient, amount, min_out));
    }
    let call: swapExactTokensForTokensCall = strict_call(inner)?;
    match call.path[..] {
        [token_in, token_out] => {
            let (amount, min_out) = (call.amountIn, call.amountOutMin);
            Some((token_in, token_out, call.to, amount, min_out))
        }
        _ => None,
    }
}

/// The session key, if the request is covered.
pub(super) fn swap(request: &Request) -> Option<Address> {
    let session: Swap = strict_session(&request.session)?;
    let (token_in, token_out, to, amount_in, min_out) = swap_call(&request.inner)?;
    let recipient = U256::from_be_bytes(session.recipient.into_word().0);
    let wide = |a: U256, b: U256| U512::from(a) * U512::from(b);
    let covered = is_call_of(session.dex, request)
        && recipient > U256::from(2)
        && session.recipient != session.dex
        && !session.minOutNum.is_zero()
        && !session.minOutDen.is_zero()
        && (token_in, token_out) == (session.tokenIn, session.tokenOut)
        && to == session.recipient
        && !amount_in.is_zero()
        && amount_in <= session.maxAmountIn
        && !min_out.is_zero()
        && wide(min_out, session.minOutDen) >= wide(amount_in, session.minOutNum);
    covered.then_some(session.sessionKey)
}

/// The session key, if the request is covered.
pub(super) fn staking(request: &Request) -> Option<Address> {
    let session: Stake = strict_session(&request.session)?;
    let (token, amount, receiver) = match session.selector.0 {
        stakeCall::SELECTOR => {
            let call: stakeCall = strict_call(&request.inner)?;
            (Address::ZERO, call.amount, Address::ZERO)
        }
        depositCall::SELECTOR => {
            let call: depositCall = strict_call(&request.inner)?;
            (Address::ZERO, call.assets, call.receiver)
        }
        supplyCall::SELECTOR => {
            let call: supplyCall = strict_call(&request.inner)?;
            (call.asset, call.amount, call.onBehalfOf)
        }
        _ => return None,
    };
    let covered = is_call_of(session.staking, request)
        && token == session.token
        && receiver == session.onBehalfOf
        && amount <= session.maxAmount;
    covered.then_some(session.sessionKey)
}

/// The session key, if the request is covered.
pub(super) fn abi(request: &Request) -> Option<Address> {
    let data = &request.session;
    let limit = U256::from_be_slice(data.get(44..60)?);
    let rules = usize::from(u16::from_be_bytes([*data.get(60)?, *data.get(61)?]));
    let is_called = Address::from_slice(&data[20..40]).into_word() == request.to
        && request.inner.get(..4)? == &data[40..44]
        && U256::from_be_bytes(request.value) <= limit;
    let holds = |rule: usize| {
        let rule = data.get(62 + 35 * rule..62 + 35 * (rule + 1))?;
        let start = 4 + usize::from(rule[0]) * 256 + usize::from(rule[1]);
        let argument = U256::from_be_slice(request.inner.get(start..start + 32)?);
        let reference = U256::from_be_slice(&rule[3..]);
        Some(match rule[2] {
            0 => argument == reference,
            1 => argument <= reference,
            2 => argument < reference,
            3 => argument >= reference,
            4 => argument > reference,
            5 => argument != reference,
            _ => false,
        })
    };
    let covered = is_called && (0..rules).all(|rule| holds(rule) == Some(true));
    covered.then(|| Address::from_slice(&data[..20]))
}
