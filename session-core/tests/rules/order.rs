//! The order of checks (§10.3): a request that violates a check and every later one answers the first one's text.

use crate::{
    abi, dex_swap, erc20_approval, erc20_stake, erc20_transfer, erc1155_mint,
    support::{Request, ZERO, account},
};
use session_core::{
    Address, Reject, reject,
    rules::{self, Request as Asked},
};

/// What a check says, and a change that violates it and no other.
type Check = (Reject, fn(&mut Request));
/// The answers to a request as callData and as an action.
type Answers = fn(&Request) -> [Result<Address, Reject>; 2];

const BATCH: [u8; 4] = [0x47, 0xe1, 0xda, 0x2a];

/// The checks up to the shape of the inner call: the first and the third are not made of an action.
fn common(texts: [Reject; 6]) -> Vec<Check> {
    let [selector, session, target, value, method, call] = texts;
    vec![
        (selector, |request| request.outer = BATCH),
        (session, |request| request.session.push(0)),
        (Reject::Malformed, |request| request.to[0] = 1),
        (target, |request| request.to[31] ^= 1),
        (value, |request| request.value[31] = 1),
        (method, |request| request.inner[3] ^= 1),
        (call, |request| request.inner.push(0)),
    ]
}

fn assert_order(good: &Request, answers: Answers, checks: &[Check]) {
    assert!(answers(good).iter().all(Result::is_ok));
    let is_made_of_an_action = |index: &usize| *index != 0 && *index != 2;
    for first in 0..checks.len() {
        let mut all_from_here = good.clone();
        for (_, violate) in checks[first..].iter().rev() {
            violate(&mut all_from_here);
        }
        let of_action = (first..checks.len()).find(is_made_of_an_action).unwrap();
        let expected = [Err(checks[first].0), Err(checks[of_action].0)];
        assert_eq!(answers(&all_from_here), expected, "check {first} and later");

        let mut alone = good.clone();
        checks[first].1(&mut alone);
        let [by_call_data, by_action] = answers(&alone);
        assert_eq!(by_call_data, Err(checks[first].0), "check {first} alone");
        if is_made_of_an_action(&first) {
            assert_eq!(by_action, by_call_data, "check {first} alone");
        } else {
            assert!(by_action.is_ok(), "check {first} alone");
        }
    }
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
fn approvals_are_checked_in_order() {
    let mut checks = common([
        reject!("ERC20AV Invalid Selector"),
        reject!("ERC20AV Malformed Session"),
        reject!("ERC20AV Wrong Token"),
        reject!("ERC20AV Non Zero Value"),
        reject!("ERC20AV Invalid Method"),
        reject!("ERC20AV Malformed Call"),
    ]);
    checks.extend([
        (
            reject!("ERC20AV Wrong Spender"),
            (|request| request.set_argument(0, account(0x99))) as fn(&mut Request),
        ),
        (reject!("ERC20AV Max Amount Exceeded"), |request| {
            request.set_argument(1, [0xff; 32]);
        }),
    ]);
    assert_order(&erc20_approval::good(), answers!(erc20_approval), &checks);
}

#[test]
fn transfers_are_checked_in_order() {
    let mut checks = common([
        reject!("ERC20SV Invalid Selector"),
        reject!("ERC20SV Malformed Session"),
        reject!("ERC20SV Wrong Token"),
        reject!("ERC20SV Non Zero Value"),
        reject!("ERC20SV Invalid Method"),
        reject!("ERC20SV Malformed Call"),
    ]);
    checks.extend([
        (
            reject!("ERC20SV Wrong Recipient"),
            (|request| request.set_argument(0, account(0x99))) as fn(&mut Request),
        ),
        (reject!("ERC20SV Max Amount Exceeded"), |request| {
            request.set_argument(1, [0xff; 32]);
        }),
    ]);
    let answers: Answers = |request| {
        let [by_call_data, by_action] = answers!(erc20_transfer)(request);
        [by_call_data, erc20_transfer::as_by_call_data(by_action)]
    };
    for good in [erc20_transfer::transfer(), erc20_transfer::approve()] {
        assert_order(&good, answers, &checks);
    }
}

#[test]
fn mints_are_checked_in_order() {
    let mut checks = common([
        reject!("ERC1155MT Invalid Selector"),
        reject!("ERC1155MT Malformed Session"),
        reject!("ERC1155MT Wrong Token"),
        reject!("ERC1155MT Non Zero Value"),
        reject!("ERC1155MT Invalid Method"),
        reject!("ERC1155MT Malformed Call"),
    ]);
    checks.extend([
        (
            reject!("ERC1155MT Wrong Recipient"),
            (|request| request.set_argument(0, account(0x99))) as fn(&mut Request),
        ),
        (reject!("ERC1155MT Wrong Token"), |request| {
            request.set_argument(1, ZERO);
        }),
        (reject!("ERC1155MT Wrong Amount"), |request| {
            request.set_argument(2, ZERO);
        }),
    ]);
    assert_order(&erc1155_mint::good(), answers!(erc1155_mint), &checks);
}

/// Not that of the others: the method is looked at before the value, and nothing before the contract.
#[test]
fn calls_by_rules_are_checked_in_order() {
    let violated = reject!("ABISV Arg Rule Violated");
    let checks: [Check; 8] = [
        (reject!("ABISV Not Execute Selector"), |request| {
            request.outer = BATCH;
        }),
        (Reject::Malformed, |request| request.session.truncate(61)),
        (Reject::Malformed, |request| request.to[0] = 1),
        (reject!("ABISV Destination Forbidden"), |request| {
            request.to[31] ^= 1;
        }),
        (reject!("ABISV Selector Forbidden"), |request| {
            request.inner[3] ^= 1;
        }),
        (reject!("ABISV Permitted Value Exceeded"), |request| {
            request.value[0] = 1;
        }),
        (violated, |request| request.set_argument(0, ZERO)),
        (violated, |request| request.set_argument(1, [0xff; 32])),
    ];
    assert_order(&abi::good(), answers!(abi), &checks);
}

/// By the indices of what a swap names.
macro_rules! checks_of_swap {
    ($token_in:literal, $token_out:literal, $to:literal, $amount_in:literal, $min_out:literal) => {{
        let mut checks = common([
            reject!("DEXSV Invalid Selector"),
            reject!("DEXSV Malformed Session"),
            reject!("DEXSV Wrong Dex"),
            reject!("DEXSV Non Zero Value"),
            reject!("DEXSV Invalid Method"),
            reject!("DEXSV Malformed Call"),
        ]);
        checks.extend([
            (
                reject!("DEXSV Wrong Token"),
                (|request| request.set_argument($token_in, account(0x99))) as fn(&mut Request),
            ),
            (reject!("DEXSV Wrong Token"), |request| {
                request.set_argument($token_out, account(0x99));
            }),
            (reject!("DEXSV Wrong Recipient"), |request| {
                request.set_argument($to, account(0x99));
            }),
            // An amount of zero: no amount violates this check and the next one.
            (reject!("DEXSV Malformed Call"), |request| {
                request.set_argument($amount_in, ZERO);
            }),
            (reject!("DEXSV Max Amount Exceeded"), |request| {
                // Cheap enough for the least price.
                request.set_argument($amount_in, dex_swap::ONE_TOO_MANY);
            }),
            (reject!("DEXSV Min Out Too Low"), |request| {
                request.set_argument($min_out, ZERO);
            }),
        ]);
        checks
    }};
}

#[test]
fn swaps_are_checked_in_order() {
    for (form, checks) in [
        (dex_swap::single(), checks_of_swap!(0, 1, 3, 5, 6)),
        (dex_swap::single_02(), checks_of_swap!(0, 1, 3, 4, 5)),
        (dex_swap::tokens(), checks_of_swap!(6, 7, 3, 0, 1)),
    ] {
        assert_order(&form.good, answers!(dex_swap), &checks);
    }
}

fn checks_of_stake() -> Vec<Check> {
    common([
        reject!("ERC20STV Invalid Selector"),
        reject!("ERC20STV Malformed Session"),
        reject!("ERC20STV Wrong Staking"),
        reject!("ERC20STV Non Zero Value"),
        reject!("ERC20STV Invalid Method"),
        reject!("ERC20STV Malformed Call"),
    ])
}

fn too_much(request: &mut Request) {
    request.set_argument(0, [0xff; 32]);
}

#[test]
fn stakes_are_checked_in_order() {
    let mut checks = checks_of_stake();
    checks.push((reject!("ERC20STV Max Amount Exceeded"), too_much));
    assert_order(&erc20_stake::stake(), answers!(erc20_stake), &checks);
}

#[test]
fn deposits_are_checked_in_order() {
    let mut checks = checks_of_stake();
    checks.extend([
        (
            reject!("ERC20STV Wrong Receiver"),
            (|request| request.set_argument(1, account(0x99))) as fn(&mut Request),
        ),
        (reject!("ERC20STV Max Amount Exceeded"), too_much),
    ]);
    assert_order(&erc20_stake::deposit(), answers!(erc20_stake), &checks);
}

#[test]
fn supplies_are_checked_in_order() {
    let mut checks = checks_of_stake();
    checks.extend([
        (
            reject!("ERC20STV Wrong Token"),
            (|request| request.set_argument(0, account(0x99))) as fn(&mut Request),
        ),
        (reject!("ERC20STV Wrong Receiver"), |request| {
            request.set_argument(2, account(0x99));
        }),
        (reject!("ERC20STV Max Amount Exceeded"), |request| {
            request.set_argument(1, [0xff; 32]);
        }),
    ]);
    assert_order(&erc20_stake::supply(), answers!(erc20_stake), &checks);
}

/// Before anything else, the session included.
#[test]
fn call_data_without_a_selector_is_malformed() {
    type Grant<'a> = rules::erc20_approval::Grant<'a>;
    for len in 0..4 {
        let short = &[0xb6, 0x1d, 0x27, 0xf6][..len];
        for session in [&[][..], &erc20_approval::good().session] {
            let answer = rules::check::<Grant>(Asked::CallData(short), session);
            assert_eq!(answer, Err(Reject::Malformed), "{len} bytes");
        }
    }
}

/// The outer call is decoded by solc's rule: junk, far offsets and bytes after the end pass, a cut one does not.
#[test]
fn the_outer_call_is_read_as_the_account_reads_it() {
    type Grant<'a> = rules::erc20_approval::Grant<'a>;
    let good = erc20_approval::good();
    let call_data = good.call_data();
    for len in 4..call_data.len() {
        let answer = rules::check::<Grant>(Asked::CallData(&call_data[..len]), &good.session);
        assert_eq!(answer, Err(Reject::Malformed), "{len} bytes");
    }
    let mut trailing = call_data.clone();
    trailing.extend([0xff; 7]);
    let mut far = call_data.clone();
    far.splice(4 + 96..4 + 96, [0xff; 37]);
    far[4 + 95] += 37;
    for call_data in [trailing, far] {
        let answer = rules::check::<Grant>(Asked::CallData(&call_data), &good.session);
        assert_eq!(answer, Ok(&[0x51; 20]));
    }
}
