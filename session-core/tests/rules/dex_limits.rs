//! `dex-swap` (§10.5): its amounts, and what a price is made of.

use crate::{
    dex_swap::forms,
    support::{MAX, Request, ZERO, minus_one, number, plus_one},
};
use session_core::{Address, Reject, reject, rules::dex_swap::Grant};

const MAX_AMOUNT_IN: usize = 5;
const MIN_OUT_NUM: usize = 6;
const MIN_OUT_DEN: usize = 7;

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn a_swap_is_of_at_most_the_amount_and_of_some() {
    let mut amounts = vec![number(1), number(1000), minus_one(MAX)];
    amounts.extend((0..32).map(|byte| {
        let mut word = [0x77; 32];
        word[byte] = 0x78;
        word
    }));
    for form in forms() {
        let cheap = form
            .good
            .session_word(MIN_OUT_NUM, number(1))
            .session_word(MIN_OUT_DEN, MAX);
        let of = |max, amount| {
            let request = cheap.session_word(MAX_AMOUNT_IN, max);
            answer(&request.argument(form.amount_in, amount))
        };
        for &max in &amounts {
            assert_eq!(of(max, ZERO), Err(reject!("DEXSV Malformed Call")));
            for amount in [number(1), max] {
                assert!(of(max, amount).is_ok(), "{amount:?} of {max:?}");
            }
            for amount in [plus_one(max), MAX] {
                assert_eq!(of(max, amount), Err(reject!("DEXSV Max Amount Exceeded")));
            }
        }
        assert!(of(MAX, MAX).is_ok());
        assert_eq!(
            of(ZERO, number(1)),
            Err(reject!("DEXSV Max Amount Exceeded"))
        );
    }
}

#[test]
fn a_price_has_no_zero_in_it() {
    for form in forms() {
        for word in [MIN_OUT_NUM, MIN_OUT_DEN] {
            let zero = form.good.session_word(word, ZERO);
            assert_eq!(answer(&zero), Err(reject!("DEXSV Malformed Session")));
            for byte in 0..32 {
                let mut bit = ZERO;
                bit[byte] = 1;
                // With the other one as large, the price is at least one bit's.
                let other = MIN_OUT_NUM + MIN_OUT_DEN - word;
                let request = form
                    .good
                    .session_word(word, bit)
                    .session_word(other, bit)
                    .argument(form.min_out, number(500));
                assert!(answer(&request).is_ok(), "word {word}, byte {byte}");
            }
        }
    }
}

#[test]
fn the_least_price_is_met_exactly() {
    for form in forms() {
        let out = |min_out| answer(&form.good.argument(form.min_out, min_out));
        assert!(out(number(750)).is_ok(), "500 * 3 / 2");
        assert_eq!(out(number(749)), Err(reject!("DEXSV Min Out Too Low")));
        assert!(out(MAX).is_ok());
        // 501 * 3 / 2 = 751.5
        let odd = form.good.argument(form.amount_in, number(501));
        assert_eq!(
            answer(&odd.argument(form.min_out, number(751))),
            Err(reject!("DEXSV Min Out Too Low")),
            "nothing is rounded"
        );
        assert!(answer(&odd.argument(form.min_out, number(752))).is_ok());
    }
}

/// Whatever the price: 0 is no minimum.
#[test]
fn a_minimum_of_zero_is_refused() {
    for form in forms() {
        let free = form
            .good
            .session_word(MIN_OUT_NUM, number(1))
            .session_word(MIN_OUT_DEN, MAX)
            .argument(form.amount_in, number(1));
        let zero = free.argument(form.min_out, ZERO);
        assert_eq!(answer(&zero), Err(reject!("DEXSV Min Out Too Low")));
        assert!(answer(&free.argument(form.min_out, number(1))).is_ok());
    }
}
