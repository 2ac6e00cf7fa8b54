//! `dex-swap` (§10.5): its three calls, and whom and what they name.

use crate::support::{MAX, Request, ZERO, account, flip_bit, number, plus_one};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, Word, reject,
    rules::dex_swap::{EXACT_INPUT_SINGLE, EXACT_INPUT_SINGLE_02, Grant, SWAP_EXACT_TOKENS},
};

sol! {
    struct ExactInputSingleParams {
        address tokenIn; address tokenOut; uint24 fee; address recipient;
        uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
    }
    function exactInputSingle(ExactInputSingleParams params);
    function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);

    function exactOutputSingle(ExactInputSingleParams params);
    function swapTokensForExactTokens(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline);
    function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline);
}

/// Uniswap's SwapRouter02.
mod without_deadline {
    alloy_sol_types::sol! {
        struct ExactInputSingleParams {
            address tokenIn; address tokenOut; uint24 fee; address recipient;
            uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
        }
        function exactInputSingle(ExactInputSingleParams params);
        function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to);
    }
}

const DEX: usize = 1;
const RECIPIENT: usize = 4;

/// A way to swap: a call, and the indices of its arguments.
pub struct Form {
    pub good: Request,
    pub token_in: usize,
    pub token_out: usize,
    pub to: usize,
    pub amount_in: usize,
    pub min_out: usize,
    /// Full words that nothing looks at.
    free: &'static [usize],
}

/// One more than a good session allows.
pub const ONE_TOO_MANY: Word = {
    let mut word = ZERO;
    [word[30], word[31]] = 1001_u16.to_be_bytes();
    word
};

/// Half of what is allowed, above the least price of 3 for 2.
fn request(selector: [u8; 4], arguments: &[Word]) -> Request {
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
    Request::new(&session, account(0xde), selector, arguments)
}

/// `exactInputSingle` with a deadline.
pub fn single() -> Form {
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
    Form {
        good: request(EXACT_INPUT_SINGLE, &arguments),
        token_in: 0,
        token_out: 1,
        to: 3,
        amount_in: 5,
        min_out: 6,
        free: &[4],
    }
}

/// `exactInputSingle` without a deadline.
pub fn single_02() -> Form {
    let mut inner = single().good.inner;
    inner.drain(4 + 4 * 32..4 + 5 * 32);
    inner[..4].copy_from_slice(&EXACT_INPUT_SINGLE_02);
    Form {
        good: Request {
            inner,
            ..single().good
        },
        amount_in: 4,
        min_out: 5,
        free: &[],
        ..single()
    }
}

/// `swapExactTokensForTokens`.
pub fn tokens() -> Form {
    let arguments = [
        number(500),
        number(1_000_000),
        number(0xa0),
        account(0xaa),
        number(1_700_000_000),
        number(2),
        account(0x11),
        account(0x22),
    ];
    Form {
        good: request(SWAP_EXACT_TOKENS, &arguments),
        token_in: 6,
        token_out: 7,
        to: 3,
        amount_in: 0,
        min_out: 1,
        free: &[4],
    }
}

pub fn forms() -> [Form; 3] {
    [single(), single_02(), tokens()]
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn the_selectors_are_those_of_the_routers() {
    assert_eq!(EXACT_INPUT_SINGLE, exactInputSingleCall::SELECTOR);
    let single_02 = without_deadline::exactInputSingleCall::SELECTOR;
    assert_eq!(EXACT_INPUT_SINGLE_02, single_02);
    assert_eq!(SWAP_EXACT_TOKENS, swapExactTokensForTokensCall::SELECTOR);
}

#[test]
fn other_methods_of_the_routers_are_refused() {
    for selector in [
        exactOutputSingleCall::SELECTOR,
        swapTokensForExactTokensCall::SELECTOR,
        swapExactTokensForETHCall::SELECTOR,
        swapExactTokensForTokensSupportingFeeOnTransferTokensCall::SELECTOR,
        without_deadline::swapExactTokensForTokensCall::SELECTOR,
        [0; 4],
        [0xff; 4],
    ] {
        for Form { mut good, .. } in forms() {
            good.inner[..4].copy_from_slice(&selector);
            assert_eq!(answer(&good), Err(reject!("DEXSV Invalid Method")));
            good.inner.truncate(4);
            assert_eq!(answer(&good), Err(reject!("DEXSV Invalid Method")));
        }
    }
}

#[test]
fn no_form_is_read_as_another() {
    for (index, form) in forms().into_iter().enumerate() {
        for (other_index, other) in forms().into_iter().enumerate() {
            let mut request = form.good.clone();
            request.inner[..4].copy_from_slice(&other.good.inner[..4]);
            let expected = match (index, other_index) {
                _ if index == other_index => Ok([0x51; 20]),
                // Amounts are clean as addresses: no token has that one.
                (2, 0) => Err(reject!("DEXSV Wrong Token")),
                _ => Err(reject!("DEXSV Malformed Call")),
            };
            assert_eq!(answer(&request), expected, "{index} as {other_index}");
        }
    }
}

/// The path is two tokens, where every encoder puts it.
#[test]
fn the_path_is_two_tokens_behind_the_head() {
    let good = tokens().good;
    for offset in [0, 0x20, 0x40, 0x60, 0x80, 0x9f, 0xa1, 0xc0, 0xe0, 0x1a0] {
        let answer = answer(&good.argument(2, number(offset)));
        assert_eq!(answer, Err(reject!("DEXSV Malformed Call")), "{offset:#x}");
    }
    for len in [0, 1, 3, 0x100, 0x102, u64::MAX] {
        let answer = answer(&good.argument(5, number(len)));
        assert_eq!(answer, Err(reject!("DEXSV Malformed Call")), "{len}");
    }
    let path = |offset: u64, between: &[Word], tokens: &[Word]| {
        let len = number(u64::try_from(tokens.len()).unwrap());
        let mut request = good.argument(2, number(offset));
        request.inner.truncate(4 + 5 * 32);
        request.inner.extend(between.concat());
        request.inner.extend([&[len], tokens].concat().concat());
        answer(&request)
    };
    let [a, b, c] = [0x11, 0x22, 0x33].map(account);
    assert!(path(0xa0, &[], &[a, b]).is_ok());
    for answer in [
        path(0xa0, &[], &[a]),
        path(0xa0, &[], &[a, c, b]),
        path(0xa0, &[], &[a, b, b]),
        path(0xc0, &[ZERO], &[a, b]),
        path(0xe0, &[number(2), c], &[a, b]),
    ] {
        assert_eq!(answer, Err(reject!("DEXSV Malformed Call")));
    }
}

#[test]
fn no_neighbour_of_a_token_is_traded() {
    for form in forms() {
        for (argument, granted) in [(form.token_in, 0x11), (form.token_out, 0x22)] {
            for bit in 96..256 {
                let mut token = account(granted);
                flip_bit(&mut token, bit);
                let answer = answer(&form.good.argument(argument, token));
                assert_eq!(
                    answer,
                    Err(reject!("DEXSV Wrong Token")),
                    "{argument} bit {bit}"
                );
            }
        }
        let reversed = form
            .good
            .argument(form.token_in, account(0x22))
            .argument(form.token_out, account(0x11));
        assert_eq!(answer(&reversed), Err(reject!("DEXSV Wrong Token")));
    }
}

#[test]
fn no_neighbour_of_the_recipient_receives() {
    for form in forms() {
        for bit in 96..256 {
            let mut recipient = account(0xaa);
            flip_bit(&mut recipient, bit);
            let answer = answer(&form.good.argument(form.to, recipient));
            assert_eq!(answer, Err(reject!("DEXSV Wrong Recipient")), "bit {bit}");
        }
    }
}

#[test]
fn recipients_with_another_meaning_are_never_granted() {
    for form in forms() {
        let to = |word| {
            let request = form.good.session_word(RECIPIENT, word);
            answer(&request.argument(form.to, word))
        };
        for word in [ZERO, number(1), number(2), account(0xde)] {
            assert_eq!(
                to(word),
                Err(reject!("DEXSV Malformed Session")),
                "{word:?}"
            );
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
}

/// Only as recipient: a DEX at address 1 can be granted, and is still not a recipient.
#[test]
fn the_recipient_is_compared_with_the_granted_dex() {
    for Form { good, .. } in forms() {
        let request = Request {
            to: account(0xaa),
            ..good.session_word(DEX, account(0xaa))
        };
        assert_eq!(answer(&request), Err(reject!("DEXSV Malformed Session")));
        let request = Request {
            to: number(1),
            ..good.session_word(DEX, number(1))
        };
        assert!(answer(&request).is_ok());
    }
}

#[test]
fn fee_deadline_and_price_limit_are_free() {
    let mut limit = MAX;
    limit[..12].fill(0);
    for Form {
        good,
        min_out,
        free,
        ..
    } in forms()
    {
        for &argument in free {
            for word in [ZERO, number(1), MAX] {
                assert!(answer(&good.argument(argument, word)).is_ok(), "{argument}");
            }
        }
        if good.inner.starts_with(&SWAP_EXACT_TOKENS) {
            continue;
        }
        for (argument, most) in [(2, number(0xff_ffff)), (min_out + 1, limit)] {
            for word in [ZERO, number(1), most] {
                assert!(answer(&good.argument(argument, word)).is_ok(), "{argument}");
            }
            let more = answer(&good.argument(argument, plus_one(most)));
            assert_eq!(more, Err(reject!("DEXSV Malformed Call")), "{argument}");
        }
    }
}
