//! `abi` (§5.3, §10.3).

use crate::support::{MAX, Request, ZERO, account, minus_one, number, plus_one};
use session_core::{Address, Reject, Word, execution::EXECUTE, reject, rules::abi::Grant};

/// A rule: offset, condition, reference.
pub type Rule = (u16, u8, Word);

pub const METHOD: [u8; 4] = [0x11, 0x22, 0x33, 0x44];

/// Session key data with these rules, at most `max_value` wei, and so many rules that count.
pub fn session(max_value: u128, count: u16, rules: &[Rule]) -> Vec<u8> {
    let mut data = [&[0x51; 20][..], &[0xc0; 20], &METHOD].concat();
    data.extend(max_value.to_be_bytes());
    data.extend(count.to_be_bytes());
    for (offset, condition, reference) in rules {
        data.extend(offset.to_be_bytes());
        data.push(*condition);
        data.extend(reference);
    }
    data
}

fn request(rules: &[Rule], arguments: &[Word]) -> Request {
    Request {
        outer: EXECUTE,
        session: session(1000, u16::try_from(rules.len()).unwrap(), rules),
        to: account(0xc0),
        value: ZERO,
        inner: [&METHOD[..], &arguments.concat()].concat(),
    }
}

/// An account that is the first argument, at most 1000 as the second.
pub fn good() -> Request {
    let rules = [(0, 0, account(0xaa)), (32, 1, number(1000))];
    request(&rules, &[account(0xaa), number(500)])
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

fn one_rule(rule: Rule, argument: Word) -> Result<Address, Reject> {
    answer(&request(&[rule], &[argument]))
}

const MALFORMED: Result<Address, Reject> = Err(Reject::Malformed);

#[test]
fn the_answer_is_the_first_20_bytes() {
    for byte in 0..20 {
        let mut request = good();
        request.session[byte] ^= 1;
        let key = *request.session.first_chunk().unwrap();
        assert_eq!(answer(&request), Ok(key));
    }
}

#[test]
fn the_fixed_part_is_62_bytes() {
    let request = request(&[], &[]);
    assert_eq!(request.session.len(), 62);
    assert!(answer(&request).is_ok());
    for len in 0..62 {
        let mut short = request.clone();
        short.session.truncate(len);
        assert_eq!(answer(&short), MALFORMED, "{len} bytes");
    }
}

#[test]
fn no_neighbour_of_the_contract_is_called() {
    for byte in 12..32 {
        let mut request = good();
        request.to[byte] ^= 0x80;
        assert_eq!(
            answer(&request),
            Err(reject!("ABISV Destination Forbidden"))
        );
    }
}

#[test]
fn no_neighbour_of_the_method_is_called() {
    for byte in 0..4 {
        for bit in [1, 0x80] {
            let mut request = good();
            request.inner[byte] ^= bit;
            assert_eq!(answer(&request), Err(reject!("ABISV Selector Forbidden")));
        }
    }
}

/// Plain ether can not be sent: there is no method then.
#[test]
fn fewer_than_four_bytes_are_malformed() {
    for len in 0..4 {
        let mut request = request(&[], &[]);
        request.inner.truncate(len);
        assert_eq!(answer(&request), MALFORMED, "{len} bytes");
        request.to[31] ^= 1;
        assert_eq!(
            answer(&request),
            Err(reject!("ABISV Destination Forbidden"))
        );
    }
}

#[test]
fn at_most_the_granted_wei_go_with_an_action() {
    for max in [0, 1, 1000, 1 << 64, u128::MAX - 1, u128::MAX] {
        let of = |value| {
            answer(&Request {
                session: session(max, 0, &[]),
                value,
                ..good()
            })
        };
        let mut word = ZERO;
        word[16..].copy_from_slice(&max.to_be_bytes());
        assert!(of(word).is_ok(), "{max}");
        assert!(of(ZERO).is_ok(), "{max}");
        let exceeded = Err(reject!("ABISV Permitted Value Exceeded"));
        assert_eq!(of(plus_one(word)), exceeded, "{max}");
        assert_eq!(of(MAX), exceeded);
        // As much and some more.
        for byte in 0..16 {
            let mut more = word;
            more[byte] = 1;
            assert_eq!(of(more), exceeded, "byte {byte}");
        }
    }
}

#[test]
fn each_condition_holds_for_its_orders_only() {
    // Less than the reference, the same, more.
    let conditions = [
        (0, [false, true, false]),
        (1, [true, true, false]),
        (2, [true, false, false]),
        (3, [false, true, true]),
        (4, [false, false, true]),
        (5, [true, false, true]),
    ];
    let mut references = vec![number(5)];
    // Every byte counts, and the higher one more.
    references.extend((0..32).map(|byte| {
        let mut word = [0x80; 32];
        word[byte] = 0x7f;
        word
    }));
    for reference in references {
        let arguments = [minus_one(reference), reference, plus_one(reference)];
        for (condition, expected) in conditions {
            for (argument, holds) in arguments.into_iter().zip(expected) {
                let answer = one_rule((0, condition, reference), argument);
                if holds {
                    assert_eq!(answer, Ok([0x51; 20]), "{condition} {argument:?}");
                } else {
                    assert_eq!(
                        answer,
                        Err(reject!("ABISV Arg Rule Violated")),
                        "{condition}"
                    );
                }
            }
        }
        for condition in 6..=255 {
            for argument in arguments {
                let answer = one_rule((0, condition, reference), argument);
                assert_eq!(
                    answer,
                    Err(reject!("ABISV Arg Rule Violated")),
                    "{condition}"
                );
            }
        }
    }
}

/// Integers are unsigned: what a callee reads as -1 is the most.
#[test]
fn the_highest_bit_is_no_sign() {
    let half = {
        let mut word = ZERO;
        word[0] = 0x80;
        word
    };
    assert!(one_rule((0, 4, number(1)), half).is_ok());
    assert!(one_rule((0, 4, half), MAX).is_ok());
    assert!(one_rule((0, 1, number(1)), MAX).is_err());
}

#[test]
fn an_offset_is_any_byte_behind_the_selector() {
    let arguments: Vec<u8> = (0..=255).collect();
    for offset in 0..=224_u16 {
        let reference = *arguments[offset.into()..].first_chunk().unwrap();
        let mut request = request(&[(offset, 0, reference)], &[]);
        request.inner.extend(&arguments);
        assert!(answer(&request).is_ok(), "{offset}");
        request.inner[4 + usize::from(offset)] ^= 1;
        assert_eq!(answer(&request), Err(reject!("ABISV Arg Rule Violated")));
    }
}

#[test]
fn an_argument_that_is_not_all_there_is_malformed() {
    for (len, offset) in [(0, 0), (31, 0), (32, 1), (63, 32), (64, 0xffff)] {
        for condition in [0, 5, 6] {
            let mut request = request(&[(offset, condition, ZERO)], &[]);
            request.inner.resize(4 + len, 0);
            assert_eq!(answer(&request), MALFORMED, "{len} bytes, {offset}");
        }
    }
    let mut far = request(&[(0xffff, 0, ZERO)], &[]);
    far.inner.resize(4 + 0xffff + 32, 0);
    assert!(answer(&far).is_ok());
}

#[test]
fn every_rule_must_hold_and_the_first_that_does_not_decides() {
    let (holds, fails, nowhere) = ((0, 0, number(1)), (0, 0, number(2)), (1, 0, ZERO));
    let violated = Err(reject!("ABISV Arg Rule Violated"));
    for (rules, expected) in [
        ([holds, holds, holds], Ok([0x51; 20])),
        ([fails, holds, holds], violated),
        ([holds, fails, holds], violated),
        ([holds, holds, fails], violated),
        ([holds, fails, nowhere], violated),
        ([holds, nowhere, fails], MALFORMED),
    ] {
        let request = request(&rules, &[number(1)]);
        assert_eq!(answer(&request), expected, "{rules:?}");
    }
}

#[test]
fn as_many_rules_count_as_the_session_says() {
    let (holds, fails) = ((0, 0, number(1)), (0, 0, number(2)));
    let with = |count, rules: &[Rule]| {
        let session = session(0, count, rules);
        let request = request(&[], &[number(1)]);
        answer(&Request { session, ..request })
    };
    let (fine, violated) = (Ok([0x51; 20]), Err(reject!("ABISV Arg Rule Violated")));
    assert_eq!(with(0, &[fails]), fine, "none counts");
    assert_eq!(with(1, &[holds, fails]), fine, "the second one does not");
    assert_eq!(with(2, &[holds, fails]), violated);
    assert_eq!(with(2, &[holds]), MALFORMED, "one is missing");
    assert_eq!(with(2, &[fails]), violated, "before one is missing");
    assert_eq!(with(u16::MAX, &[holds; 3]), MALFORMED);
    assert_eq!(with(u16::MAX, &vec![holds; 0xffff]), fine);
}

#[test]
fn a_rule_has_35_bytes() {
    let whole = request(&[(0, 0, number(1)), (0, 0, number(1))], &[number(1)]);
    for len in 62..132 {
        let mut cut = whole.clone();
        cut.session.truncate(len);
        assert_eq!(answer(&cut), MALFORMED, "{len} bytes");
    }
    let mut long = whole;
    long.session.extend([0xff; 40]);
    assert!(answer(&long).is_ok());
}

#[test]
fn without_rules_any_arguments_pass() {
    for arguments in [&[][..], &[MAX], &[MAX, ZERO, MAX]] {
        assert!(answer(&request(&[], arguments)).is_ok());
    }
}
