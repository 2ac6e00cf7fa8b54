//! `erc20-stake` (§10.6).

use crate::support::{MAX, Request, ZERO, account, flip_bit, minus_one, number, plus_one, text};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, Word,
    rules::erc20_stake::{DEPOSIT, Grant, STAKE},
};

sol! {
    function stake(uint256 amount);
    function deposit(uint256 assets, address receiver);
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode);
    function withdraw(uint256 assets, address receiver, address owner);
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

fn request(selector: [u8; 4], on_behalf_of: Word, arguments: &[Word]) -> Request {
    let session = [
        account(0x51),
        account(0x57),
        ZERO,
        on_behalf_of,
        number(1000),
        selector_word(selector),
    ];
    Request::new(&session, account(0x57), selector, arguments)
}

/// Half of what is allowed.
pub fn stake() -> Request {
    request(STAKE, ZERO, &[number(500)])
}

/// Half of what is allowed.
pub fn deposit() -> Request {
    request(DEPOSIT, account(0xaa), &[number(500), account(0xaa)])
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn the_selectors_are_those_of_the_methods() {
    assert_eq!(STAKE, stakeCall::SELECTOR);
    assert_eq!(DEPOSIT, depositCall::SELECTOR);
}

#[test]
fn other_methods_are_never_granted() {
    let supply = supplyCall::SELECTOR;
    assert_eq!(supply, [0x61, 0x7b, 0xa0, 0x37]);
    for selector in [supply, withdrawCall::SELECTOR, [0; 4], [0xff; 4]] {
        for good in [stake(), deposit()] {
            let mut request = good.session_word(SELECTOR, selector_word(selector));
            request.inner[..4].copy_from_slice(&selector);
            assert_eq!(answer(&request), text("ERC20STV Malformed Session"));
            // Nor with the fields that Aave's supply is to have.
            let request = request
                .session_word(TOKEN, account(0x70))
                .session_word(ON_BEHALF_OF, account(0xaa));
            assert_eq!(answer(&request), text("ERC20STV Malformed Session"));
        }
    }
    for good in [stake(), deposit()] {
        for bit in 0..32 {
            let mut request = good.clone();
            flip_bit(&mut request.session, 8 * 32 * SELECTOR + bit);
            flip_bit(&mut request.inner, bit);
            let answer = answer(&request);
            assert_eq!(answer, text("ERC20STV Malformed Session"), "bit {bit}");
        }
    }
}

#[test]
fn only_the_granted_one_of_the_methods_may_be_called() {
    for (session, call) in [(stake(), deposit()), (deposit(), stake())] {
        let request = Request {
            session: session.session,
            ..call
        };
        assert_eq!(answer(&request), text("ERC20STV Invalid Method"));
    }
}

/// A stake is read as one word, a deposit as two, whatever follows.
#[test]
fn the_arguments_are_those_of_the_granted_method() {
    let mut long_stake = deposit();
    long_stake.inner[..4].copy_from_slice(&STAKE);
    long_stake.session = stake().session;
    assert_eq!(answer(&long_stake), text("ERC20STV Malformed Call"));
    let mut short_deposit = stake();
    short_deposit.inner[..4].copy_from_slice(&DEPOSIT);
    short_deposit.session = deposit().session;
    assert_eq!(answer(&short_deposit), text("ERC20STV Malformed Call"));
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
            assert_eq!(answer, text("ERC20STV Malformed Session"), "bit {bit}");
        }
    }
}

#[test]
fn no_neighbour_of_the_receiver_gets_the_credit() {
    for bit in 96..256 {
        let mut receiver = account(0xaa);
        flip_bit(&mut receiver, bit);
        let answer = answer(&deposit().argument(1, receiver));
        assert_eq!(answer, text("ERC20STV Wrong Receiver"), "bit {bit}");
    }
    let nobody = deposit().argument(1, ZERO);
    assert_eq!(answer(&nobody), text("ERC20STV Wrong Receiver"));
}

#[test]
fn a_stake_is_of_at_most_the_amount() {
    let mut amounts = vec![number(1), number(1000), minus_one(MAX)];
    amounts.extend((0..32).map(|byte| {
        let mut word = [0x77; 32];
        word[byte] = 0x78;
        word
    }));
    for good in [stake(), deposit()] {
        for max in &amounts {
            let of = |amount| answer(&good.session_word(MAX_AMOUNT, *max).argument(0, amount));
            for amount in [ZERO, number(1), *max] {
                assert!(of(amount).is_ok(), "{amount:?} of {max:?}");
            }
            for amount in [plus_one(*max), MAX] {
                assert_eq!(of(amount), text("ERC20STV Max Amount Exceeded"));
            }
        }
        let all = good.session_word(MAX_AMOUNT, MAX);
        assert!(answer(&all.argument(0, MAX)).is_ok());
        let none = good.session_word(MAX_AMOUNT, ZERO);
        let one = none.argument(0, number(1));
        assert_eq!(answer(&one), text("ERC20STV Max Amount Exceeded"));
    }
}
