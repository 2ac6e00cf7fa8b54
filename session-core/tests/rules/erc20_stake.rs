//! `erc20-stake` (§10.6).

use crate::support::{MAX, Request, ZERO, account, flip_bit, minus_one, number, plus_one};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, Word, reject,
    rules::erc20_stake::{DEPOSIT, Grant, STAKE, SUPPLY},
};

sol! {
    function stake(uint256 amount);
    function deposit(uint256 assets, address receiver);
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode);
    function withdraw(uint256 assets, address receiver, address owner);
    function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf);
}

const TOKEN: usize = 2;
const ON_BEHALF_OF: usize = 3;
const MAX_AMOUNT: usize = 4;
const SELECTOR: usize = 5;

fn selector_word(selector: [u8; 4]) -> Word {
    let mut word = ZERO;
    word[..4].copy_from_slice(&selector);
    word
}

fn request(selector: [u8; 4], token: Word, on_behalf_of: Word, arguments: &[Word]) -> Request {
    let session = [
        account(0x51),
        account(0x57),
        token,
        on_behalf_of,
        number(1000),
        selector_word(selector),
    ];
    Request::new(&session, account(0x57), selector, arguments)
}

/// Half of what is allowed.
pub fn stake() -> Request {
    request(STAKE, ZERO, ZERO, &[number(500)])
}

/// Half of what is allowed.
pub fn deposit() -> Request {
    request(DEPOSIT, ZERO, account(0xaa), &[number(500), account(0xaa)])
}

/// Half of what is allowed.
pub fn supply() -> Request {
    let arguments = [account(0x70), number(500), account(0xaa), ZERO];
    request(SUPPLY, account(0x70), account(0xaa), &arguments)
}

/// With the index of the amount.
fn goods() -> [(Request, usize); 3] {
    [(stake(), 0), (deposit(), 0), (supply(), 1)]
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn the_selectors_are_those_of_the_methods() {
    assert_eq!(STAKE, stakeCall::SELECTOR);
    assert_eq!(DEPOSIT, depositCall::SELECTOR);
    assert_eq!(SUPPLY, supplyCall::SELECTOR);
}

#[test]
fn other_methods_are_never_granted() {
    let borrow = borrowCall::SELECTOR;
    for selector in [withdrawCall::SELECTOR, borrow, [0; 4], [0xff; 4]] {
        for (good, _) in goods() {
            let mut request = good.session_word(SELECTOR, selector_word(selector));
            request.inner[..4].copy_from_slice(&selector);
            assert_eq!(answer(&request), Err(reject!("ERC20STV Malformed Session")));
        }
    }
    for (good, _) in goods() {
        for bit in 0..32 {
            let mut request = good.clone();
            flip_bit(&mut request.session, 8 * 32 * SELECTOR + bit);
            flip_bit(&mut request.inner, bit);
            let answer = answer(&request);
            assert_eq!(
                answer,
                Err(reject!("ERC20STV Malformed Session")),
                "bit {bit}"
            );
        }
    }
}

#[test]
fn only_the_granted_one_of_the_methods_may_be_called() {
    for (index, (session, _)) in goods().into_iter().enumerate() {
        for (other, (call, _)) in goods().into_iter().enumerate() {
            let session = session.session.clone();
            let answer = answer(&Request { session, ..call });
            if index == other {
                assert!(answer.is_ok());
            } else {
                assert_eq!(answer, Err(reject!("ERC20STV Invalid Method")));
            }
        }
    }
}

/// A stake is read as one word, a deposit as two, a supply as four, whatever follows.
#[test]
fn the_arguments_are_those_of_the_granted_method() {
    for (index, (session, _)) in goods().into_iter().enumerate() {
        for (other, (call, _)) in goods().into_iter().enumerate() {
            let mut request = session.clone();
            request.inner = [&session.inner[..4], &call.inner[4..]].concat();
            if index != other {
                assert_eq!(answer(&request), Err(reject!("ERC20STV Malformed Call")));
            }
        }
    }
}

/// A pool pulls any token that it has an allowance for.
#[test]
fn no_neighbour_of_the_token_is_supplied() {
    for bit in 96..256 {
        let mut token = account(0x70);
        flip_bit(&mut token, bit);
        let answer = answer(&supply().argument(0, token));
        assert_eq!(answer, Err(reject!("ERC20STV Wrong Token")), "bit {bit}");
    }
    let none = supply().argument(0, ZERO);
    assert_eq!(answer(&none), Err(reject!("ERC20STV Wrong Token")));
}

#[test]
fn the_referral_code_is_free() {
    for code in [0, 1, 0xffff] {
        assert!(answer(&supply().argument(3, number(code))).is_ok());
    }
    let wide = supply().argument(3, number(0x1_0000));
    assert_eq!(answer(&wide), Err(reject!("ERC20STV Malformed Call")));
}

#[test]
fn fields_without_a_use_are_zero() {
    for bit in 96..256 {
        let mut word = ZERO;
        flip_bit(&mut word, bit);
        for request in [
            stake().session_word(TOKEN, word),
            stake().session_word(ON_BEHALF_OF, word),
            deposit().session_word(TOKEN, word),
        ] {
            let answer = answer(&request);
            assert_eq!(
                answer,
                Err(reject!("ERC20STV Malformed Session")),
                "bit {bit}"
            );
        }
    }
}

#[test]
fn no_neighbour_of_the_receiver_gets_the_credit() {
    for (good, argument) in [(deposit(), 1), (supply(), 2)] {
        for bit in 96..256 {
            let mut receiver = account(0xaa);
            flip_bit(&mut receiver, bit);
            let answer = answer(&good.argument(argument, receiver));
            assert_eq!(answer, Err(reject!("ERC20STV Wrong Receiver")), "bit {bit}");
        }
        let nobody = good.argument(argument, ZERO);
        assert_eq!(answer(&nobody), Err(reject!("ERC20STV Wrong Receiver")));
    }
}

#[test]
fn a_stake_is_of_at_most_the_amount() {
    let mut amounts = vec![number(1), number(1000), minus_one(MAX)];
    amounts.extend((0..32).map(|byte| {
        let mut word = [0x77; 32];
        word[byte] = 0x78;
        word
    }));
    for (good, argument) in goods() {
        for max in &amounts {
            let of = |amount| {
                let request = good.session_word(MAX_AMOUNT, *max);
                answer(&request.argument(argument, amount))
            };
            for amount in [ZERO, number(1), *max] {
                assert!(of(amount).is_ok(), "{amount:?} of {max:?}");
            }
            for amount in [plus_one(*max), MAX] {
                assert_eq!(of(amount), Err(reject!("ERC20STV Max Amount Exceeded")));
            }
        }
        let all = good.session_word(MAX_AMOUNT, MAX);
        assert!(answer(&all.argument(argument, MAX)).is_ok());
        let none = good.session_word(MAX_AMOUNT, ZERO);
        let one = none.argument(argument, number(1));
        assert_eq!(answer(&one), Err(reject!("ERC20STV Max Amount Exceeded")));
    }
}
