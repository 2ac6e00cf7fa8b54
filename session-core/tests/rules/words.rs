//! Every byte of session key data and of a request that has one value only: any other is refused, with the right text.

use crate::{
    dex_swap, erc20_approval, erc20_stake, erc20_transfer, erc1155_mint,
    support::{MAX, Request, flip_bit},
};
use session_core::{
    Address, Reject,
    execution::{EXECUTE, EXECUTE_OPTIMIZED},
    reject, rules,
};
use std::ops::Range;

/// A kind of request, and which bytes of its words must be zero.
struct Shape {
    good: Request,
    answer: fn(&Request) -> Result<Address, Reject>,
    by_call_data: fn(&Request) -> Result<Address, Reject>,
    session_zeros: Vec<Range<usize>>,
    argument_zeros: Vec<Range<usize>>,
    prefix: &'static str,
    wrong_target: Reject,
    non_zero_value: Reject,
    invalid_method: Reject,
    malformed_session: Reject,
    malformed_call: Reject,
    invalid_selector: Reject,
}

const ADDRESS: Range<usize> = 0..12;
const FULL: Range<usize> = 0..0;
/// One value only.
const FIXED: Range<usize> = 0..32;
const UINT16: Range<usize> = 0..30;
const UINT24: Range<usize> = 0..29;
const BYTES4: Range<usize> = 4..32;

/// Of `transfer` and `approve`.
fn transfers(good: Request) -> Shape {
    Shape {
        good,
        answer: erc20_transfer::answer,
        by_call_data: |request| request.by_call_data::<rules::erc20_transfer::Grant>(),
        session_zeros: vec![ADDRESS, ADDRESS, ADDRESS, FULL],
        argument_zeros: vec![ADDRESS, FULL],
        prefix: "ERC20SV",
        wrong_target: reject!("ERC20SV Wrong Token"),
        non_zero_value: reject!("ERC20SV Non Zero Value"),
        invalid_method: reject!("ERC20SV Invalid Method"),
        malformed_session: reject!("ERC20SV Malformed Session"),
        malformed_call: reject!("ERC20SV Malformed Call"),
        invalid_selector: reject!("ERC20SV Invalid Selector"),
    }
}

fn stakes(good: Request, argument_zeros: Vec<Range<usize>>) -> Shape {
    Shape {
        good,
        answer: |request| request.answer::<rules::erc20_stake::Grant>(),
        by_call_data: |request| request.by_call_data::<rules::erc20_stake::Grant>(),
        session_zeros: vec![ADDRESS, ADDRESS, ADDRESS, ADDRESS, FULL, BYTES4],
        argument_zeros,
        prefix: "ERC20STV",
        wrong_target: reject!("ERC20STV Wrong Staking"),
        non_zero_value: reject!("ERC20STV Non Zero Value"),
        invalid_method: reject!("ERC20STV Invalid Method"),
        malformed_session: reject!("ERC20STV Malformed Session"),
        malformed_call: reject!("ERC20STV Malformed Call"),
        invalid_selector: reject!("ERC20STV Invalid Selector"),
    }
}

fn swaps(form: dex_swap::Form, argument_zeros: Vec<Range<usize>>) -> Shape {
    Shape {
        good: form.good,
        answer: |request| request.answer::<rules::dex_swap::Grant>(),
        by_call_data: |request| request.by_call_data::<rules::dex_swap::Grant>(),
        session_zeros: vec![
            ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, FULL, FULL, FULL,
        ],
        argument_zeros,
        prefix: "DEXSV",
        wrong_target: reject!("DEXSV Wrong Dex"),
        non_zero_value: reject!("DEXSV Non Zero Value"),
        invalid_method: reject!("DEXSV Invalid Method"),
        malformed_session: reject!("DEXSV Malformed Session"),
        malformed_call: reject!("DEXSV Malformed Call"),
        invalid_selector: reject!("DEXSV Invalid Selector"),
    }
}

fn shapes() -> [Shape; 10] {
    let approval = Shape {
        good: erc20_approval::good(),
        answer: |request| request.answer::<rules::erc20_approval::Grant>(),
        by_call_data: |request| request.by_call_data::<rules::erc20_approval::Grant>(),
        session_zeros: vec![ADDRESS, ADDRESS, ADDRESS, FULL],
        argument_zeros: vec![ADDRESS, FULL],
        prefix: "ERC20AV",
        wrong_target: reject!("ERC20AV Wrong Token"),
        non_zero_value: reject!("ERC20AV Non Zero Value"),
        invalid_method: reject!("ERC20AV Invalid Method"),
        malformed_session: reject!("ERC20AV Malformed Session"),
        malformed_call: reject!("ERC20AV Malformed Call"),
        invalid_selector: reject!("ERC20AV Invalid Selector"),
    };
    let mint = Shape {
        good: erc1155_mint::good(),
        answer: |request| request.answer::<rules::erc1155_mint::Grant>(),
        by_call_data: |request| request.by_call_data::<rules::erc1155_mint::Grant>(),
        session_zeros: vec![ADDRESS, ADDRESS, ADDRESS, FULL],
        argument_zeros: vec![ADDRESS, FULL, FULL],
        prefix: "ERC1155MT",
        wrong_target: reject!("ERC1155MT Wrong Token"),
        non_zero_value: reject!("ERC1155MT Non Zero Value"),
        invalid_method: reject!("ERC1155MT Invalid Method"),
        malformed_session: reject!("ERC1155MT Malformed Session"),
        malformed_call: reject!("ERC1155MT Malformed Call"),
        invalid_selector: reject!("ERC1155MT Invalid Selector"),
    };
    let single = vec![ADDRESS, ADDRESS, UINT24, ADDRESS, FULL, FULL, FULL, ADDRESS];
    let single_02 = vec![ADDRESS, ADDRESS, UINT24, ADDRESS, FULL, FULL, ADDRESS];
    let tokens = vec![FULL, FULL, FIXED, ADDRESS, FULL, FIXED, ADDRESS, ADDRESS];
    let supply = vec![ADDRESS, FULL, ADDRESS, UINT16];
    [
        approval,
        transfers(erc20_transfer::transfer()),
        transfers(erc20_transfer::approve()),
        mint,
        swaps(dex_swap::single(), single),
        swaps(dex_swap::single_02(), single_02),
        swaps(dex_swap::tokens(), tokens),
        stakes(erc20_stake::stake(), vec![FULL]),
        stakes(erc20_stake::deposit(), vec![FULL, ADDRESS]),
        stakes(erc20_stake::supply(), supply),
    ]
}

#[test]
fn session_key_data_has_exactly_its_length() {
    for shape in shapes() {
        let whole = &shape.good.session;
        assert_eq!(whole.len(), 32 * shape.session_zeros.len());
        for len in (0..=2 * whole.len()).filter(|len| *len != whole.len()) {
            let mut request = shape.good.clone();
            request.session.resize(len, 0);
            let answer = (shape.answer)(&request);
            assert_eq!(answer, Err(shape.malformed_session), "{len} bytes");
        }
    }
}

#[test]
fn words_of_session_key_data_are_clean() {
    for shape in shapes() {
        for (word, zeros) in shape.session_zeros.iter().enumerate() {
            for (byte, bit) in zeros.clone().flat_map(|byte| [(byte, 0), (byte, 7)]) {
                let mut request = shape.good.clone();
                flip_bit(&mut request.session, 8 * (32 * word + byte) + bit);
                let answer = (shape.answer)(&request);
                assert_eq!(
                    answer,
                    Err(shape.malformed_session),
                    "{} word {word} byte {byte}",
                    shape.prefix
                );
            }
        }
    }
}

#[test]
fn the_inner_call_has_exactly_its_length() {
    for shape in shapes() {
        let whole = shape.good.inner.len();
        assert_eq!(whole, 4 + 32 * shape.argument_zeros.len());
        for len in (0..=2 * whole).filter(|len| *len != whole) {
            let mut request = shape.good.clone();
            request.inner.resize(len, 0);
            let expected = if len < 4 {
                shape.invalid_method
            } else {
                shape.malformed_call
            };
            assert_eq!((shape.answer)(&request), Err(expected), "{len} bytes");
        }
    }
}

#[test]
fn words_of_the_inner_call_are_clean() {
    for shape in shapes() {
        for (word, zeros) in shape.argument_zeros.iter().enumerate() {
            for (byte, bit) in zeros.clone().flat_map(|byte| [(byte, 0), (byte, 7)]) {
                let mut request = shape.good.clone();
                flip_bit(&mut request.inner, 32 + 8 * (32 * word + byte) + bit);
                let answer = (shape.answer)(&request);
                assert_eq!(
                    answer,
                    Err(shape.malformed_call),
                    "{} word {word} byte {byte}",
                    shape.prefix
                );
            }
        }
    }
}

#[test]
fn no_neighbour_of_the_target_is_called() {
    for shape in shapes() {
        for bit in 96..256 {
            let mut request = shape.good.clone();
            flip_bit(&mut request.to, bit);
            let answer = (shape.answer)(&request);
            assert_eq!(answer, Err(shape.wrong_target), "bit {bit}");
        }
    }
}

#[test]
fn no_ether_goes_with_a_call() {
    for shape in shapes() {
        for bit in 0..256 {
            let mut request = shape.good.clone();
            flip_bit(&mut request.value, bit);
            let answer = (shape.answer)(&request);
            assert_eq!(answer, Err(shape.non_zero_value), "bit {bit}");
        }
        let ether = Request {
            value: MAX,
            ..shape.good
        };
        assert_eq!((shape.answer)(&ether), Err(shape.non_zero_value));
    }
}

#[test]
fn no_neighbour_of_the_method_is_called() {
    for shape in shapes() {
        for bit in 0..32 {
            let mut request = shape.good.clone();
            flip_bit(&mut request.inner, bit);
            let answer = (shape.answer)(&request);
            assert_eq!(answer, Err(shape.invalid_method), "bit {bit}");
        }
    }
}

#[test]
fn no_neighbour_of_execute_is_taken_for_it() {
    for shape in shapes() {
        for good in [EXECUTE, EXECUTE_OPTIMIZED] {
            for bit in 0..32 {
                let mut outer = good;
                flip_bit(&mut outer, bit);
                let request = Request {
                    outer,
                    ..shape.good.clone()
                };
                let answer = (shape.by_call_data)(&request);
                assert_eq!(answer, Err(shape.invalid_selector), "bit {bit}");
            }
        }
    }
}

#[test]
fn the_answer_is_the_session_key() {
    for shape in shapes() {
        assert_eq!((shape.answer)(&shape.good), Ok([0x51; 20]));
        for bit in 96..256 {
            let mut request = shape.good.clone();
            flip_bit(&mut request.session, bit);
            let key = *request.session[..32].last_chunk().unwrap();
            assert_eq!((shape.answer)(&request), Ok(key), "bit {bit}");
        }
    }
}
