//! Numbers of more than 256 bits: limbs of 64 bits, from the low end.
//!
//! In slices of several lengths, and never inlined: with a length that it knows, the compiler unrolls every loop.

/// Reads a big-endian number of whole limbs. `limbs` must have room for it.
#[inline(never)]
pub(crate) fn read(limbs: &mut [u64], number: &[u8]) {
    let (_, parts) = number.as_rchunks();
    for (limb, part) in limbs.iter_mut().zip(parts.iter().rev()) {
        *limb = u64::from_be_bytes(*part);
    }
}

/// Adds a product. `sum` must have room for what it comes to.
#[inline(never)]
pub(crate) fn add_product(sum: &mut [u64], a: &[u64], b: &[u64]) {
    for (row, x) in a.iter().enumerate().filter(|(_, x)| **x != 0) {
        let mut carry = 0;
        let mut factors = b.iter();
        for column in sum.iter_mut().skip(row) {
            let y = match factors.next() {
                None if carry == 0 => break,
                y => y.copied().unwrap_or_default(),
            };
            // At most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
            let next = u128::from(*x)
                .wrapping_mul(u128::from(y))
                .wrapping_add(u128::from(*column))
                .wrapping_add(carry);
            *column = low_half(next);
            carry = next >> 64;
        }
    }
}

/// Is `a` less than `b`, which has as many limbs?
#[inline(never)]
pub(crate) fn is_less(a: &[u64], b: &[u64]) -> bool {
    let limbs = a.iter().zip(b);
    limbs.fold(
        false,
        |is_less, (a, b)| if a == b { is_less } else { a < b },
    )
}

#[allow(clippy::cast_possible_truncation, reason = "that is what it is for")]
const fn low_half(value: u128) -> u64 {
    value as u64
}
