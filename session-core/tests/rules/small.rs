//! What the rest is made of: words that are compared, and texts.

use crate::support::{MAX, ZERO, flip_bit, number};
use alloy_primitives::U256;
use proptest::prelude::*;
use session_core::{Malformed, Text, Word, text, words};

fn assert_compared(a: &Word, b: &Word) {
    let is_less = U256::from_be_bytes(*a) < U256::from_be_bytes(*b);
    assert_eq!(words::is_less(a, b), is_less, "{a:?} {b:?}");
}

#[test]
fn words_that_differ_in_two_bits_are_compared_as_numbers() {
    for base in [ZERO, MAX, number(0x0180_0000_0000_ff01), [0x81; 32]] {
        assert_compared(&base, &base);
        for first in 0..256 {
            for second in 0..256 {
                let (mut a, mut b) = (base, base);
                flip_bit(&mut a, first);
                flip_bit(&mut b, second);
                assert_compared(&a, &b);
                assert_compared(&a, &base);
                assert_compared(&base, &a);
            }
        }
    }
}

proptest! {
    #[test]
    fn words_are_compared_as_numbers(a in any::<Word>(), b in any::<Word>(), same in 0..32_usize) {
        let mut alike = b;
        alike[..same].copy_from_slice(&a[..same]);
        assert_compared(&a, &b);
        assert_compared(&a, &alike);
        assert_compared(&alike, &a);
    }
}

#[test]
fn one_word_only_is_zero() {
    assert!(words::is_zero(&ZERO));
    for bit in 0..256 {
        let mut word = ZERO;
        flip_bit(&mut word, bit);
        assert!(!words::is_zero(&word), "bit {bit}");
    }
}

#[test]
fn an_address_is_a_word_whose_upper_12_bytes_are_zero() {
    for bit in 0..256 {
        let mut word = ZERO;
        flip_bit(&mut word, bit);
        let expected = if bit < 96 {
            Err(Malformed)
        } else {
            Ok(word.last_chunk().unwrap())
        };
        assert_eq!(words::address(&word), expected, "bit {bit}");
    }
}

#[test]
fn exactly_so_many_words() {
    let data = [MAX, ZERO].concat();
    assert_eq!(words::exact::<2>(&data), Ok(&[MAX, ZERO]));
    assert_eq!(words::exact::<0>(&[]), Ok(&[]));
    for len in [0, 1, 31, 32, 63] {
        assert_eq!(words::exact::<2>(&data[..len]), Err(Malformed), "{len}");
    }
    assert_eq!(words::exact::<1>(&data), Err(Malformed));
    assert_eq!(
        words::exact::<2>(&[&data[..], &[0]].concat()),
        Err(Malformed)
    );
}

#[test]
fn a_text_is_its_bytes() {
    macro_rules! texts {
        ($($text:literal)+) => { [$(($text, text!($text))),+] };
    }
    // Of all lengths up to two parts, about the borders of the others, and the longest there may be.
    let texts: [(&str, Text); 22] = texts![
        "" "a" "ab" "abc" "abcd" "abcde" "abcdef" "abcdefg" "abcdefgh" "abcdefghi" "abcdefghij" "abcdefghijk"
        "abcdefghijkl" "abcdefghijklm" "abcdefghijklmn" "abcdefghijklmno" "abcdefghijklmnop"
        "abcdefghijklmnopqrstuvw" "abcdefghijklmnopqrstuvwx" "ECDSA: invalid signature 's' value"
        "abcdefghijklmnopqrstuvwxyz0123456789ABC" "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    ];
    for (expected, text) in texts {
        let (bytes, len) = text.bytes();
        assert_eq!(&bytes.as_flattened()[..len], expected.as_bytes());
        assert!(bytes.as_flattened()[len..].iter().all(|byte| *byte == 0));
        let shown: String = expected.escape_default().collect();
        assert_eq!(text.to_string(), shown);
    }
    for (index, (_, a)) in texts.iter().enumerate() {
        for (other, (_, b)) in texts.iter().enumerate() {
            assert_eq!(a == b, index == other);
        }
    }
}
