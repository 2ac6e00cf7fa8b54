//! 256-bit arithmetic host functions: not imported by the SDK any more, still legal.

use revm::primitives::U256;

use super::{
    hostio::Hostio,
    ink::{Guest, HOSTIO_INK, PTR_INK, Stop},
};

/// Replaces the word at the first pointer by the result.
pub(super) fn run<E>(hostio: Hostio, guest: &mut Guest, ptrs: [u64; 3]) -> Result<(), Stop<E>> {
    let [first, second, third] = ptrs;
    match hostio {
        Hostio::MathPow => {
            guest.buy_ink(HOSTIO_INK + 3 * PTR_INK)?;
            let base = guest.read_u256(first)?;
            let exponent = guest.read_b256(second)?;
            guest.pay_for_pow(&exponent)?;
            guest.write_u256(first, base.wrapping_pow(exponent.into()))
        }
        Hostio::MathDiv | Hostio::MathMod => {
            guest.buy_ink(HOSTIO_INK + 3 * PTR_INK + 20_000)?;
            let (a, b) = (guest.read_u256(first)?, guest.read_u256(second)?);
            let (quotient, rest) = if b.is_zero() {
                (U256::ZERO, U256::ZERO)
            } else {
                a.div_rem(b)
            };
            guest.write_u256(
                first,
                if hostio == Hostio::MathDiv {
                    quotient
                } else {
                    rest
                },
            )
        }
        _ => {
            let add = hostio == Hostio::MathAddMod;
            let work = if add { 21_000 } else { 24_100 };
            guest.buy_ink(HOSTIO_INK + 4 * PTR_INK + work)?;
            let (a, b) = (guest.read_u256(first)?, guest.read_u256(second)?);
            let modulus = guest.read_u256(third)?;
            guest.write_u256(
                first,
                if add {
                    a.add_mod(b, modulus)
                } else {
                    a.mul_mod(b, modulus)
                },
            )
        }
    }
}
