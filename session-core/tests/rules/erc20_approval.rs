//! `erc20-approval` (§10.4).

use crate::support::{MAX, Request, ZERO, account, flip_bit, minus_one, number, plus_one};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, reject,
    rules::erc20_approval::{APPROVE, Grant},
};

sol! {
    function approve(address spender, uint256 amount);
    function increaseAllowance(address spender, uint256 addedValue);
    function decreaseAllowance(address spender, uint256 subtractedValue);
    function transfer(address to, uint256 amount);
}

const SPENDER: usize = 2;
const MAX_AMOUNT: usize = 3;

/// Half of what is allowed.
pub fn good() -> Request {
    let session = [account(0x51), account(0x70), account(0x5e), number(1000)];
    let arguments = [account(0x5e), number(500)];
    Request::new(&session, account(0x70), APPROVE, &arguments)
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn the_selector_is_that_of_approve() {
    assert_eq!(APPROVE, approveCall::SELECTOR);
}

#[test]
fn other_methods_with_the_same_arguments_are_refused() {
    for selector in [
        increaseAllowanceCall::SELECTOR,
        decreaseAllowanceCall::SELECTOR,
        transferCall::SELECTOR,
        [0; 4],
        [0xff; 4],
    ] {
        let mut request = good();
        request.inner[..4].copy_from_slice(&selector);
        assert_eq!(answer(&request), Err(reject!("ERC20AV Invalid Method")));
    }
}

#[test]
fn the_spender_zero_is_never_granted() {
    let zero = good().session_word(SPENDER, ZERO);
    assert_eq!(answer(&zero), Err(reject!("ERC20AV Malformed Session")));
    assert_eq!(
        answer(&zero.argument(0, ZERO)),
        Err(reject!("ERC20AV Malformed Session"))
    );
    for byte in 12..32 {
        let mut word = ZERO;
        word[byte] = 1;
        let request = good().session_word(SPENDER, word).argument(0, word);
        assert!(answer(&request).is_ok(), "one bit in byte {byte}");
    }
}

#[test]
fn no_neighbour_of_the_spender_may_spend() {
    for bit in 96..256 {
        let mut spender = account(0x5e);
        flip_bit(&mut spender, bit);
        let request = good().argument(0, spender);
        assert_eq!(
            answer(&request),
            Err(reject!("ERC20AV Wrong Spender")),
            "bit {bit}"
        );
    }
}

#[test]
fn an_approval_is_of_at_most_the_amount() {
    let mut amounts = vec![number(1), number(1000), minus_one(MAX)];
    // A one in every byte, so that every byte is compared, and before the lower ones.
    amounts.extend((0..32).map(|byte| {
        let mut word = [0x77; 32];
        word[byte] = 0x78;
        word
    }));
    for max in amounts {
        let of = |amount| answer(&good().session_word(MAX_AMOUNT, max).argument(1, amount));
        for amount in [ZERO, number(1), minus_one(max), max] {
            assert!(of(amount).is_ok(), "{amount:?} of {max:?}");
        }
        for amount in [plus_one(max), MAX] {
            assert_eq!(of(amount), Err(reject!("ERC20AV Max Amount Exceeded")));
        }
    }
}

#[test]
fn everything_may_be_granted_and_nothing() {
    let all = good().session_word(MAX_AMOUNT, MAX);
    assert!(answer(&all.argument(1, MAX)).is_ok());
    let none = good().session_word(MAX_AMOUNT, ZERO);
    assert!(answer(&none.argument(1, ZERO)).is_ok());
    let one = none.argument(1, number(1));
    assert_eq!(answer(&one), Err(reject!("ERC20AV Max Amount Exceeded")));
}
