//! The least price of `dex-swap` against 512-bit arithmetic of another crate.

use crate::support::{MAX, account};
use alloy_primitives::{U256, Uint};
use proptest::prelude::*;
use session_core::{
    Address, Reject, Word,
    execution::Action,
    reject,
    rules::{Rules, dex_swap},
};

type U512 = Uint<512, 8>;

fn wide(a: U256, b: U256) -> U512 {
    a.widening_mul(b)
}

/// A swap of `amount_in` for at least `min_out`, for `num / den`.
fn swap(amount_in: U256, num: U256, min_out: U256, den: U256) -> Result<Address, Reject> {
    let [amount_in, num, min_out, den]: [Word; 4] =
        [amount_in, num, min_out, den].map(|number| number.to_be_bytes());
    let grant = dex_swap::Grant {
        session_key: &[0x51; 20],
        dex: &[0xde; 20],
        token_in: &[0x11; 20],
        token_out: &[0x22; 20],
        recipient: &[0xaa; 20],
        max_amount_in: &MAX,
        min_out_num: &num,
        min_out_den: &den,
    };
    let arguments = [
        account(0x11),
        account(0x22),
        [0; 32],
        account(0xaa),
        [0; 32],
        amount_in,
        min_out,
        [0; 32],
    ];
    let action = Action {
        to: &[0xde; 20],
        value: &[0; 32],
        data: &[&dex_swap::EXACT_INPUT_SINGLE[..], &arguments.concat()].concat(),
    };
    grant.check(&action).copied()
}

fn expected(is_enough: bool) -> Result<Address, Reject> {
    if is_enough {
        Ok([0x51; 20])
    } else {
        Err(reject!("DEXSV Min Out Too Low"))
    }
}

/// Numbers at which carries begin and end.
fn number() -> impl Strategy<Value = U256> {
    let limb = prop_oneof![
        2 => Just(0_u64),
        1 => Just(1),
        3 => Just(u64::MAX),
        1 => Just(u64::MAX - 1),
        1 => Just(1 << 63),
        1 => Just(1 << 32),
        1 => Just(u32::MAX.into()),
        2 => any::<u64>(),
    ];
    let limbs = prop::array::uniform4(limb).prop_map(U256::from_limbs);
    let near_power = (0_usize..256, -1_i8..=1).prop_map(|(bit, step)| {
        let power = U256::ONE << bit;
        match step {
            -1 => power - U256::ONE,
            0 => power,
            _ => power + U256::ONE,
        }
    });
    prop_oneof![3 => limbs, 2 => near_power, 1 => Just(U256::MAX)]
        .prop_map(|number| number.max(U256::ONE))
}

fn half() -> impl Strategy<Value = U256> {
    number().prop_map(|number| (number >> 128_usize).max(U256::ONE))
}

#[test]
fn the_largest_products_are_compared() {
    let (max, less) = (U256::MAX, U256::MAX - U256::ONE);
    for (numbers, is_enough) in [
        ([max, max, max, max], true),
        ([max, max, max, less], false),
        ([max, max, less, max], false),
        ([max, less, max, max], true),
        ([less, max, max, max], true),
        ([less, max, max, less], true),
        // less * less is smaller than max * (max - 2) by none: (m - 1)^2 = m (m - 2) + 1.
        ([less, less, max, max - U256::from(2)], false),
        ([max, max - U256::from(2), less, less], true),
        ([max, max, U256::ONE, max], false),
        ([U256::ONE, U256::ONE, U256::ONE, U256::ONE], true),
    ] {
        let [amount_in, num, min_out, den] = numbers;
        assert_eq!(wide(min_out, den) >= wide(amount_in, num), is_enough);
        let answer = swap(amount_in, num, min_out, den);
        assert_eq!(answer, expected(is_enough), "{numbers:?}");
    }
}

/// A difference of one in every limb of the product.
#[test]
fn every_limb_of_the_products_is_compared() {
    let limb = |bit: usize| (U256::ONE << bit.min(255), U256::ONE << (bit - bit.min(255)));
    for bit in 0..=510 {
        let (a, b) = limb(bit);
        assert_eq!(swap(a, b, a, b), expected(true), "2^{bit}");
        if bit > 0 {
            let (c, d) = limb(bit - 1);
            assert_eq!(swap(a, b, c, d), expected(false), "2^{bit}");
            assert_eq!(swap(c, d, a, b), expected(true), "2^{bit}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn prices_are_compared_in_512_bits(
        amount_in in number(), num in number(), min_out in number(), den in number(),
    ) {
        let is_enough = wide(min_out, den) >= wide(amount_in, num);
        prop_assert_eq!(swap(amount_in, num, min_out, den), expected(is_enough));
    }

    /// (p q)(r s) = (p r)(q s).
    #[test]
    fn equal_products_are_enough_and_one_less_is_not(
        p in half(), q in half(), r in half(), s in half(),
    ) {
        let (amount_in, num, min_out, den) = (p * q, r * s, p * r, q * s);
        prop_assert_eq!(wide(amount_in, num), wide(min_out, den));
        prop_assert_eq!(swap(amount_in, num, min_out, den), expected(true));
        if min_out > U256::ONE {
            prop_assert_eq!(swap(amount_in, num, min_out - U256::ONE, den), expected(false));
        }
        if let Some(more) = amount_in.checked_add(U256::ONE) {
            prop_assert_eq!(swap(more, num, min_out, den), expected(false));
        }
    }
}
