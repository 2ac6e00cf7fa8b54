//! Whatever is sent to a program, it answers as its interface says, or reverts with nothing or a text of its interface;
//! it never burns all gas.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, U256},
    sol_types::{Revert, SolError},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRunner},
};
use world::MainJob;

use crate::{
    PROGRAMS,
    calls::{Call, End, GAS_LIMIT, address, calldata, calls, job, more_calls, run},
    interface::{Function, fits, functions, texts},
};

/// Cases per program, unless PROPTEST_CASES says otherwise.
const CASES: u32 = 300;
/// What no call here takes.
const MAX_GAS: u64 = GAS_LIMIT / 12;

fn empty_revert() -> End {
    End::Revert(alloy::primitives::Bytes::new())
}

#[test]
fn ether_is_refused_by_every_function() {
    let job = job();
    e2e::traces_only!(job.world.chain);
    for (program, interface) in PROGRAMS {
        let (to, functions) = (address(&job, program), functions(interface));
        for (signature, call) in calls(&job, program) {
            let calldata = calldata(&functions[signature], &call.arguments);
            let (end, gas) = run(&job.world, to, U256::ONE, calldata);
            assert_eq!(end, empty_revert(), "{program}: {signature}");
            assert!(gas < MAX_GAS, "{program}: {signature}: {gas} gas");
        }
    }
}

#[test]
fn without_a_known_selector_nothing_happens() {
    let job = job();
    e2e::traces_only!(job.world.chain);
    for (program, interface) in PROGRAMS {
        let to = address(&job, program);
        let functions = functions(interface);
        let known: Vec<_> = functions
            .values()
            .map(|function| function.selector)
            .collect();
        let mut inputs = vec![
            vec![],
            vec![0],
            vec![0xff; 3],
            vec![0; 4],
            vec![0xff; 4],
            vec![0; 100],
        ];
        for selector in known {
            inputs.extend((1..4).map(|len| selector[..len].to_vec()));
            let mut neighbour = selector;
            neighbour[3] ^= 1;
            inputs.push([neighbour.as_slice(), &[0; 320]].concat());
        }
        for input in inputs {
            for value in [U256::ZERO, U256::ONE] {
                let (end, gas) = run(&job.world, to, value, input.clone());
                assert_eq!(end, empty_revert(), "{program}: {input:02x?}");
                assert!(gas < MAX_GAS, "{program}: {input:02x?}: {gas} gas");
            }
        }
    }
}

/// Garbage behind a selector.
#[derive(Clone, Debug)]
enum Garbage {
    Bytes(Vec<u8>),
    Words(Vec<[u8; 32]>),
    /// Valid arguments with some words replaced, and perhaps cut off.
    Changed(Vec<(Index, [u8; 32])>, Option<Index>),
}

impl Garbage {
    fn arguments(&self, valid: &[u8]) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Words(words) => words.concat(),
            Self::Changed(changes, end) => {
                let mut arguments = valid.to_vec();
                for (index, word) in changes.iter().filter(|_| !valid.is_empty()) {
                    let start = index.index(valid.len()) / 32 * 32;
                    let end = valid.len().min(start + 32);
                    arguments[start..end].copy_from_slice(&word[..end - start]);
                }
                if let Some(end) = end {
                    arguments.truncate(end.index(valid.len() + 1));
                }
                arguments
            }
        }
    }
}

/// Words that a decoder has to think about.
fn word() -> impl Strategy<Value = [u8; 32]> {
    let number = |number: u64| U256::from(number).to_be_bytes();
    prop_oneof![
        4 => (0_u64..40).prop_map(move |words| number(words * 32)),
        2 => (0_u64..70).prop_map(number),
        1 => Just(number(u64::from(u32::MAX) - 31)),
        1 => Just(number(u64::MAX)),
        1 => Just([0xff; 32]),
        1 => any::<[u8; 20]>().prop_map(|address| Address::from(address).into_word().0),
        1 => any::<[u8; 32]>(),
    ]
}

fn garbage() -> impl Strategy<Value = Garbage> {
    prop_oneof![
        1 => vec(any::<u8>(), 0..700).prop_map(Garbage::Bytes),
        1 => vec(word(), 0..24).prop_map(Garbage::Words),
        2 => (vec((any::<Index>(), word()), 1..4), proptest::option::weighted(0.3, any::<Index>()))
            .prop_map(|(changes, end)| Garbage::Changed(changes, end)),
    ]
}

#[test]
fn garbage_is_answered_or_refused_at_little_cost() {
    let job = job();
    e2e::traces_only!(job.world.chain);
    for (program, _) in PROGRAMS {
        let target = Target::new(&job, program);
        let mut config = Config {
            failure_persistence: None,
            max_shrink_time: 10_000, // milliseconds
            ..Config::default()
        };
        if std::env::var_os("PROPTEST_CASES").is_none() {
            config.cases = CASES;
        }
        TestRunner::new(config)
            .run(&(any::<Index>(), garbage()), |(index, garbage)| {
                target.check(&job, index, &garbage)
            })
            .unwrap_or_else(|error| panic!("{program}: {error}"));
    }
}

/// A program, and what is known of it.
struct Target {
    address: Address,
    functions: Vec<(Function, Call)>,
    texts: BTreeSet<String>,
}

impl Target {
    fn new(job: &MainJob, program: &str) -> Self {
        let (_, interface) = PROGRAMS
            .into_iter()
            .find(|(name, _)| *name == program)
            .unwrap();
        let functions = functions(interface);
        let calls = calls(job, program)
            .into_iter()
            .chain(more_calls(job, program));
        let functions = calls.map(|(signature, call)| (functions[signature].clone(), call));
        // Texts are also those of whom a program calls.
        let is_alone = interface.ends_with("SVM") && program != "bounded";
        let speakers = PROGRAMS
            .iter()
            .filter(|(name, _)| *name == program || !is_alone);
        Self {
            address: address(job, program),
            functions: functions.collect(),
            texts: speakers
                .flat_map(|(_, interface)| texts(interface))
                .collect(),
        }
    }

    fn check(&self, job: &MainJob, index: Index, garbage: &Garbage) -> Result<(), TestCaseError> {
        let (function, call) = index.get(&self.functions);
        let calldata = calldata(function, &garbage.arguments(&call.arguments));
        let (end, gas) = run(&job.world, self.address, U256::ZERO, calldata);
        prop_assert!(gas < MAX_GAS, "{gas} gas");
        match end {
            End::Answer(answer) => prop_assert!(fits(&function.returns, &answer), "{answer}"),
            End::Revert(data) if data.is_empty() => {}
            End::Revert(data) => {
                let revert = Revert::abi_decode_validate(&data)
                    .map_err(|error| TestCaseError::fail(format!("{data}: {error}")))?;
                prop_assert_eq!(revert.abi_encode(), data.to_vec());
                prop_assert!(self.texts.contains(&revert.reason), "{}", revert.reason);
            }
            End::Halt(error) => prop_assert!(false, "{error}"),
        }
        Ok(())
    }
}

#[test]
fn a_program_that_burns_all_gas_is_seen() {
    e2e::embedded_only!("a program that is not active");
    let mut world = e2e::world().unwrap();
    let wasm = world::program("erc20-approval").unwrap();
    let (deployer, node) = (world.deployer, world.embedded_mut().unwrap());
    let not_activated = node.deploy_program(deployer, &wasm, None).unwrap();
    let (end, gas) = run(&world, not_activated, U256::ZERO, vec![0; 4]);
    assert!(matches!(end, End::Halt(_)), "{end:?}");
    assert!(gas > MAX_GAS, "{gas} gas");
}
