//! `erc20-transfer` (§5.2, §10.3).

use crate::support::{MAX, Request, ZERO, account, flip_bit, minus_one, number, plus_one};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, reject,
    rules::{
        erc20_approval::APPROVE,
        erc20_transfer::{Grant, TRANSFER},
    },
};

sol! {
    function approve(address spender, uint256 amount);
    function transfer(address to, uint256 amount);
    function increaseAllowance(address spender, uint256 addedValue);
    function burnFrom(address account, uint256 amount);
    function mint(address to, uint256 amount);
}

const MAX_AMOUNT: usize = 3;

fn request(selector: [u8; 4]) -> Request {
    let session = [account(0x51), account(0x70), account(0xaa), number(1000)];
    let arguments = [account(0xaa), number(500)];
    Request::new(&session, account(0x70), selector, &arguments)
}

/// Half of what is allowed.
pub fn transfer() -> Request {
    request(TRANSFER)
}

/// Half of what is allowed.
pub fn approve() -> Request {
    request(APPROVE)
}

/// The answer of both paths, which have a text each for another token: here it is the userOp path's.
pub fn answer(request: &Request) -> Result<Address, Reject> {
    let by_action = as_by_call_data(request.by_action::<Grant>());
    request.assert_by_call_data::<Grant>(by_action)
}

/// What the userOp path says where the params path says this.
pub fn as_by_call_data(by_action: Result<Address, Reject>) -> Result<Address, Reject> {
    assert_ne!(by_action, Err(reject!("ERC20SV Wrong Token")));
    if by_action == Err(reject!("ERC20SV Invalid Token")) {
        Err(reject!("ERC20SV Wrong Token"))
    } else {
        by_action
    }
}

#[test]
fn the_selectors_are_those_of_the_methods() {
    assert_eq!(TRANSFER, transferCall::SELECTOR);
    assert_eq!(APPROVE, approveCall::SELECTOR);
}

/// The reference lets every selector pass.
#[test]
fn other_methods_with_the_same_arguments_are_refused() {
    for selector in [
        increaseAllowanceCall::SELECTOR,
        burnFromCall::SELECTOR,
        mintCall::SELECTOR,
        [0xde, 0xad, 0xbe, 0xef],
        [0; 4],
        [0xff; 4],
    ] {
        assert_eq!(
            answer(&request(selector)),
            Err(reject!("ERC20SV Invalid Method"))
        );
    }
}

#[test]
fn another_token_has_a_text_for_each_path() {
    for good in [transfer(), approve()] {
        let other = Request {
            to: account(0x71),
            ..good
        };
        let [wrong, invalid] = [
            reject!("ERC20SV Wrong Token"),
            reject!("ERC20SV Invalid Token"),
        ]
        .map(Err);
        assert_eq!(other.by_call_data::<Grant>(), wrong);
        assert_eq!(other.by_action::<Grant>(), invalid);
    }
}

#[test]
fn no_neighbour_of_the_recipient_receives() {
    for good in [transfer(), approve()] {
        for bit in 96..256 {
            let mut recipient = account(0xaa);
            flip_bit(&mut recipient, bit);
            let answer = answer(&good.argument(0, recipient));
            assert_eq!(answer, Err(reject!("ERC20SV Wrong Recipient")), "bit {bit}");
        }
    }
}

#[test]
fn a_transfer_is_of_at_most_the_amount() {
    let mut amounts = vec![number(1), number(1000), minus_one(MAX)];
    amounts.extend((0..32).map(|byte| {
        let mut word = [0x77; 32];
        word[byte] = 0x78;
        word
    }));
    for good in [transfer(), approve()] {
        for max in &amounts {
            let of = |amount| answer(&good.session_word(MAX_AMOUNT, *max).argument(1, amount));
            for amount in [ZERO, number(1), minus_one(*max), *max] {
                assert!(of(amount).is_ok(), "{amount:?} of {max:?}");
            }
            for amount in [plus_one(*max), MAX] {
                assert_eq!(of(amount), Err(reject!("ERC20SV Max Amount Exceeded")));
            }
        }
        let all = good.session_word(MAX_AMOUNT, MAX);
        assert!(answer(&all.argument(1, MAX)).is_ok());
        let none = good.session_word(MAX_AMOUNT, ZERO);
        assert!(answer(&none.argument(1, ZERO)).is_ok());
        let one = none.argument(1, number(1));
        assert_eq!(answer(&one), Err(reject!("ERC20SV Max Amount Exceeded")));
    }
}

/// A newer generation of the reference appends a word with a cap on uses, which ours could not keep.
#[test]
fn five_fields_are_refused() {
    let mut request = transfer();
    request.session.extend(number(3));
    assert_eq!(answer(&request), Err(reject!("ERC20SV Malformed Session")));
}
