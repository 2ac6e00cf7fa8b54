//! The rules against a naive re-statement of them: alloy decodes, 256-bit integers compare, and what is not what alloy
//! would encode is not strict.

mod naive;
mod requests;

use crate::support::{Request, flip_bit};
use alloy_primitives::{Address, B256, U256};
use proptest::{prelude::*, test_runner::TestRunner};
use session_core::{Reject, Word, rules};

/// A change of a request: most of them spoil it.
#[derive(Clone, Copy, Debug)]
enum Change {
    SessionBit(usize),
    TargetBit(usize),
    ValueBit(usize),
    OuterBit(usize),
    InnerBit(usize),
    SessionByte(bool),
    InnerByte(bool),
    /// To one of the words that have a meaning of their own.
    SessionWord(usize, u8),
    Argument(usize, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let bit = any::<usize>();
    prop_oneof![
        3 => bit.prop_map(Change::SessionBit),
        1 => (0..256_usize).prop_map(Change::TargetBit),
        1 => (0..256_usize).prop_map(Change::ValueBit),
        1 => (0..32_usize).prop_map(Change::OuterBit),
        3 => bit.prop_map(Change::InnerBit),
        1 => any::<bool>().prop_map(Change::SessionByte),
        1 => any::<bool>().prop_map(Change::InnerByte),
        2 => (bit, any::<u8>()).prop_map(|(at, word)| Change::SessionWord(at, word)),
        2 => (bit, any::<u8>()).prop_map(|(at, word)| Change::Argument(at, word)),
    ]
}

/// Mostly none.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop_oneof![
        3 => Just(vec![]),
        2 => prop::collection::vec(change(), 1..=2),
    ]
}

fn special(choice: u8) -> Word {
    let number = match choice % 5 {
        4 => U256::MAX,
        small => U256::from(small),
    };
    number.to_be_bytes()
}

fn resize_by_one(bytes: &mut Vec<u8>, longer: bool) {
    if longer {
        bytes.push(0);
    } else {
        bytes.pop();
    }
}

fn apply(request: &mut Request, change: Change) {
    match change {
        Change::SessionBit(at) => {
            let bits = 8 * request.session.len();
            flip_bit(&mut request.session, at % bits);
        }
        Change::TargetBit(at) => flip_bit(&mut request.to, at),
        Change::ValueBit(at) => flip_bit(&mut request.value, at),
        Change::OuterBit(at) => flip_bit(&mut request.outer, at),
        Change::InnerBit(at) => {
            let bits = 8 * request.inner.len();
            flip_bit(&mut request.inner, at % bits);
        }
        Change::SessionByte(longer) => resize_by_one(&mut request.session, longer),
        Change::InnerByte(longer) => resize_by_one(&mut request.inner, longer),
        Change::SessionWord(at, choice) => {
            let words = request.session.len() / 32;
            *request = request.session_word(at % words, special(choice));
        }
        Change::Argument(at, choice) => {
            let words = (request.inner.len() - 4) / 32;
            if words > 0 {
                request.set_argument(at % words, special(choice));
            }
        }
    }
}

type Answer = Result<session_core::Address, Reject>;

/// Both forms of a rule say what its re-statement says.
fn assert_same(
    name: &str,
    requests: impl Strategy<Value = Request>,
    answers: fn(&Request) -> [Answer; 2],
    naive: fn(&Request) -> Option<Address>,
) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2000)
    };
    let cases = config.cases;
    let accepted = std::cell::Cell::new(0);
    let requests = (requests, changes()).prop_map(|(mut request, changes)| {
        changes
            .into_iter()
            .for_each(|change| apply(&mut request, change));
        request
    });
    TestRunner::new(config)
        .run(&requests, |request| {
            let [by_call_data, by_action] = answers(&request);
            let expected = naive(&request).map(|key| key.0.0);
            let is_execute =
                [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]].contains(&request.outer);
            prop_assert_eq!(by_call_data.ok(), expected.filter(|_| is_execute));
            // An action's address has no upper bytes that could be dirty.
            if B256::from(request.to).starts_with(&[0; 12]) {
                prop_assert_eq!(by_action.ok(), expected);
            }
            accepted.set(accepted.get() + u32::from(by_call_data.is_ok()));
            Ok(())
        })
        .unwrap();
    let accepted = accepted.get();
    println!("{name}: {accepted} of {cases} accepted");
    assert!((3 * cases / 10..8 * cases / 10).contains(&accepted));
}

/// The answers of both paths under the rules of a module.
macro_rules! answers {
    ($rules:ident) => {
        |request: &Request| {
            [
                request.by_call_data::<rules::$rules::Grant>(),
                request.by_action::<rules::$rules::Grant>(),
            ]
        }
    };
}

#[test]
fn approvals_are_what_the_naive_rule_says() {
    let requests = requests::approvals();
    assert_same(
        "approvals",
        requests,
        answers!(erc20_approval),
        naive::approval,
    );
}

#[test]
fn transfers_are_what_the_naive_rule_says() {
    let requests = requests::transfers();
    assert_same(
        "transfers",
        requests,
        answers!(erc20_transfer),
        naive::transfer,
    );
}

#[test]
fn mints_are_what_the_naive_rule_says() {
    let requests = requests::mints();
    assert_same("mints", requests, answers!(erc1155_mint), naive::mint);
}

#[test]
fn swaps_are_what_the_naive_rule_says() {
    let requests = requests::swaps();
    assert_same("swaps", requests, answers!(dex_swap), naive::swap);
}

#[test]
fn stakes_are_what_the_naive_rule_says() {
    let requests = requests::stakes();
    assert_same("stakes", requests, answers!(erc20_stake), naive::staking);
}

#[test]
fn calls_by_rules_are_what_the_naive_rule_says() {
    let requests = requests::calls_by_rules();
    assert_same("calls by rules", requests, answers!(abi), naive::abi);
}
