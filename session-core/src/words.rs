//! Words, without the compiler's own comparison of bytes: on WASM that is long, and slower.

use crate::{Address, Malformed, Word};

/// A word's limbs of 64 bits as they stand, most significant first.
#[inline(always)]
fn limbs(word: &Word) -> [u64; 4] {
    let ([a, b, c, d], []) = word.as_chunks() else {
        return [0; 4];
    };
    let limb = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    [limb(a), limb(b), limb(c), limb(d)]
}

/// Are they the same?
#[inline(never)]
pub fn is_same(a: &Word, b: &Word) -> bool {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (limbs(a), limbs(b));
    (a0 ^ b0) | (a1 ^ b1) | (a2 ^ b2) | (a3 ^ b3) == 0
}

/// The numbers that an address is made of, as they stand: they compare faster, and a constant one is in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressLimbs(u64, u64, u32);

impl AddressLimbs {
    /// Of an address.
    #[inline(always)]
    pub const fn of(address: &Address) -> Self {
        let [
            a0,
            a1,
            a2,
            a3,
            a4,
            a5,
            a6,
            a7,
            b0,
            b1,
            b2,
            b3,
            b4,
            b5,
            b6,
            b7,
            c @ ..,
        ] = *address;
        Self(
            u64::from_le_bytes([a0, a1, a2, a3, a4, a5, a6, a7]),
            u64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7]),
            u32::from_le_bytes(c),
        )
    }
}

/// Are these addresses the same?
#[inline(never)]
pub fn is_same_address(a: &Address, b: &Address) -> bool {
    let (AddressLimbs(a0, a1, a2), AddressLimbs(b0, b1, b2)) =
        (AddressLimbs::of(a), AddressLimbs::of(b));
    (a0 ^ b0) | (a1 ^ b1) | u64::from(a2 ^ b2) == 0
}

/// Is the address zero?
pub fn is_zero_address(address: &Address) -> bool {
    AddressLimbs::of(address) == AddressLimbs(0, 0, 0)
}

/// Is it zero?
pub fn is_zero(word: &Word) -> bool {
    let [a, b, c, d] = limbs(word);
    a | b | c | d == 0
}

/// Is `a` the smaller number?
#[inline(never)]
pub fn is_less(a: &Word, b: &Word) -> bool {
    is_less_inlined(a, b)
}

/// The same, where a call would cost more than it does.
#[inline(always)]
pub(crate) fn is_less_inlined(a: &Word, b: &Word) -> bool {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (limbs(a), limbs(b));
    let (a, b) = if a0 != b0 {
        (a0, b0)
    } else if a1 != b1 {
        (a1, b1)
    } else if a2 != b2 {
        (a2, b2)
    } else {
        (a3, b3)
    };
    // The first byte in which they differ; the first byte of a limb is its lowest.
    let first = (a ^ b).trailing_zeros() & 56;
    (a >> first) & 0xff < (b >> first) & 0xff
}

/// A constant word, whose limbs are in the code of a program: data would be paid for by every call. ([`word!`](crate::word)
/// calls it. It must stay a call, or the limbs are data again.)
#[doc(hidden)]
#[inline(never)]
pub fn of_limbs(a: u64, b: u64, c: u64, d: u64) -> Word {
    let limbs = [a, b, c, d].map(u64::to_le_bytes);
    limbs
        .as_flattened()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}

/// A limb of a constant word.
#[doc(hidden)]
pub const fn limb(word: &Word, number: usize) -> u64 {
    let (mut limbs, _) = word.as_chunks();
    let mut before = number;
    while let ([_, rest @ ..], 1..) = (limbs, before) {
        limbs = rest;
        before = before.saturating_sub(1);
    }
    match limbs {
        [limb, ..] => u64::from_le_bytes(*limb),
        [] => 0,
    }
}

/// A constant [`Word`](crate::Word).
#[macro_export]
macro_rules! word {
    ($word:expr) => {
        $crate::words::of_limbs(
            const { $crate::words::limb(&$word, 0) },
            const { $crate::words::limb(&$word, 1) },
            const { $crate::words::limb(&$word, 2) },
            const { $crate::words::limb(&$word, 3) },
        )
    };
}

/// The address that a word is.
///
/// # Errors
/// If its upper 12 bytes are not zero.
#[inline(never)]
pub fn address(word: &Word) -> Result<&Address, Malformed> {
    let (high, low) = word.split_first_chunk().ok_or(Malformed)?;
    let (middle, low) = low.split_first_chunk().ok_or(Malformed)?;
    if u64::from_ne_bytes(*high) != 0 || u32::from_ne_bytes(*middle) != 0 {
        return Err(Malformed);
    }
    low.first_chunk().ok_or(Malformed)
}

/// `abi.encode` of static words: exactly `N` of them, all of the data.
///
/// # Errors
/// If the data is shorter or longer.
pub fn exact<const N: usize>(data: &[u8]) -> Result<&[Word; N], Malformed> {
    match data.as_chunks() {
        (words, []) => words.try_into().map_err(|_| Malformed),
        _ => Err(Malformed),
    }
}
