//! The rules against a naive re-statement of them: alloy decodes, 256-bit integers compare, and what is not what alloy
//! would encode is not strict.

use crate::support::{Request, flip_bit};
use alloy_primitives::{Address, B256, FixedBytes, U256, Uint, aliases::U24, aliases::U160};
use alloy_sol_types::{SolCall, SolValue, sol};
use proptest::{prelude::*, test_runner::TestRunner};
use session_core::{Reject, Word, rules};

type U512 = Uint<512, 8>;

sol! {
    struct Approval { address sessionKey; address token; address spender; uint256 maxAmount; }
    function approve(address spender, uint256 amount);

    struct Swap {
        address sessionKey; address dex; address tokenIn; address tokenOut; address recipient;
        uint256 maxAmountIn; uint256 minOutNum; uint256 minOutDen;
    }
    struct ExactInputSingleParams {
        address tokenIn; address tokenOut; uint24 fee; address recipient;
        uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
    }
    function exactInputSingle(ExactInputSingleParams params);

    struct Stake {
        address sessionKey; address staking; address token; address onBehalfOf; uint256 maxAmount; bytes4 selector;
    }
    function stake(uint256 amount);
    function deposit(uint256 assets, address receiver);
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
fn approval(request: &Request) -> Option<Address> {
    let session: Approval = strict_session(&request.session)?;
    let call: approveCall = strict_call(&request.inner)?;
    let covered = is_call_of(session.token, request)
        && !session.spender.is_zero()
        && call.spender == session.spender
        && call.amount <= session.maxAmount;
    covered.then_some(session.sessionKey)
}

/// The session key, if the request is covered.
fn swap(request: &Request) -> Option<Address> {
    let session: Swap = strict_session(&request.session)?;
    let call = strict_call::<exactInputSingleCall>(&request.inner)?.params;
    let recipient = U256::from_be_bytes(session.recipient.into_word().0);
    let wide = |a: U256, b: U256| U512::from(a) * U512::from(b);
    let is_enough =
        wide(call.amountOutMinimum, session.minOutDen) >= wide(call.amountIn, session.minOutNum);
    let covered = is_call_of(session.dex, request)
        && recipient > U256::from(2)
        && session.recipient != session.dex
        && !session.minOutNum.is_zero()
        && !session.minOutDen.is_zero()
        && (call.tokenIn, call.tokenOut) == (session.tokenIn, session.tokenOut)
        && call.recipient == session.recipient
        && !call.amountIn.is_zero()
        && call.amountIn <= session.maxAmountIn
        && !call.amountOutMinimum.is_zero()
        && is_enough;
    covered.then_some(session.sessionKey)
}

/// The session key, if the request is covered.
fn staking(request: &Request) -> Option<Address> {
    let session: Stake = strict_session(&request.session)?;
    let (amount, receiver) = match session.selector.0 {
        stakeCall::SELECTOR => {
            let call: stakeCall = strict_call(&request.inner)?;
            (call.amount, Address::ZERO)
        }
        depositCall::SELECTOR => {
            let call: depositCall = strict_call(&request.inner)?;
            (call.assets, call.receiver)
        }
        _ => return None,
    };
    let covered = is_call_of(session.staking, request)
        && session.token.is_zero()
        && receiver == session.onBehalfOf
        && amount <= session.maxAmount;
    covered.then_some(session.sessionKey)
}

/// A change of a request: most of them spoil it.
#[derive(Clone, Copy, Debug)]
enum Change {
    SessionBit(usize),
    TargetBit(usize),
    ValueBit(usize),
    OuterBit(usize),
    InnerBit(usize),
    SessionByte(bool),
    InnerByte(bool),
    /// To one of the words that have a meaning of their own.
    SessionWord(usize, u8),
    Argument(usize, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let bit = any::<usize>();
    prop_oneof![
        3 => bit.prop_map(Change::SessionBit),
        1 => (0..256_usize).prop_map(Change::TargetBit),
        1 => (0..256_usize).prop_map(Change::ValueBit),
        1 => (0..32_usize).prop_map(Change::OuterBit),
        3 => bit.prop_map(Change::InnerBit),
        1 => any::<bool>().prop_map(Change::SessionByte),
        1 => any::<bool>().prop_map(Change::InnerByte),
        2 => (bit, any::<u8>()).prop_map(|(at, word)| Change::SessionWord(at, word)),
        2 => (bit, any::<u8>()).prop_map(|(at, word)| Change::Argument(at, word)),
    ]
}

/// Mostly none.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop_oneof![
        3 => Just(vec![]),
        2 => prop::collection::vec(change(), 1..=2),
    ]
}

fn special(choice: u8) -> Word {
    let number = match choice % 5 {
        4 => U256::MAX,
        small => U256::from(small),
    };
    number.to_be_bytes()
}

fn resize_by_one(bytes: &mut Vec<u8>, longer: bool) {
    if longer {
        bytes.push(0);
    } else {
        bytes.pop();
    }
}

fn apply(request: &mut Request, change: Change) {
    match change {
        Change::SessionBit(at) => {
            let bits = 8 * request.session.len();
            flip_bit(&mut request.session, at % bits);
        }
        Change::TargetBit(at) => flip_bit(&mut request.to, at),
        Change::ValueBit(at) => flip_bit(&mut request.value, at),
        Change::OuterBit(at) => flip_bit(&mut request.outer, at),
        Change::InnerBit(at) => {
            let bits = 8 * request.inner.len();
            flip_bit(&mut request.inner, at % bits);
        }
        Change::SessionByte(longer) => resize_by_one(&mut request.session, longer),
        Change::InnerByte(longer) => resize_by_one(&mut request.inner, longer),
        Change::SessionWord(at, choice) => {
            let words = request.session.len() / 32;
            *request = request.session_word(at % words, special(choice));
        }
        Change::Argument(at, choice) => {
            let words = (request.inner.len() - 4) / 32;
            if words > 0 {
                request.set_argument(at % words, special(choice));
            }
        }
    }
}

fn any_address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn any_number() -> impl Strategy<Value = U256> {
    (any::<[u8; 32]>(), 0..256_usize).prop_map(|(bytes, shift)| U256::from_be_bytes(bytes) >> shift)
}

/// A limit, and an amount that is mostly within it.
fn limit_and_amount() -> impl Strategy<Value = (U256, U256)> {
    (any_number(), any_number(), 0..10_u8).prop_map(|(limit, any, choice)| {
        let amount = match choice {
            0..=2 => limit,
            3 => limit.wrapping_add(U256::ONE),
            4 => limit.saturating_sub(U256::ONE),
            5 => U256::ONE,
            6 => any,
            _ => any.checked_rem(limit).unwrap_or_default(),
        };
        (limit, amount)
    })
}

fn request(session: Vec<u8>, to: Address, inner: Vec<u8>) -> Request {
    Request {
        outer: either_execute(&inner),
        session,
        to: to.into_word().0,
        value: [0; 32],
        inner,
    }
}

/// Of half of the calls the one, of half the other.
fn either_execute(inner: &[u8]) -> [u8; 4] {
    if inner.last().is_some_and(|byte| byte % 2 == 0) {
        [0xb6, 0x1d, 0x27, 0xf6]
    } else {
        [0x00, 0x00, 0x18, 0x9a]
    }
}

fn approvals() -> impl Strategy<Value = Request> {
    (any::<[[u8; 20]; 3]>(), limit_and_amount()).prop_map(|(addresses, (max_amount, amount))| {
        let [session_key, token, spender] = addresses.map(Address::from);
        let session = Approval {
            sessionKey: session_key,
            token,
            spender,
            maxAmount: max_amount,
        };
        let call = approveCall { spender, amount };
        request(session.abi_encode(), token, call.abi_encode())
    })
}

fn swaps() -> impl Strategy<Value = Request> {
    let recipient = prop_oneof![
        12 => any_address(),
        1 => (0..4_u8).prop_map(Address::with_last_byte),
    ];
    let free = (any::<u32>(), any::<[u8; 20]>(), any::<u64>());
    let price = (any_number(), any_number(), 0..8_u8);
    (
        any::<[[u8; 20]; 4]>(),
        recipient,
        limit_and_amount(),
        price,
        free,
    )
        .prop_map(
            |(addresses, recipient, (max_amount, amount), (num, den, choice), free)| {
                let [session_key, dex, token_in, token_out] = addresses.map(Address::from);
                let (num, den) = (num.max(U256::ONE), den.max(U256::ONE));
                let product: U512 = amount.widening_mul(num);
                let least = product.div_ceil(U512::from(den));
                // A minimum of more than 256 bits can't be named: the call is refused, unless the price turns round.
                let (num, den, least) = if least > U512::from(U256::MAX) {
                    (den, num, U512::from(amount))
                } else {
                    (num, den, least)
                };
                let least: U256 = least.saturating_to();
                let min_out = match choice {
                    0 => least.saturating_sub(U256::ONE),
                    1 => least.saturating_add(U256::ONE),
                    2 => U256::MAX,
                    _ => least,
                };
                let session = Swap {
                    sessionKey: session_key,
                    dex,
                    tokenIn: token_in,
                    tokenOut: token_out,
                    recipient,
                    maxAmountIn: max_amount,
                    minOutNum: num,
                    minOutDen: den,
                };
                let params = ExactInputSingleParams {
                    tokenIn: token_in,
                    tokenOut: token_out,
                    fee: U24::from(free.0 >> 8),
                    recipient,
                    deadline: U256::from(free.2),
                    amountIn: amount,
                    amountOutMinimum: min_out,
                    sqrtPriceLimitX96: U160::from_be_bytes(free.1),
                };
                let call = exactInputSingleCall { params };
                request(session.abi_encode(), dex, call.abi_encode())
            },
        )
}

fn stakes() -> impl Strategy<Value = Request> {
    (any::<[[u8; 20]; 3]>(), limit_and_amount(), any::<bool>()).prop_map(
        |(addresses, (max_amount, amount), is_deposit)| {
            let [session_key, staking, receiver] = addresses.map(Address::from);
            let (receiver, selector, inner) = if is_deposit {
                let assets = amount;
                let call = depositCall { assets, receiver };
                (receiver, depositCall::SELECTOR, call.abi_encode())
            } else {
                let call = stakeCall { amount };
                (Address::ZERO, stakeCall::SELECTOR, call.abi_encode())
            };
            let session = Stake {
                sessionKey: session_key,
                staking,
                token: Address::ZERO,
                onBehalfOf: receiver,
                maxAmount: max_amount,
                selector: FixedBytes(selector),
            };
            request(session.abi_encode(), staking, inner)
        },
    )
}

type Answer = Result<session_core::Address, Reject>;

/// Both forms of a rule say what its re-statement says.
fn assert_same(
    name: &str,
    requests: impl Strategy<Value = Request>,
    answers: fn(&Request) -> [Answer; 2],
    naive: fn(&Request) -> Option<Address>,
) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2000)
    };
    let cases = config.cases;
    let accepted = std::cell::Cell::new(0);
    let requests = (requests, changes()).prop_map(|(mut request, changes)| {
        changes
            .into_iter()
            .for_each(|change| apply(&mut request, change));
        request
    });
    TestRunner::new(config)
        .run(&requests, |request| {
            let [by_call_data, by_action] = answers(&request);
            let expected = naive(&request).map(|key| key.0.0);
            let is_execute =
                [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]].contains(&request.outer);
            prop_assert_eq!(by_call_data.ok(), expected.filter(|_| is_execute));
            // An action's address has no upper bytes that could be dirty.
            if B256::from(request.to).starts_with(&[0; 12]) {
                prop_assert_eq!(by_action.ok(), expected);
            }
            accepted.set(accepted.get() + u32::from(by_call_data.is_ok()));
            Ok(())
        })
        .unwrap();
    let accepted = accepted.get();
    println!("{name}: {accepted} of {cases} accepted");
    assert!((3 * cases / 10..8 * cases / 10).contains(&accepted));
}

#[test]
fn approvals_are_what_the_naive_rule_says() {
    type Grant<'a> = rules::erc20_approval::Grant<'a>;
    let answers = |request: &Request| {
        [
            request.by_call_data::<Grant>(),
            request.by_action::<Grant>(),
        ]
    };
    assert_same("approvals", approvals(), answers, approval);
}

#[test]
fn swaps_are_what_the_naive_rule_says() {
    type Grant<'a> = rules::dex_swap::Grant<'a>;
    let answers = |request: &Request| {
        [
            request.by_call_data::<Grant>(),
            request.by_action::<Grant>(),
        ]
    };
    assert_same("swaps", swaps(), answers, swap);
}

#[test]
fn stakes_are_what_the_naive_rule_says() {
    type Grant<'a> = rules::erc20_stake::Grant<'a>;
    let answers = |request: &Request| {
        [
            request.by_call_data::<Grant>(),
            request.by_action::<Grant>(),
        ]
    };
    assert_same("stakes", stakes(), answers, staking);
}
