//! `dex-swap` (§10.5), but for the price.

use crate::support::{MAX, Request, ZERO, account, flip_bit, minus_one, number, plus_one, text};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, Word,
    rules::dex_swap::{EXACT_INPUT_SINGLE, Grant},
};

sol! {
    struct ExactInputSingleParams {
        address tokenIn; address tokenOut; uint24 fee; address recipient;
        uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
    }
    function exactInputSingle(ExactInputSingleParams params);
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);
}

/// Uniswap's SwapRouter02.
mod without_deadline {
    alloy_sol_types::sol! {
        struct ExactInputSingleParams {
            address tokenIn; address tokenOut; uint24 fee; address recipient;
            uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
        }
        function exactInputSingle(ExactInputSingleParams params);
    }
}

const DEX: usize = 1;
const RECIPIENT: usize = 4;
const MAX_AMOUNT_IN: usize = 5;
const MIN_OUT_NUM: usize = 6;
const MIN_OUT_DEN: usize = 7;

const FEE: usize = 2;
const TO: usize = 3;
const DEADLINE: usize = 4;
const AMOUNT_IN: usize = 5;
const MIN_OUT: usize = 6;
const PRICE_LIMIT: usize = 7;

/// One more than [`good`]'s session allows.
pub const ONE_TOO_MANY: Word = {
    let mut word = ZERO;
    [word[30], word[31]] = 1001_u16.to_be_bytes();
    word
};

/// Half of what is allowed, above the least price of 3 for 2.
pub fn good() -> Request {
    let session = [
        account(0x51),
        account(0xde),
        account(0x11),
        account(0x22),
        account(0xaa),
        number(1000),
        number(3),
        number(2),
    ];
    let arguments = [
        account(0x11),
        account(0x22),
        number(3000),
        account(0xaa),
        number(1_700_000_000),
        number(500),
        number(1_000_000),
        ZERO,
    ];
    Request::new(&session, account(0xde), EXACT_INPUT_SINGLE, &arguments)
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn the_selector_is_that_of_the_router_with_a_deadline() {
    assert_eq!(EXACT_INPUT_SINGLE, exactInputSingleCall::SELECTOR);
}

#[test]
fn swaps_that_are_not_read_yet_are_refused() {
    let without_deadline = without_deadline::exactInputSingleCall::SELECTOR;
    assert_eq!(without_deadline, [0x04, 0xe4, 0x5a, 0xaf]);
    let v2 = swapExactTokensForTokensCall::SELECTOR;
    assert_eq!(v2, [0x38, 0xed, 0x17, 0x39]);
    for selector in [without_deadline, v2, [0; 4], [0xff; 4]] {
        for len in [4, 4 + 7 * 32, 4 + 8 * 32] {
            let mut request = good();
            request.inner[..4].copy_from_slice(&selector);
            request.inner.truncate(len);
            assert_eq!(answer(&request), text("DEXSV Invalid Method"), "{len}");
        }
    }
}

#[test]
fn no_neighbour_of_a_token_is_traded() {
    for (argument, granted) in [(0, 0x11), (1, 0x22)] {
        for bit in 96..256 {
            let mut token = account(granted);
            flip_bit(&mut token, bit);
            let answer = answer(&good().argument(argument, token));
            assert_eq!(answer, text("DEXSV Wrong Token"), "{argument} bit {bit}");
        }
    }
    let reversed = good().argument(0, account(0x22)).argument(1, account(0x11));
    assert_eq!(answer(&reversed), text("DEXSV Wrong Token"));
}

#[test]
fn no_neighbour_of_the_recipient_receives() {
    for bit in 96..256 {
        let mut recipient = account(0xaa);
        flip_bit(&mut recipient, bit);
        let answer = answer(&good().argument(TO, recipient));
        assert_eq!(answer, text("DEXSV Wrong Recipient"), "bit {bit}");
    }
}

#[test]
fn recipients_with_another_meaning_are_never_granted() {
    let to = |word| answer(&good().session_word(RECIPIENT, word).argument(TO, word));
    for word in [ZERO, number(1), number(2), account(0xde)] {
        assert_eq!(to(word), text("DEXSV Malformed Session"), "{word:?}");
    }
    for word in [number(3), number(0x100), number(0x102), account(0xdd)] {
        assert!(to(word).is_ok(), "{word:?}");
    }
    for byte in 12..31 {
        for low in 0..=2 {
            let mut word = number(low);
            word[byte] = 1;
            assert!(to(word).is_ok(), "{word:?}");
        }
    }
}

/// Only as recipient: a DEX at address 1 can be granted, and is still not a recipient.
#[test]
fn the_recipient_is_compared_with_the_granted_dex() {
    let request = Request {
        to: account(0xaa),
        ..good().session_word(DEX, account(0xaa))
    };
    assert_eq!(answer(&request), text("DEXSV Malformed Session"));
    let request = Request {
        to: number(1),
        ..good().session_word(DEX, number(1))
    };
    assert!(answer(&request).is_ok());
}

#[test]
fn fee_deadline_and_price_limit_are_free() {
    let mut limit = MAX;
    limit[..12].fill(0);
    for (argument, most) in [
        (FEE, number(0xff_ffff)),
        (DEADLINE, MAX),
        (PRICE_LIMIT, limit),
    ] {
        for word in [ZERO, number(1), most] {
            let answer = answer(&good().argument(argument, word));
            assert!(answer.is_ok(), "{argument} {word:?}");
        }
    }
    for (argument, word) in [(FEE, number(0x100_0000)), (PRICE_LIMIT, plus_one(limit))] {
        let answer = answer(&good().argument(argument, word));
        assert_eq!(answer, text("DEXSV Malformed Call"), "{argument}");
    }
}

#[test]
fn a_swap_is_of_at_most_the_amount_and_of_some() {
    let mut amounts = vec![number(1), number(1000), minus_one(MAX)];
    amounts.extend((0..32).map(|byte| {
        let mut word = [0x77; 32];
        word[byte] = 0x78;
        word
    }));
    let cheap = good()
        .session_word(MIN_OUT_NUM, number(1))
        .session_word(MIN_OUT_DEN, MAX);
    for max in amounts {
        let of = |amount| {
            answer(
                &cheap
                    .session_word(MAX_AMOUNT_IN, max)
                    .argument(AMOUNT_IN, amount),
            )
        };
        assert_eq!(of(ZERO), text("DEXSV Malformed Call"));
        for amount in [number(1), max] {
            assert!(of(amount).is_ok(), "{amount:?} of {max:?}");
        }
        for amount in [plus_one(max), MAX] {
            assert_eq!(of(amount), text("DEXSV Max Amount Exceeded"));
        }
    }
    let all = cheap.session_word(MAX_AMOUNT_IN, MAX);
    assert!(answer(&all.argument(AMOUNT_IN, MAX)).is_ok());
    let none = cheap.session_word(MAX_AMOUNT_IN, ZERO);
    let one = none.argument(AMOUNT_IN, number(1));
    assert_eq!(answer(&one), text("DEXSV Max Amount Exceeded"));
}

#[test]
fn a_price_has_no_zero_in_it() {
    for word in [MIN_OUT_NUM, MIN_OUT_DEN] {
        let zero = good().session_word(word, ZERO);
        assert_eq!(answer(&zero), text("DEXSV Malformed Session"));
        for byte in 0..32 {
            let mut bit = ZERO;
            bit[byte] = 1;
            // With the other one as large, the price is at least one bit's.
            let other = MIN_OUT_NUM + MIN_OUT_DEN - word;
            let request = good()
                .session_word(word, bit)
                .session_word(other, bit)
                .argument(MIN_OUT, number(500));
            assert!(
                answer(&request).is_ok(),
                "word {word}, one bit in byte {byte}"
            );
        }
    }
}

#[test]
fn the_least_price_is_met_exactly() {
    let out = |min_out| answer(&good().argument(MIN_OUT, min_out));
    assert!(out(number(750)).is_ok(), "500 * 3 / 2");
    assert_eq!(out(number(749)), text("DEXSV Min Out Too Low"));
    assert!(out(MAX).is_ok());
    // 501 * 3 / 2 = 751.5
    let odd = good().argument(AMOUNT_IN, number(501));
    assert_eq!(
        answer(&odd.argument(MIN_OUT, number(751))),
        text("DEXSV Min Out Too Low"),
        "nothing is rounded"
    );
    assert!(answer(&odd.argument(MIN_OUT, number(752))).is_ok());
}

/// Whatever the price: 0 is no minimum.
#[test]
fn a_minimum_of_zero_is_refused() {
    let free = good()
        .session_word(MIN_OUT_NUM, number(1))
        .session_word(MIN_OUT_DEN, MAX)
        .argument(AMOUNT_IN, number(1));
    let zero = free.argument(MIN_OUT, ZERO);
    assert_eq!(answer(&zero), text("DEXSV Min Out Too Low"));
    assert!(answer(&free.argument(MIN_OUT, number(1))).is_ok());
}
