//! The order of checks (§10.3): a request that violates a check and every later one answers the first one's text.

use crate::{
    dex_swap, erc20_approval, erc20_stake,
    support::{Request, ZERO, account},
};
use session_core::{Address, Reject, Text, rules};

/// What a check says, and a change that violates it and no other.
type Check = (Reject, fn(&mut Request));
/// The answers to a request as callData and as an action.
type Answers = fn(&Request) -> [Result<Address, Reject>; 2];

const BATCH: [u8; 4] = [0x47, 0xe1, 0xda, 0x2a];

/// The checks up to the shape of the inner call: the first and the third are not made of an action.
fn common(prefix_texts: [&'static str; 6]) -> Vec<Check> {
    let [selector, session, target, value, method, call] =
        prefix_texts.map(|text| Reject::Text(text.into()));
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

fn answers_of_approval(request: &Request) -> [Result<Address, Reject>; 2] {
    type Grant<'a> = rules::erc20_approval::Grant<'a>;
    [
        request.by_call_data::<Grant>(),
        request.by_action::<Grant>(),
    ]
}

fn answers_of_swap(request: &Request) -> [Result<Address, Reject>; 2] {
    type Grant<'a> = rules::dex_swap::Grant<'a>;
    [
        request.by_call_data::<Grant>(),
        request.by_action::<Grant>(),
    ]
}

fn answers_of_stake(request: &Request) -> [Result<Address, Reject>; 2] {
    type Grant<'a> = rules::erc20_stake::Grant<'a>;
    [
        request.by_call_data::<Grant>(),
        request.by_action::<Grant>(),
    ]
}

#[test]
fn approvals_are_checked_in_order() {
    let mut checks = common([
        "ERC20AV Invalid Selector",
        "ERC20AV Malformed Session",
        "ERC20AV Wrong Token",
        "ERC20AV Non Zero Value",
        "ERC20AV Invalid Method",
        "ERC20AV Malformed Call",
    ]);
    checks.extend([
        (
            Reject::Text(Text::from("ERC20AV Wrong Spender")),
            (|request| request.set_argument(0, account(0x99))) as fn(&mut Request),
        ),
        (
            Reject::Text(Text::from("ERC20AV Max Amount Exceeded")),
            |request| {
                request.set_argument(1, [0xff; 32]);
            },
        ),
    ]);
    assert_order(&erc20_approval::good(), answers_of_approval, &checks);
}

#[test]
fn swaps_are_checked_in_order() {
    let mut checks = common([
        "DEXSV Invalid Selector",
        "DEXSV Malformed Session",
        "DEXSV Wrong Dex",
        "DEXSV Non Zero Value",
        "DEXSV Invalid Method",
        "DEXSV Malformed Call",
    ]);
    checks.extend([
        (
            Reject::Text(Text::from("DEXSV Wrong Token")),
            (|request| request.set_argument(0, account(0x99))) as fn(&mut Request),
        ),
        (Reject::Text(Text::from("DEXSV Wrong Token")), |request| {
            request.set_argument(1, account(0x99));
        }),
        (
            Reject::Text(Text::from("DEXSV Wrong Recipient")),
            |request| {
                request.set_argument(3, account(0x99));
            },
        ),
        // An amount of zero: no amount violates this check and the next one.
        (
            Reject::Text(Text::from("DEXSV Malformed Call")),
            |request| {
                request.set_argument(5, ZERO);
            },
        ),
        (
            Reject::Text(Text::from("DEXSV Max Amount Exceeded")),
            |request| {
                // Cheap enough for the least price.
                request.set_argument(5, dex_swap::ONE_TOO_MANY);
            },
        ),
        (
            Reject::Text(Text::from("DEXSV Min Out Too Low")),
            |request| {
                request.set_argument(6, ZERO);
            },
        ),
    ]);
    assert_order(&dex_swap::good(), answers_of_swap, &checks);
}

fn checks_of_stake() -> Vec<Check> {
    common([
        "ERC20STV Invalid Selector",
        "ERC20STV Malformed Session",
        "ERC20STV Wrong Staking",
        "ERC20STV Non Zero Value",
        "ERC20STV Invalid Method",
        "ERC20STV Malformed Call",
    ])
}

fn too_much(request: &mut Request) {
    request.set_argument(0, [0xff; 32]);
}

#[test]
fn stakes_are_checked_in_order() {
    let mut checks = checks_of_stake();
    checks.push((
        Reject::Text(Text::from("ERC20STV Max Amount Exceeded")),
        too_much,
    ));
    assert_order(&erc20_stake::stake(), answers_of_stake, &checks);
}

#[test]
fn deposits_are_checked_in_order() {
    let mut checks = checks_of_stake();
    checks.extend([
        (
            Reject::Text(Text::from("ERC20STV Wrong Receiver")),
            (|request| request.set_argument(1, account(0x99))) as fn(&mut Request),
        ),
        (
            Reject::Text(Text::from("ERC20STV Max Amount Exceeded")),
            too_much,
        ),
    ]);
    assert_order(&erc20_stake::deposit(), answers_of_stake, &checks);
}

/// Before anything else, the session included.
#[test]
fn call_data_without_a_selector_is_malformed() {
    type Grant<'a> = rules::erc20_approval::Grant<'a>;
    for len in 0..4 {
        let short = &[0xb6, 0x1d, 0x27, 0xf6][..len];
        for session in [&[][..], &erc20_approval::good().session] {
            let answer = rules::check_call_data::<Grant>(short, session);
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
        let answer = rules::check_call_data::<Grant>(&call_data[..len], &good.session);
        assert_eq!(answer, Err(Reject::Malformed), "{len} bytes");
    }
    let mut trailing = call_data.clone();
    trailing.extend([0xff; 7]);
    let mut far = call_data.clone();
    far.splice(4 + 96..4 + 96, [0xff; 37]);
    far[4 + 95] += 37;
    for call_data in [trailing, far] {
        let answer = rules::check_call_data::<Grant>(&call_data, &good.session);
        assert_eq!(answer, Ok(&[0x51; 20]));
    }
}
