//! Requests that mostly are covered.

use super::naive::*;
use crate::{abi, support::Request};
use alloy_primitives::{Address, FixedBytes, U256, Uint, aliases::U24, aliases::U160};
use alloy_sol_types::{SolCall, SolValue};
use proptest::prelude::*;
use session_core::Word;

type U512 = Uint<512, 8>;

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

pub(super) fn approvals() -> impl Strategy<Value = Request> {
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

pub(super) fn swaps() -> impl Strategy<Value = Request> {
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
                let inner = swap_call(&session, amount, min_out, free);
                request(session.abi_encode(), dex, inner)
            },
        )
}

/// One of the three calls.
fn swap_call(session: &Swap, amount: U256, min_out: U256, free: (u32, [u8; 20], u64)) -> Vec<u8> {
    let (fee, limit) = (U24::from(free.0 >> 8), U160::from_be_bytes(free.1));
    let deadline = U256::from(free.2);
    match free.0 % 3 {
        0 => exactInputSingleCall {
            params: ExactInputSingleParams {
                tokenIn: session.tokenIn,
                tokenOut: session.tokenOut,
                fee,
                recipient: session.recipient,
                deadline,
                amountIn: amount,
                amountOutMinimum: min_out,
                sqrtPriceLimitX96: limit,
            },
        }
        .abi_encode(),
        1 => without_deadline::exactInputSingleCall {
            params: without_deadline::ExactInputSingleParams {
                tokenIn: session.tokenIn,
                tokenOut: session.tokenOut,
                fee,
                recipient: session.recipient,
                amountIn: amount,
                amountOutMinimum: min_out,
                sqrtPriceLimitX96: limit,
            },
        }
        .abi_encode(),
        _ => swapExactTokensForTokensCall {
            amountIn: amount,
            amountOutMin: min_out,
            path: vec![session.tokenIn, session.tokenOut],
            to: session.recipient,
            deadline,
        }
        .abi_encode(),
    }
}

pub(super) fn transfers() -> impl Strategy<Value = Request> {
    (any::<[[u8; 20]; 3]>(), limit_and_amount(), any::<bool>()).prop_map(
        |(addresses, (max_amount, amount), is_approval)| {
            let [session_key, token, recipient] = addresses.map(Address::from);
            let session = Transfer {
                sessionKey: session_key,
                token,
                recipient,
                maxAmount: max_amount,
            };
            let inner = if is_approval {
                let spender = recipient;
                approveCall { spender, amount }.abi_encode()
            } else {
                let to = recipient;
                transferCall { to, amount }.abi_encode()
            };
            request(session.abi_encode(), token, inner)
        },
    )
}

pub(super) fn mints() -> impl Strategy<Value = Request> {
    let amount = prop_oneof![5 => Just(1_u8), 1 => 0..4_u8];
    (any::<[[u8; 20]; 3]>(), any_number(), amount).prop_map(|(addresses, token_id, amount)| {
        let [session_key, nft, to] = addresses.map(Address::from);
        let session = Mint {
            sessionKey: session_key,
            nft,
            recipient: to,
            tokenId: token_id,
        };
        let call = mintToCall {
            to,
            tokenId: token_id,
            amount: U256::from(amount),
        };
        request(session.abi_encode(), nft, call.abi_encode())
    })
}

/// A rule that mostly holds, for one of these arguments or somewhere between two of them.
fn rule(arguments: &[u8], at: usize, condition: u8, step: u8) -> abi::Rule {
    let aligned = at % (arguments.len() / 32) * 32;
    let offset = if step < 8 {
        aligned
    } else {
        at % arguments.len()
    };
    let argument = arguments.get(offset..offset + 32).unwrap_or(&[7; 32]);
    let argument = U256::from_be_slice(argument);
    let reference = match (condition, step % 8) {
        (_, 0) => argument,
        (1 | 2 | 5, _) => argument.saturating_add(U256::ONE),
        (3 | 4, _) => argument.saturating_sub(U256::ONE),
        _ => argument,
    };
    let offset = u16::try_from(offset).unwrap();
    (offset, condition, reference.to_be_bytes())
}

pub(super) fn calls_by_rules() -> impl Strategy<Value = Request> {
    let arguments = prop::collection::vec(any_number(), 1..5);
    let extra = prop::collection::vec(any::<u8>(), 0..8);
    let condition = prop_oneof![12 => 0..6_u8, 1 => any::<u8>()];
    let step = prop_oneof![6 => 1..8_u8, 1 => 0..16_u8];
    let rules = prop::collection::vec((any::<usize>(), condition, step), 0..4);
    let value = (any::<u128>(), prop_oneof![4 => Just(0_i8), 1 => -1..=1_i8]);
    let count = prop_oneof![10 => Just(0_i8), 1 => -1..=1_i8];
    (arguments, extra, rules, value, count).prop_map(
        |(arguments, extra, rules, (max_value, step), count)| {
            let words: Vec<Word> = arguments.iter().map(U256::to_be_bytes).collect();
            let arguments = [words.concat(), extra].concat();
            let rules = rules
                .iter()
                .map(|(at, condition, step)| rule(&arguments, *at, *condition, *step));
            let rules: Vec<_> = rules.collect();
            let rule_count = i8::try_from(rules.len()).unwrap() + count;
            let value = match step {
                0 => U256::ZERO,
                -1 => U256::from(max_value),
                _ => U256::from(max_value) + U256::ONE,
            };
            let session = abi::session(max_value, rule_count.max(0).cast_unsigned().into(), &rules);
            Request {
                value: value.to_be_bytes(),
                ..request(
                    session,
                    Address::repeat_byte(0xc0),
                    [&abi::METHOD[..], &arguments].concat(),
                )
            }
        },
    )
}

pub(super) fn stakes() -> impl Strategy<Value = Request> {
    let free = (0..3_u8, any::<u16>());
    (any::<[[u8; 20]; 4]>(), limit_and_amount(), free).prop_map(
        |(addresses, (max_amount, amount), (method, code))| {
            let [session_key, staking, asset, receiver] = addresses.map(Address::from);
            let (token, receiver, inner) = match method {
                0 => {
                    let call = stakeCall { amount };
                    (Address::ZERO, Address::ZERO, call.abi_encode())
                }
                1 => {
                    let assets = amount;
                    let call = depositCall { assets, receiver };
                    (Address::ZERO, receiver, call.abi_encode())
                }
                _ => {
                    let call = supplyCall {
                        asset,
                        amount,
                        onBehalfOf: receiver,
                        referralCode: code,
                    };
                    (asset, receiver, call.abi_encode())
                }
            };
            let session = Stake {
                sessionKey: session_key,
                staking,
                token,
                onBehalfOf: receiver,
                maxAmount: max_amount,
                selector: FixedBytes::from_slice(&inner[..4]),
            };
            request(session.abi_encode(), staking, inner)
        },
    )
}
