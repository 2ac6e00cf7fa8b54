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

/// Each as a text of its own, and as what is in the source.
macro_rules! texts {
    ($($text:literal)+) => { [$(($text, text!($text))),+] };
}

/// Of all lengths up to two limbs of nine characters, about the borders of the others, and the longest there may be.
#[test]
fn a_text_is_what_it_was_made_from() {
    let texts: [(&str, Text); 24] = texts![
        "" "a" "ab" "abc" "abcd" "abcde" "abcdef" "abcdefg" "abcdefgh" "abcdefghi" "abcdefghij" "abcdefghijk"
        "abcdefghijkl" "abcdefghijklm" "abcdefghijklmn" "abcdefghijklmno" "abcdefghijklmnop"
        "abcdefghijklmnopq" "abcdefghijklmnopqr" "abcdefghijklmnopqrs"
        "abcdefghijklmnopqrstuvwxyz0" "abcdefghijklmnopqrstuvwxyz01"
        "abcdefghijklmnopqrstuvwxyz012345678" "\x01 ~\x7fefghijklmnopqrstuvwxyz0123456789"
    ];
    assert_are(&texts);
}

/// However they are put together.
#[test]
fn the_texts_of_our_programs_are_what_they_are_made_from() {
    let texts: [(&str, Text); 67] = texts![
        "ABISV Arg Rule Violated" "ABISV Destination Forbidden" "ABISV Not Execute Selector"
        "ABISV Permitted Value Exceeded" "ABISV Selector Forbidden"
        "BND Malformed Session" "BND Max Fee" "BND Max Gas" "BND Max Op Cost" "BND Max Uses"
        "BND Needs User Operation" "BND Reused Leaf" "BND Wrong Lane" "BND Wrong Paymaster"
        "DEXSV Invalid Method" "DEXSV Invalid Selector" "DEXSV Malformed Call" "DEXSV Malformed Session"
        "DEXSV Max Amount Exceeded" "DEXSV Min Out Too Low" "DEXSV Non Zero Value" "DEXSV Wrong Dex"
        "DEXSV Wrong Recipient" "DEXSV Wrong Token"
        "ECDSA: invalid signature" "ECDSA: invalid signature 's' value" "ECDSA: invalid signature length"
        "ERC1155MT Invalid Method" "ERC1155MT Invalid Selector" "ERC1155MT Malformed Call"
        "ERC1155MT Malformed Session" "ERC1155MT Non Zero Value" "ERC1155MT Wrong Amount"
        "ERC1155MT Wrong Recipient" "ERC1155MT Wrong Token"
        "ERC20AV Invalid Method" "ERC20AV Invalid Selector" "ERC20AV Malformed Call" "ERC20AV Malformed Session"
        "ERC20AV Max Amount Exceeded" "ERC20AV Non Zero Value" "ERC20AV Wrong Spender" "ERC20AV Wrong Token"
        "ERC20STV Invalid Method" "ERC20STV Invalid Selector" "ERC20STV Malformed Call"
        "ERC20STV Malformed Session" "ERC20STV Max Amount Exceeded" "ERC20STV Non Zero Value"
        "ERC20STV Wrong Receiver" "ERC20STV Wrong Staking" "ERC20STV Wrong Token"
        "ERC20SV Invalid Method" "ERC20SV Invalid Selector" "ERC20SV Invalid Token" "ERC20SV Malformed Call"
        "ERC20SV Malformed Session" "ERC20SV Max Amount Exceeded" "ERC20SV Non Zero Value"
        "ERC20SV Wrong Recipient" "ERC20SV Wrong Token"
        "Lengths mismatch" "SKM Forbidden Target" "SR Invalid Selector" "SR Invalid SKM"
        "SessionNotApproved" "SessionsChanged"
    ];
    assert_are(&texts);
    // Nearly one of ours.
    let others: [(&str, Text); 6] = texts![
        "ABISV " "SR Invalid" "Invalid Selector" "ERC20AV  Wrong Token" "erc20av Wrong Token" "BND Max Fees"
    ];
    assert_are(&others);
}

fn assert_are(texts: &[(&str, Text)]) {
    for (expected, text) in texts {
        let shown = expected.as_bytes().escape_ascii().to_string();
        assert_eq!(text.to_string(), shown);
    }
    for (index, (_, a)) in texts.iter().enumerate() {
        for (other, (_, b)) in texts.iter().enumerate() {
            assert_eq!(a == b, index == other);
        }
    }
}

#[test]
fn a_text_is_short_and_ascii_and_has_no_zero() {
    let longest = "x".repeat(text::MAX_LEN);
    for text in ["", " ~\x7f\x01", &longest] {
        assert!(text::can_be(text));
    }
    let longer = format!("{longest}x");
    for text in ["\0", "a\0b", "é", "\u{80}", &longer] {
        assert!(!text::can_be(text), "{text:?}");
    }
}
